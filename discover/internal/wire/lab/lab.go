// Package lab reads what analysers of a laboratory and of the point of care say
// of themselves: the header record of ASTM E1394 (now CLSI LIS02) and the hello
// of POCT1-A (CLSI POCT01, 6). Results and patients are not looked at.
package lab

import (
	"bytes"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// maxHeader bounds the octets that are looked at.
const maxHeader = 4096

// Decode reads the message at the start of b. A field that is cut short is not
// kept.
func Decode(b []byte) (said.Message, bool) {
	b = b[:min(len(b), maxHeader)]
	if m, ok := astm(b); ok {
		return m, true
	}
	return poct(b)
}

// astm reads a header record (ASTM E1394, 7), alone or in a frame of ASTM E1381.
func astm(b []byte) (said.Message, bool) {
	if len(b) > 2 && b[0] == 0x02 && b[1] >= '0' && b[1] <= '7' { // STX, number of the frame
		b = b[2:]
	}
	if len(b) < 6 || b[0] != 'H' || !bytes.HasPrefix(b[1:], []byte(`|\^&`)) || b[5] != '|' && b[5] != '\r' {
		return said.Message{}, false
	}
	record := b
	end := bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\t' }) // some end records otherwise than the standard
	whole := end >= 0
	if whole {
		record = b[:end]
	}
	fields := strings.Split(string(record), "|")
	if !whole {
		fields = fields[:len(fields)-1]
	}
	field := func(n int) string { // as the standard counts them: the type of the record is the first
		if n-1 < len(fields) {
			return strings.Trim(fields[n-1], "^")
		}
		return ""
	}
	m := said.Message{Protocol: "astm"}
	m.Add("sender", field(5)) // behind the password
	m.AddOfPeer("receiver", field(10))
	m.Add("version", field(13))
	return m, true
}

// poct reads a HEL.R01 message. Its values stand in attributes named V.
func poct(b []byte) (said.Message, bool) {
	head := b[:min(len(b), 256)]
	if !bytes.HasPrefix(bytes.TrimLeft(head, "\x0b \r\n\t\xef\xbb\xbf"), []byte("<")) || !bytes.Contains(head, []byte("<HEL.R01")) {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "poct1-a", Sender: said.Client}
	for _, name := range [...]string{"manufacturer_name", "model_id", "device_name", "device_id", "vendor_id", "serial_id", "hw_version", "sw_version"} {
		_, rest, ok := bytes.Cut(b, []byte("<DEV."+name+" "))
		if !ok {
			continue
		}
		element, _, ok := bytes.Cut(rest, []byte(">"))
		_, value, found := bytes.Cut(element, []byte(`V="`))
		value, _, closed := bytes.Cut(value, []byte(`"`))
		if ok && found && closed {
			m.Add(strings.ReplaceAll(name, "_", "-"), string(value))
		}
	}
	return m, true
}
