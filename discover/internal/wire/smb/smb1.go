package smb

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"kanmon/discover/internal/wire/said"
)

// Commands of SMB 1 ([MS-CIFS] 2.2.2.1).
const (
	negotiate1    = 0x72
	sessionSetup1 = 0x73
	treeConnect1  = 0x75
)

// Where the words of a message begin, behind the header and their count.
const words1 = 33

func smb1(b []byte, whole bool) (said.Message, bool) {
	m := said.Message{Protocol: "smb", Sender: said.Client}
	if b[9]&0x80 != 0 {
		m.Sender = said.Server
	}
	n := int(b[32]) // words
	at := words1 + 2*n
	if at+2 > len(b) {
		return m, true
	}
	r := reader{b: b, at: at + 2, whole: whole, unicode: binary.LittleEndian.Uint16(b[10:])&0x8000 != 0}
	word := func(i int) int { return int(binary.LittleEndian.Uint16(b[words1+2*i:])) }
	switch command := b[4]; {
	case command == negotiate1 && m.Sender == said.Server && n == 17:
		m.Add("dialect", "1.0")
		if extended := b[words1+22]&0x80 != 0; extended { // CAP_EXTENDED_SECURITY, bit 31 of the capabilities at octet 19
			if r.at+16 <= len(b) {
				m.Add("server-guid", guid(b[r.at:r.at+16]))
			}
			break
		}
		r.at += int(b[words1+33]) // challenge
		r.packed = true
		m.Add("primary-domain", r.text())
		m.Add("server-name", r.text())
	case command == sessionSetup1 && m.Sender == said.Client && (n == 12 || n == 13):
		r.at += word(7)
		if n == 13 {
			r.at += word(8) // two passwords
			r.text()        // account
			r.text()        // its domain
		}
		m.Add("native-os", r.text())
		m.Add("native-lan-manager", r.text())
	case command == sessionSetup1 && m.Sender == said.Server && (n == 3 || n == 4):
		if n == 4 {
			r.at += word(3)
		}
		m.Add("native-os", r.text())
		m.Add("native-lan-manager", r.text())
		if n == 3 {
			m.Add("primary-domain", r.text())
		}
	case command == treeConnect1 && m.Sender == said.Client && n == 4:
		r.at += word(3) // password
		m.AddOfPeer("called-name", server(r.text()))
	}
	return m, true
}

// reader reads texts that end with NUL, one after the other.
type reader struct {
	b       []byte
	at      int
	unicode bool
	whole   bool // nothing is cut off; the last text may do without its NUL
	packed  bool // UTF-16 texts do not begin at even places
}

// text returns the next text; empty where it is cut short.
func (r *reader) text() string {
	if r.unicode && !r.packed {
		r.at += r.at & 1
	}
	if r.at >= len(r.b) {
		return ""
	}
	b := r.b[r.at:]
	if !r.unicode {
		text, _, ok := bytes.Cut(b, []byte{0})
		if !ok {
			r.at = len(r.b)
			return ""
		}
		r.at += len(text) + 1
		return string(text)
	}
	var u []uint16
	for i := 0; i+2 <= len(b); i += 2 {
		c := binary.LittleEndian.Uint16(b[i:])
		if c == 0 {
			r.at += i + 2
			return string(utf16.Decode(u))
		}
		u = append(u, c)
	}
	r.at = len(r.b)
	if r.whole {
		return string(utf16.Decode(u))
	}
	return ""
}
