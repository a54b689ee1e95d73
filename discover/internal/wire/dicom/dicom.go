// Package dicom reads how a DICOM association is opened and accepted (DICOM
// PS3.8, 9.3.2 and 9.3.3; PS3.7, D.3.3): who calls whom by which title, which
// implementation each end is, and whether it asks for what only machines that
// make images do. No data set is looked at.
package dicom

import (
	"encoding/binary"
	"slices"
	"strings"

	"kanmon/discover/internal/wire/said"
)

const (
	fixed     = 74 // octets before the items
	context   = 0x20
	abstract  = 0x30
	userInfo  = 0x50
	classUID  = 0x52
	version   = 0x55
	maxLength = 1 << 16
)

// Length returns how many octets the A-ASSOCIATE-RQ or -AC at the start of b
// has; 0 where there is none.
func Length(b []byte) int {
	if len(b) < 10 || b[0] != 1 && b[0] != 2 || b[1] != 0 || binary.BigEndian.Uint16(b[6:])&1 == 0 || b[8] != 0 || b[9] != 0 {
		return 0
	}
	n := binary.BigEndian.Uint32(b[2:])
	if n < 68 || n > maxLength {
		return 0
	}
	return int(n) + 6
}

// Decode reads the A-ASSOCIATE-RQ or -AC at the start of b, which may be cut
// short.
func Decode(b []byte) (said.Message, bool) {
	n := Length(b)
	if n == 0 || len(b) < 42 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "dicom", Sender: said.Server}
	if b[0] == 1 { // the titles of an acceptance are an echo, or anything
		m.Sender = said.Client
		called, calling := title(b[10:26]), title(b[26:42])
		if called == "" || calling == "" {
			return said.Message{}, false
		}
		m.AddOfPeer("called-ae-title", called)
		m.Add("calling-ae-title", calling)
	}
	b = b[:min(n, len(b))]
	for at := fixed; at+4 <= len(b); {
		end := at + 4 + int(binary.BigEndian.Uint16(b[at+2:]))
		item := b[at+4 : min(end, len(b))]
		if b[at] == userInfo {
			implementation(&m, item)
			break
		}
		if b[at] == context && end <= len(b) {
			if p := purpose(item); p != "" && !proposed(&m, p) {
				m.Add("proposes", p)
			}
		}
		at = end
	}
	return m, true
}

// purpose names what a presentation context is for where only an acquisition
// modality proposes it: the list of who is to be examined, and the report that
// somebody was (PS3.4, K and F).
func purpose(b []byte) string {
	if len(b) < 8 || b[4] != abstract {
		return ""
	}
	b = b[8:][:min(int(binary.BigEndian.Uint16(b[6:])), len(b)-8)]
	switch strings.TrimRight(string(b), "\x00 ") {
	case "1.2.840.10008.5.1.4.31":
		return "modality-worklist"
	case "1.2.840.10008.3.1.2.3.3":
		return "modality-performed-procedure-step"
	}
	return ""
}

func proposed(m *said.Message, purpose string) bool {
	return slices.ContainsFunc(m.Words, func(w said.Word) bool { return w.Field == "proposes" && w.Value == purpose })
}

// title returns an AE title (PS3.5, 6.2) without the spaces around it; empty
// where it is none.
func title(b []byte) string {
	for _, c := range b {
		if c != 0 && (c < ' ' || c > '~') || c == '\\' {
			return ""
		}
	}
	return strings.TrimSpace(said.Text(b))
}

// implementation reads the sub-items of the user information.
func implementation(m *said.Message, b []byte) {
	for len(b) >= 4 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b)-4 {
			return
		}
		switch value := strings.TrimRight(said.Text(b[4:4+n]), " "); b[0] {
		case classUID:
			m.Add("implementation-class-uid", value)
		case version:
			m.Add("implementation-version-name", value)
		}
		b = b[4+n:]
	}
}
