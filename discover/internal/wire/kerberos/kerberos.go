// Package kerberos reads which realm and which machines Kerberos messages (RFC
// 4120) are about. Principals of people are not read: only service principals,
// and those of machines, which end in a dollar sign.
package kerberos

import (
	"bytes"
	"encoding/binary"
	"strings"

	"kanmon/discover/internal/wire/ber"
	"kanmon/discover/internal/wire/said"
)

// Tags of the messages (RFC 4120, 5.4 to 5.9).
const (
	asReq  = 0x6a
	asRep  = 0x6b
	tgsReq = 0x6c
	tgsRep = 0x6d
	apReq  = 0x6e
	krbErr = 0x7e
	ticket = 0x61
)

// field is the tag of field n of a message.
func field(n byte) byte { return 0xa0 | n }

// DecodeTCP reads the message behind its length (RFC 4120, 7.2.2).
func DecodeTCP(b []byte) (said.Message, bool) {
	if len(b) < 8 || b[0] != 0 || binary.BigEndian.Uint32(b) > 1<<20 || binary.BigEndian.Uint32(b)+4 < uint32(min(len(b), 1<<21)) {
		return said.Message{}, false
	}
	return Decode(b[4:])
}

// Decode reads a message of a key distribution centre or to one. It may be cut
// short.
func Decode(b []byte) (said.Message, bool) {
	m := said.Message{Protocol: "kerberos", Sender: said.Client}
	tag, body, _, ok := ber.Next(b)
	if !ok {
		return said.Message{}, false
	}
	seq, _, ok := ber.Take(body, ber.Sequence)
	if !ok {
		return said.Message{}, false
	}
	first := field(0)
	if tag == asReq || tag == tgsReq {
		first = field(1)
	}
	if v, _, ok := ber.Take(seq, first); !ok || !bytes.Equal(v, []byte{ber.Integer, 1, 5}) { // pvno
		return said.Message{}, false
	}
	switch tag {
	case asReq, tgsReq:
		request(&m, seq)
	case asRep, tgsRep:
		m.Sender = said.Server
		reply(&m, seq)
	case krbErr:
		m.Sender = said.Server
		m.Add("realm", text(seq, field(9)))
		m.AddOfPeer("machine-principal", machine(principal(seq, field(8))))
		m.AddOfPeer("service-asked", service(principal(seq, field(10))))
	default:
		return said.Message{}, false
	}
	return m, true
}

// request reads KDC-REQ-BODY (RFC 4120, 5.4.1).
func request(m *said.Message, seq []byte) {
	req, ok := ber.Find(seq, field(4))
	if !ok {
		return
	}
	body, _, ok := ber.Take(req, ber.Sequence)
	if !ok {
		return
	}
	m.AddOfPeer("realm", text(body, field(2)))
	m.Add("machine-principal", machine(principal(body, field(1))))
	m.Add("service-asked", service(principal(body, field(3))))
	list, ok := ber.Find(body, field(9)) // HostAddresses (RFC 4120, 5.2.5)
	if !ok {
		return
	}
	list, _, _ = ber.Take(list, ber.Sequence)
	for range 8 {
		var one []byte
		if one, list, ok = ber.Take(list, ber.Sequence); !ok {
			return
		}
		kind, _ := ber.Find(one, field(0))
		if address, ok := ber.Find(one, field(1)); ok && bytes.Equal(kind, []byte{ber.Integer, 1, 20}) { // NetBIOS
			if name, _, ok := ber.Text(address, ber.OctetString); ok && len(name) == 16 {
				m.Add("netbios-computer", strings.TrimRight(name[:15], " \x00"))
			}
		}
	}
}

// reply reads KDC-REP (RFC 4120, 5.4.2).
func reply(m *said.Message, seq []byte) {
	m.Add("realm", text(seq, field(3)))
	m.AddOfPeer("machine-principal", machine(principal(seq, field(4))))
	if t, ok := ber.Find(seq, field(5)); ok {
		_, name := openTicket(t)
		m.AddOfPeer("service-asked", service(name))
	}
}

// marks is what stands before an AP-REQ in GSS-API (RFC 4121, 4.1): the end of
// the object identifier of Kerberos, and the type of the token.
const marks = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00"

// FindTicket looks for a ticket that a client shows a server somewhere in b, as
// SMB, LDAP, HTTP and others carry it. It names the server.
func FindTicket(b []byte) (said.Message, bool) {
	i := bytes.Index(b, []byte(marks))
	if i < 0 {
		return said.Message{}, false
	}
	body, _, ok := ber.Take(b[i+len(marks):], apReq)
	if !ok {
		return said.Message{}, false
	}
	seq, _, ok := ber.Take(body, ber.Sequence)
	if !ok {
		return said.Message{}, false
	}
	t, ok := ber.Find(seq, field(3))
	if !ok {
		return said.Message{}, false
	}
	realm, name := openTicket(t)
	m := said.Message{Protocol: "kerberos", Sender: said.Client}
	m.AddOfPeer("realm", realm)
	m.AddOfPeer("service-principal", service(name))
	return m, len(m.Words) > 0
}

// openTicket returns the realm and the server's name of a ticket (RFC 4120, 5.3).
func openTicket(b []byte) (realm string, name []string) {
	b, _, ok := ber.Take(b, ticket)
	if !ok {
		return "", nil
	}
	if b, _, ok = ber.Take(b, ber.Sequence); !ok {
		return "", nil
	}
	return text(b, field(1)), principal(b, field(2))
}

// text returns the text of a field.
func text(seq []byte, tag byte) string {
	b, ok := ber.Find(seq, tag)
	if !ok {
		return ""
	}
	s, _, _ := ber.Text(b, ber.General)
	return s
}

// principal returns the parts of a PrincipalName (RFC 4120, 5.2.2); nil where
// it is cut short.
func principal(seq []byte, tag byte) []string {
	b, ok := ber.Find(seq, tag)
	if !ok {
		return nil
	}
	if b, _, ok = ber.Take(b, ber.Sequence); !ok {
		return nil
	}
	if b, ok = ber.Find(b, field(1)); !ok {
		return nil
	}
	if b, _, ok = ber.Take(b, ber.Sequence); !ok {
		return nil
	}
	var parts []string
	for len(b) > 0 && len(parts) < 4 {
		var s string
		if s, b, ok = ber.Text(b, ber.General); !ok {
			return nil
		}
		parts = append(parts, s)
	}
	return parts
}

// machine returns a principal that is a machine's: an account that ends in a
// dollar sign, or host/name. Anyone else's is not returned.
func machine(parts []string) string {
	switch {
	case len(parts) == 1 && len(parts[0]) > 1 && strings.HasSuffix(parts[0], "$"):
		return parts[0]
	case len(parts) >= 2 && strings.EqualFold(parts[0], "host"):
		return strings.Join(parts, "/")
	}
	return ""
}

// service returns a principal of a service whose second part is known to name a
// machine or a realm. What a person can be named in is not returned.
func service(parts []string) string {
	if len(parts) < 2 {
		return machine(parts)
	}
	switch strings.ToLower(parts[0]) {
	case "krbtgt", "host", "restrictedkrbhost", "cifs", "ldap", "gc", "http", "rpcss", "rpc", "dns", "termsrv", "wsman", "mssqlsvc",
		"exchangemdb", "exchangerfr", "exchangeab", "smtp", "smtpsvc", "imap", "pop", "ftp", "nfs", "afpserver", "vnc", "ipp", "oracle", "postgres",
		"hyper-v replica service", "microsoft virtual console service", "e3514235-4b06-11d1-ab04-00c04fc2dcd2":
		return strings.Join(parts, "/")
	}
	return ""
}
