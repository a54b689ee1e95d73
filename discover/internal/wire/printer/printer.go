// Package printer reads what printers say of themselves: their make and model in
// the Internet Printing Protocol (RFC 8011, 5.4), and the answer to @PJL INFO ID
// (Hewlett-Packard, Printer Job Language Technical Reference Manual, 7). Jobs are
// not looked at.
package printer

import (
	"bytes"
	"encoding/binary"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Tags of values (RFC 8010, 3.5.2).
const (
	textWithoutLanguage = 0x41
	nameWithoutLanguage = 0x42
)

// IPP looks for attributes of a printer in the body of an HTTP response.
func IPP(b []byte) (said.Message, bool) {
	if !bytes.HasPrefix(b, []byte("HTTP/1.")) || !bytes.Contains(b[:min(len(b), 2048)], []byte("application/ipp")) {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "ipp", Sender: said.Server}
	for _, name := range [...]string{"printer-make-and-model", "printer-device-id", "printer-firmware-string-version", "printer-dns-sd-name"} {
		m.Add(name, attribute(b, name))
	}
	return m, true
}

// attribute returns the text of an attribute: a tag, its name and its value with
// their lengths.
func attribute(b []byte, name string) string {
	i := bytes.Index(b, []byte(name))
	if i < 3 || b[i-3] != textWithoutLanguage && b[i-3] != nameWithoutLanguage || int(binary.BigEndian.Uint16(b[i-2:])) != len(name) {
		return ""
	}
	b = b[i+len(name):]
	if len(b) < 2 || int(binary.BigEndian.Uint16(b)) > len(b)-2 {
		return ""
	}
	return string(b[2 : 2+int(binary.BigEndian.Uint16(b))])
}

// PJL reads an answer to INFO ID, or tells that a job or question begins.
func PJL(b []byte) (said.Message, bool) {
	m := said.Message{Protocol: "pjl", Sender: said.Client}
	if bytes.HasPrefix(b, []byte("\x1b%-12345X")) {
		return m, true
	}
	rest, ok := bytes.CutPrefix(b, []byte("@PJL INFO ID\r\n"))
	if !ok {
		return said.Message{}, false
	}
	m.Sender = said.Server
	if id, _, ok := bytes.Cut(rest[:min(len(rest), 256)], []byte("\r\n")); ok {
		m.Add("id", strings.Trim(string(id), `"`))
	}
	return m, true
}
