package work

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const nbnsPort = 137

// Types and the only class of NetBIOS records (RFC 1002 section 4.2.1.3).
const (
	typeNB     = 0x20
	typeNBSTAT = 0x21
	classIN    = 1
)

// netbiosName is the encoded name (RFC 1001 section 14.1): fifteen characters
// and a suffix, half a byte a letter.
func netbiosName(name string, suffix byte) []byte {
	plain := make([]byte, 16)
	copy(plain, "               ")
	copy(plain[:15], strings.ToUpper(name))
	plain[15] = suffix
	out := []byte{32}
	for _, b := range plain {
		out = append(out, 'A'+b>>4, 'A'+b&15)
	}
	return append(out, 0)
}

// header is that of a NetBIOS name service packet.
func header(id, flags, questions, answers, additional uint16) []byte {
	var out []byte
	for _, n := range []uint16{id, flags, questions, answers, 0, additional} {
		out = binary.BigEndian.AppendUint16(out, n)
	}
	return out
}

// record appends kind, class, time to live in seconds and data.
func record(out []byte, kind uint16, ttl uint32, data []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, kind)
	out = binary.BigEndian.AppendUint16(out, classIN)
	out = binary.BigEndian.AppendUint32(out, ttl)
	out = binary.BigEndian.AppendUint16(out, uint16(len(data)))
	return append(out, data...)
}

// nbAddresses is the data of an NB record: flags 0, for a unique name of a
// B node, and an address, for each.
func nbAddresses(addrs []netip.Addr) []byte {
	var out []byte
	for _, a := range addrs {
		b := a.As4()
		out = append(append(out, 0, 0), b[:]...)
	}
	return out
}

// RegisterNBNS is a name registration by broadcast (RFC 1002 section 4.2.2).
func RegisterNBNS(name string, addr netip.Addr) []byte {
	out := header(1, 0x2910, 1, 0, 1)
	out = append(out, netbiosName(name, 0)...)
	out = append(out, 0, typeNB, 0, classIN)
	out = append(out, 0xc0, 12) // the name above
	return record(out, typeNB, 300_000, nbAddresses([]netip.Addr{addr}))
}

// QueryNBNS asks for a name's addresses, or with the name * for a node's names
// (RFC 1002 sections 4.2.12 and 4.2.17).
func QueryNBNS(name string) []byte {
	question, kind, flags := netbiosName(name, 0), byte(typeNB), uint16(0x0110)
	if name == "*" {
		copy(question[1:], "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		kind, flags = typeNBSTAT, 0
	}
	return append(append(header(2, flags, 1, 0, 0), question...), 0, kind, 0, classIN)
}

// AnswerNBNS answers a question for the name with all addresses, as a PC with
// several cards does, and one for the node's names; else it is nil.
func AnswerNBNS(in []byte, name string, mac net.HardwareAddr, addrs []netip.Addr) []byte {
	const question = 12
	if len(in) < question+38 || in[2]&0xf8 != 0 || in[5] != 1 { // a response, no query, more than one
		return nil
	}
	asked, kind := string(in[question:question+34]), binary.BigEndian.Uint16(in[question+34:])
	out := append(header(binary.BigEndian.Uint16(in), 0x8400, 0, 1, 0), asked...)
	switch {
	case kind == typeNBSTAT:
		data := []byte{2}
		for _, suffix := range []byte{0x00, 0x20} { // workstation, file server
			label := make([]byte, 15)
			copy(label, "               ")
			copy(label, strings.ToUpper(name))
			data = append(append(data, label...), suffix, 0x04, 0) // active
		}
		data = append(data, mac...)
		return record(out, typeNBSTAT, 0, append(data, make([]byte, 40)...))
	case kind == typeNB && (asked == string(netbiosName(name, 0)) || asked == string(netbiosName(name, 0x20))):
		return record(out, typeNB, 300_000, nbAddresses(addrs))
	}
	return nil
}

func mdnsGroup() netip.AddrPort { return netip.MustParseAddrPort("224.0.0.251:5353") }

// cacheFlush is the bit of a record's class by which a host says that these
// are all (RFC 6762 section 10.2).
const cacheFlush = 1 << 15

// AnnounceMDNS says the host's name and addresses without being asked (RFC 6762
// section 8.3).
func AnnounceMDNS(name string, addrs []netip.Addr) []byte { return mdns(0, name, nil, addrs) }

// AnswerMDNS answers a question for the host's addresses; else it is nil.
func AnswerMDNS(in []byte, name string, addrs []netip.Addr) []byte {
	var m dnsmessage.Parser
	head, err := m.Start(in)
	if err != nil || head.Response {
		return nil
	}
	for range 16 {
		q, err := m.Question()
		if err != nil {
			return nil
		}
		if strings.EqualFold(q.Name.String(), name+".local.") && (q.Type == dnsmessage.TypeA || q.Type == dnsmessage.TypeALL) {
			return mdns(head.ID, name, &q, addrs)
		}
	}
	return nil
}

func mdns(id uint16, name string, question *dnsmessage.Question, addrs []netip.Addr) []byte {
	full, err := dnsmessage.NewName(name + ".local.")
	if err != nil {
		return nil // longer than a name may be: nothing to say
	}
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true, Authoritative: true}}
	if question != nil && id != 0 { // a resolver of the old kind (RFC 6762 section 6.7)
		m.Questions = append(m.Questions, *question)
	}
	for _, a := range addrs {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: full, Class: dnsmessage.ClassINET | cacheFlush, TTL: 120},
			Body:   &dnsmessage.AResource{A: a.As4()},
		})
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}

// QueryMDNS asks for a host's addresses.
func QueryMDNS(name string) []byte {
	full, err := dnsmessage.NewName(name + ".local.")
	if err != nil {
		return nil
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 3},
		Questions: []dnsmessage.Question{{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}
