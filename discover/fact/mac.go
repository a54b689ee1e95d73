package fact

import (
	"encoding/hex"
	"fmt"
)

// MAC is an IEEE 802 48-bit MAC address. The zero value means "not known".
type MAC [6]byte

// ParseMAC reads a MAC address written with colons, hyphens, dots or nothing
// between its twelve hexadecimal digits.
func ParseMAC(s string) (MAC, error) {
	var m MAC
	digits := make([]byte, 0, 2*len(m))
	for _, c := range []byte(s) {
		switch {
		case c == ':' || c == '-' || c == '.':
		case len(digits) == cap(digits):
			return MAC{}, fmt.Errorf("MAC address %q: want 12 hexadecimal digits", Clean(s))
		default:
			digits = append(digits, c)
		}
	}
	if len(digits) != cap(digits) {
		return MAC{}, fmt.Errorf("MAC address %q: want 12 hexadecimal digits", Clean(s))
	}
	if _, err := hex.Decode(m[:], digits); err != nil {
		return MAC{}, fmt.Errorf("MAC address %q: %w", Clean(s), err)
	}
	return m, nil
}

// MACFrom returns the MAC address in b, and false where b is not six octets.
func MACFrom(b []byte) (MAC, bool) {
	if len(b) != len(MAC{}) {
		return MAC{}, false
	}
	return MAC(b), true
}

// String writes m in the canonical lower-case form with colons.
func (m MAC) String() string { return string(m.append(make([]byte, 0, 17))) }

func (m MAC) append(b []byte) []byte {
	const digits = "0123456789abcdef"
	for i, o := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[o>>4], digits[o&15])
	}
	return b
}

// IsZero reports whether m is unknown.
func (m MAC) IsZero() bool { return m == MAC{} }

// IsGroup reports whether m is a multicast or broadcast address: the I/G bit of
// IEEE Std 802-2014, 8.2.
func (m MAC) IsGroup() bool { return m[0]&0x01 != 0 }

// IsLocal reports whether m is locally administered: the U/L bit of IEEE Std
// 802-2014, 8.2. Phones that share their line and virtual machines have such
// addresses; no maker can be read from them.
func (m MAC) IsLocal() bool { return m[0]&0x02 != 0 }

// IsUniversal reports whether m was given to one interface by its maker, so
// that it can identify a device: not zero, not a group, not locally
// administered, not shared between routers.
func (m MAC) IsUniversal() bool {
	return !m.IsZero() && !m.IsGroup() && !m.IsLocal() && !m.IsVirtual()
}

// MarshalText writes m as String does, and nothing where m is unknown.
func (m MAC) MarshalText() ([]byte, error) {
	if m.IsZero() {
		return []byte{}, nil
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (m *MAC) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = MAC{}
		return nil
	}
	v, err := ParseMAC(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}
