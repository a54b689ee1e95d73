package cert

// Tags of DER (ITU-T X.690) that certificates use.
const (
	tagOID      = 0x06
	tagUTF8     = 0x0c
	tagPrint    = 0x13
	tagT61      = 0x14
	tagIA5      = 0x16
	tagBMP      = 0x1e
	tagOctets   = 0x04
	tagSequence = 0x30
	tagSet      = 0x31
	tagVersion  = 0xa0 // [0] EXPLICIT
	tagExt      = 0xa3 // [3] EXPLICIT
	tagDNSName  = 0x82 // [2] of a GeneralName
)

// element takes the first element of b, whose tags have one octet. It reports
// false where there is none.
func element(b []byte) (tag byte, value, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, nil, nil, false
	}
	n, i := int(b[1]), 2
	if n >= 0x80 {
		size := n & 0x7f
		if size == 0 || size > 3 || len(b) < 2+size {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+size] {
			n = n<<8 | int(c)
		}
		i += size
	}
	if len(b)-i < n {
		return 0, nil, nil, false
	}
	return b[0], b[i : i+n], b[i+n:], true
}

// inner takes the first element of b, which must have the tag.
func inner(b []byte, tag byte) (value, rest []byte, ok bool) {
	t, value, rest, ok := element(b)
	return value, rest, ok && t == tag
}
