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
	segment, _, whole := bytes.Cut(b[1:min(len(b), maxHeader)], []byte("\r"))
	if bytes.IndexByte(segment, '\n') >= 0 {
		segment, _, whole = bytes.Cut(segment, []byte("\n"))
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
		m.Add("message-type", field(9))
		m.Add("version", field(12))
		m.Add("country", field(17))
		m.Add("character-set", field(18))
	}
	return m, true
}
