package routing

import (
	"encoding/hex"
	"strings"
)

// Types of IS-IS hellos.
const (
	helloLevel1 = 15
	helloLevel2 = 16
	helloPoint  = 17
)

// ISIS reads what follows the LLC header FE-FE-03 and takes hellos only. The
// role names the level, with "-dis" for the designated one on a LAN.
func ISIS(b []byte) (Speaker, bool) {
	const fixed = 8
	if len(b) < fixed+12 || b[0] != 0x83 || b[2] != 1 || b[3] != 0 && b[3] != 6 { // system IDs have 6 octets
		return Speaker{}, false
	}
	head, source := int(b[1]), b[fixed+1:fixed+7]
	s := Speaker{Protocol: "isis", ID: systemID(source)}
	switch kind := b[4] & 0x1f; kind {
	case helloLevel1, helloLevel2:
		if head != 27 || len(b) < head {
			return Speaker{}, false
		}
		s.Role = map[byte]string{helloLevel1: "level-1", helloLevel2: "level-2"}[kind]
		if lan := b[20:27]; string(lan[:6]) == string(source) && lan[6] != 0 {
			s.Role += "-dis"
		}
	case helloPoint:
		if head != 20 || len(b) < head {
			return Speaker{}, false
		}
		s.Role = "point-to-point"
	default:
		return Speaker{}, false
	}
	for b = b[head:]; len(b) >= 2; {
		n := 2 + int(b[1])
		if n > len(b) {
			break
		}
		if v := b[2:n]; b[0] == 1 && len(v) > 1 && int(v[0]) < len(v) { // area addresses
			s.Domain = area(v[1 : 1+int(v[0])])
			break
		}
		b = b[n:]
	}
	return s, true
}

// systemID writes 1921.6800.1001.
func systemID(b []byte) string {
	t := hex.EncodeToString(b)
	return t[:4] + "." + t[4:8] + "." + t[8:]
}

// area writes 49.0001: the first octet alone, then two at a time.
func area(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	t := hex.EncodeToString(b)
	parts := []string{t[:2]}
	for t = t[2:]; len(t) > 0; t = t[min(4, len(t)):] {
		parts = append(parts, t[:min(4, len(t))])
	}
	return strings.Join(parts, ".")
}
