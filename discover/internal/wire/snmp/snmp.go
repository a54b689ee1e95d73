// Package snmp reads who speaks SNMP in the clear, in which version (RFC 1157,
// RFC 3416, RFC 3412), and what an agent says of its system if that passes by.
// Communities and user names are not read.
package snmp

import (
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/ber"
	"kanmon/discover/internal/wire/said"
)

// enterprises begins the identifiers of products (RFC 1155, 3.1.3).
const enterprises = "1.3.6.1.4.1."

// Types of PDUs (RFC 3416, 3).
const (
	getRequest     = 0xa0
	getNextRequest = 0xa1
	response       = 0xa2
	setRequest     = 0xa3
	trap1          = 0xa4
	getBulkRequest = 0xa5
	informRequest  = 0xa6
	trap2          = 0xa7
	report         = 0xa8
)

// Decode reads a message. It may be cut short.
func Decode(b []byte) (said.Message, bool) {
	body, _, ok := ber.Take(b, ber.Sequence)
	if !ok {
		return said.Message{}, false
	}
	number, rest, ok := ber.Take(body, ber.Integer)
	if !ok || len(number) != 1 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "snmp"}
	switch number[0] {
	case 0, 1:
		_, rest, ok = ber.Take(rest, ber.OctetString) // community
		if !ok {
			return said.Message{}, false
		}
		m.Add("version", [...]string{"v1", "v2c"}[number[0]])
		_, ok = pdu(&m, rest)
		return m, ok
	case 3:
		m.Add("version", "v3")
		return m, secured(&m, rest)
	}
	return said.Message{}, false
}

// secured reads a message of version 3 (RFC 3412, 6; RFC 3414, 2.4): the engine
// that is authoritative, which is the agent's own except in traps.
func secured(m *said.Message, b []byte) bool {
	global, b, ok := ber.Take(b, ber.Sequence)
	if !ok || b == nil {
		return false
	}
	_, rest, _ := ber.Take(global, ber.Integer) // ID
	_, rest, _ = ber.Take(rest, ber.Integer)    // greatest size
	f, rest, ok := ber.Take(rest, ber.OctetString)
	if !ok || len(f) != 1 {
		return false
	}
	flags := f[0]
	model, _, _ := ber.Take(rest, ber.Integer)
	security, b, ok := ber.Take(b, ber.OctetString)
	if !ok {
		return false
	}
	var id string
	if len(model) == 1 && model[0] == 3 { // user-based
		seq, _, _ := ber.Take(security, ber.Sequence)
		id, _, _ = ber.Text(seq, ber.OctetString)
	}
	var kind byte
	if flags&2 == 0 { // not encrypted
		scoped, _, _ := ber.Take(b, ber.Sequence)
		_, scoped, _ = ber.Take(scoped, ber.OctetString) // context engine
		_, scoped, _ = ber.Take(scoped, ber.OctetString) // context
		kind, _ = pdu(m, scoped)
	}
	ask := flags&4 != 0 // for a report, which who does not know enough of the agent does
	if kind != 0 {
		ask = m.Sender == said.Client && kind != trap2
	} else if ask {
		m.Sender = said.Client
	}
	engine(m, []byte(id), ask)
	return true
}

// engine reads an SnmpEngineID (RFC 3411, 5).
func engine(m *said.Message, id []byte, ofPeer bool) {
	add := m.Add
	if ofPeer {
		add = m.AddOfPeer
	}
	if len(id) < 5 || len(id) > 32 {
		return
	}
	add("engine-id", hex.EncodeToString(id))
	add("enterprise", strconv.FormatUint(uint64(binary.BigEndian.Uint32(id)&^(1<<31)), 10))
	if id[0]&0x80 == 0 {
		return
	}
	rest := id[5:]
	if id[4] == 3 && len(rest) == 7 && rest[0] == 0 { // so Cisco writes it
		rest = rest[1:]
	}
	switch {
	case id[4] == 1 && len(rest) == 4, id[4] == 2 && len(rest) == 16:
		ip, _ := netip.AddrFromSlice(rest)
		add("engine-address", ip.String())
	case id[4] == 3 && len(rest) == 6:
		add("engine-mac", net.HardwareAddr(rest).String())
	case id[4] == 4:
		add("engine-text", string(rest))
	}
}

// pdu reads a PDU and returns its type, and false where it is none.
func pdu(m *said.Message, b []byte) (kind byte, ok bool) {
	kind, body, _, ok := ber.Next(b)
	if !ok {
		return 0, false
	}
	switch kind {
	case getRequest, getNextRequest, setRequest, getBulkRequest:
		m.Sender = said.Client
	case response, report:
		m.Sender = said.Server
		bindings(m, body)
	case trap1, trap2, informRequest: // sent by the agent, from a port of its own
		m.Sender = said.Client
		m.Add("role", "notifier")
		if oid, _, ok := ber.Take(body, ber.OID); kind == trap1 && ok {
			if s := dotted(oid); strings.HasPrefix(s, enterprises) { // else the kind of trap
				m.Add("sys-object-id", s)
			}
		}
	default:
		return 0, false
	}
	return kind, true
}

// bindings reads the values of a response that name the system (RFC 3418, 2):
// its description, its product, its name.
func bindings(m *said.Message, b []byte) {
	var ok bool
	for range 3 { // request ID, error status, error index
		if _, b, ok = ber.Take(b, ber.Integer); !ok {
			return
		}
	}
	list, _, _ := ber.Take(b, ber.Sequence)
	for range 64 {
		var one []byte
		if one, list, ok = ber.Take(list, ber.Sequence); !ok {
			return
		}
		oid, value, ok := ber.Take(one, ber.OID)
		if !ok {
			return
		}
		switch dotted(oid) {
		case "1.3.6.1.2.1.1.1.0":
			s, _, _ := ber.Text(value, ber.OctetString)
			m.Add("sys-descr", strings.Join(strings.Fields(s), " "))
		case "1.3.6.1.2.1.1.2.0":
			if o, _, ok := ber.Take(value, ber.OID); ok {
				m.Add("sys-object-id", dotted(o))
			}
		case "1.3.6.1.2.1.1.5.0":
			s, _, _ := ber.Text(value, ber.OctetString)
			m.Add("sys-name", s)
		}
	}
}

// dotted writes an object identifier (X.690, 8.19); empty where it is none.
func dotted(b []byte) string {
	if len(b) == 0 || len(b) > 64 || b[len(b)-1]&0x80 != 0 {
		return ""
	}
	out := make([]byte, 0, 64)
	var n uint64
	for i, first := 0, true; i < len(b); i++ {
		n = n<<7 | uint64(b[i]&0x7f)
		if n > 1<<40 {
			return ""
		}
		if b[i]&0x80 != 0 {
			continue
		}
		if first {
			head := min(n/40, 2)
			out = strconv.AppendUint(out, head, 10)
			n, first = n-40*head, false
		}
		out = strconv.AppendUint(append(out, '.'), n, 10)
		n = 0
	}
	return string(out)
}
