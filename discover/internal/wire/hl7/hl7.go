// Package hl7 reads the header segment of HL7 version 2 messages (HL7 2.5.1,
// 2.15.9) in the minimal lower layer protocol: which application of which
// facility speaks to which. No other segment is looked at; they are about
// patients.
package hl7

import (
	"bytes"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// maxHeader bounds the octets of a header segment that are looked at.
const maxHeader = 1024

// Decode reads the message at the start of b. A field that is cut short is not
// kept.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 9 || b[0] != 0x0b {
		return said.Message{}, false
	}
	kind := string(b[1:4])
	if kind != "MSH" && kind != "BHS" && kind != "FHS" || b[4] <= ' ' || b[4] >= 0x7f {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "hl7"}
	segment := b[1:min(len(b), maxHeader)]
	end := bytes.IndexFunc(segment, func(r rune) bool { return r < ' ' && r != '\t' && r != 0x1b }) // some end segments otherwise than the standard; an escape begins kanji
	whole := end >= 0
	if whole {
		segment = segment[:end]
	}
	fields := strings.Split(string(segment), string(rune(b[4])))
	if !whole {
		fields = fields[:len(fields)-1]
	}
	field := func(n int) string { // as the standard counts them: the separator is the first
		if n-1 < len(fields) {
			return strings.Trim(fields[n-1], "^")
		}
		return ""
	}
	m.Add("sending-application", field(3))
	m.Add("sending-facility", field(4))
	m.AddOfPeer("receiving-application", field(5))
	m.AddOfPeer("receiving-facility", field(6))
	if kind == "MSH" {
		about(&m, field)
	}
	return m, true
}

// about reads what kind of message it is. Where a field does not look as the
// standard has it, this is another one, and so may be all that follow.
func about(m *said.Message, field func(n int) string) {
	if s := field(9); made(s, upper+digits+"^_", 20) {
		m.Add("message-type", s)
	}
	s := field(12)
	if version, _, _ := strings.Cut(s, "^"); !made(version, digits+".", 8) {
		return
	}
	m.Add("version", s)
	if s := field(17); len(s) == 3 && made(s, upper, 3) { // ISO 3166
		m.Add("country", s)
	}
	if s := field(18); isCharacterSet(s) {
		m.Add("character-set", s)
	}
}

const (
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

// made reports whether s is made of these characters.
func made(s, of string, most int) bool { return s != "" && len(s) <= most && strings.Trim(s, of) == "" }

// isCharacterSet reports whether each part of s is in HL7 table 0211, or like it.
func isCharacterSet(s string) bool {
	for part := range strings.SplitSeq(s, "~") {
		known := part == "" || part == "ASCII"
		for _, beginning := range [...]string{"8859/", "ISO", "UNICODE", "UTF-", "GB ", "KS X ", "CNS ", "BIG-5", "JAS"} {
			known = known || strings.HasPrefix(part, beginning) && made(part, upper+digits+" -/_.", 20)
		}
		if !known {
			return false
		}
	}
	return s != ""
}
