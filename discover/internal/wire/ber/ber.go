// Package ber reads the basic encoding rules (ITU-T X.690) as far as LDAP,
// Kerberos, SNMP and certificates need them: definite lengths, and tags of one
// octet.
package ber

// Tags of the universal class that are read here.
const (
	Integer     = 0x02
	OctetString = 0x04
	OID         = 0x06
	Sequence    = 0x30
	Set         = 0x31
	General     = 0x1b // GeneralString
)

// Next splits the first value off b. The content of a value that is cut short
// is what is there of it, and rest is nil. It returns false where there is none.
func Next(b []byte) (tag byte, content, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, nil, nil, false
	}
	tag = b[0]
	n, i := int(b[1]), 2
	if n >= 0x80 {
		count := n & 0x7f
		if count == 0 || count > 4 || len(b) < 2+count {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+count] {
			n = n<<8 | int(c)
		}
		i += count
	}
	if n < 0 || n > len(b)-i {
		return tag, b[i:], nil, true
	}
	return tag, b[i : i+n], b[i+n:], true
}

// Take splits a value with this tag off b.
func Take(b []byte, tag byte) (content, rest []byte, ok bool) {
	t, content, rest, ok := Next(b)
	return content, rest, ok && t == tag
}

// Text splits a text with this tag off b. It returns false where it is cut
// short: half a name is the name of something else.
func Text(b []byte, tag byte) (text string, rest []byte, ok bool) {
	t, content, rest, ok := Next(b)
	if !ok || t != tag || rest == nil {
		return "", nil, false
	}
	return string(content), rest, true
}

// Find returns the content of the first value with this tag among those in b,
// of which it looks at 64 at most.
func Find(b []byte, tag byte) ([]byte, bool) {
	for range 64 {
		t, content, rest, ok := Next(b)
		if !ok {
			break
		}
		if t == tag {
			return content, true
		}
		b = rest
	}
	return nil, false
}

// Int returns the integer that content holds, and false where it is longer than
// four octets.
func Int(content []byte) (int, bool) {
	if len(content) == 0 || len(content) > 4 {
		return 0, false
	}
	n := int32(int8(content[0]))
	for _, c := range content[1:] {
		n = n<<8 | int32(c)
	}
	return int(n), true
}
