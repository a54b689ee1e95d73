// Package ldap reads what a directory server says of itself before anybody is
// logged in: its own entry (RFC 4512, 5.1) and the answer to a search for a
// domain controller ([MS-ADTS] 6.3.3). Entries of the directory are not read.
package ldap

import (
	"encoding/binary"
	"strings"

	"kanmon/discover/internal/wire/ber"
	"kanmon/discover/internal/wire/said"
)

// Operations (RFC 4511, 4.2 to 4.12).
const (
	searchRequest = 0x63
	searchEntry   = 0x64
)

// Decode reads the message at the start of b. It may be cut short.
func Decode(b []byte) (said.Message, bool) {
	body, _, ok := ber.Take(b, ber.Sequence)
	if !ok {
		return said.Message{}, false
	}
	id, rest, ok := ber.Take(body, ber.Integer)
	if _, good := ber.Int(id); !ok || !good {
		return said.Message{}, false
	}
	op, content, _, ok := ber.Next(rest)
	if !ok {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "ldap"}
	switch op {
	case searchRequest:
		m.Sender = said.Client
		request(&m, content)
	case searchEntry:
		m.Sender = said.Server
		if name, rest, ok := ber.Text(content, ber.OctetString); ok && name == "" {
			own(&m, rest)
		}
	case 0x60, 0x77: // bind, extended
		m.Sender = said.Client
	case 0x61, 0x65, 0x78:
		m.Sender = said.Server
	default:
		return said.Message{}, false
	}
	return m, true
}

// request reads the filter with which a client looks for a domain controller:
// it names the domain and the client. The user that may stand there is not read.
func request(m *said.Message, b []byte) {
	base, b, ok := ber.Text(b, ber.OctetString)
	if !ok || base != "" {
		return
	}
	filter, ok := ber.Find(b, 0xa0) // and
	if !ok {
		return
	}
	var host, domain string
	for range 8 {
		var match []byte
		if match, filter, ok = ber.Take(filter, 0xa3); !ok { // equalityMatch
			break
		}
		attribute, rest, ok1 := ber.Text(match, ber.OctetString)
		value, _, ok2 := ber.Text(rest, ber.OctetString)
		switch {
		case !ok1 || !ok2:
		case strings.EqualFold(attribute, "Host"):
			host = value
		case strings.EqualFold(attribute, "DnsDomain"):
			domain = strings.TrimSuffix(value, ".")
		}
	}
	if domain != "" {
		m.Add("netbios-computer", host)
		m.AddOfPeer("dns-domain", domain)
	}
}

// own reads the attributes of the server's own entry.
func own(m *said.Message, b []byte) {
	b, _, _ = ber.Take(b, ber.Sequence)
	for range 64 {
		var one []byte
		var ok bool
		if one, b, ok = ber.Take(b, ber.Sequence); !ok {
			return
		}
		name, values, ok := ber.Text(one, ber.OctetString)
		if !ok {
			return
		}
		values, _, _ = ber.Take(values, ber.Set)
		value, _, ok := ber.Text(values, ber.OctetString)
		if !ok {
			continue
		}
		switch strings.ToLower(name) {
		case "dnshostname":
			m.Add("dns-computer", value)
		case "defaultnamingcontext":
			m.Add("naming-context", value)
		case "vendorname":
			m.Add("vendor", value)
		case "vendorversion":
			m.Add("version", value)
		case "netlogon":
			netlogon(m, []byte(value))
		}
	}
}

// netlogon reads NETLOGON_SAM_LOGON_RESPONSE_EX ([MS-ADTS] 6.3.1.9).
func netlogon(m *said.Message, b []byte) {
	if len(b) < 24 || b[0] != 23 && b[0] != 25 || b[1] != 0 || binary.LittleEndian.Uint16(b[2:]) != 0 {
		return
	}
	at := 24
	names := make([]string, 0, 8)
	for range cap(names) {
		s, next, ok := name(b, at)
		if !ok {
			return
		}
		names, at = append(names, s), next
	}
	m.Add("dns-forest", names[0])
	m.Add("dns-domain", names[1])
	m.Add("dns-computer", names[2])
	m.Add("netbios-domain", names[3])
	m.Add("netbios-computer", strings.TrimLeft(names[4], `\`))
	// names[5] is the user that was asked about.
	m.Add("site", names[6])
	m.AddOfPeer("site", names[7])
}

// name reads a name compressed as in DNS (RFC 1035, 4.1.4), and returns where
// the next one begins.
func name(b []byte, at int) (string, int, bool) {
	var labels []string
	after, total := -1, 0
	for range 64 {
		if at >= len(b) {
			return "", 0, false
		}
		switch n := int(b[at]); {
		case n == 0:
			if after < 0 {
				after = at + 1
			}
			return strings.Join(labels, "."), after, true
		case n >= 0xc0:
			if at+1 >= len(b) {
				return "", 0, false
			}
			if after < 0 {
				after = at + 2
			}
			at = n&0x3f<<8 | int(b[at+1])
		default:
			total += n + 1
			if n > 63 || at+1+n > len(b) || total > 255 {
				return "", 0, false
			}
			labels = append(labels, string(b[at+1:at+1+n]))
			at += 1 + n
		}
	}
	return "", 0, false
}
