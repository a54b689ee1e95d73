package cert

import "kanmon/discover/internal/wire/ber"

// Tags of DER (ITU-T X.690) that only certificates use here.
const (
	tagUTF8    = 0x0c
	tagPrint   = 0x13
	tagT61     = 0x14
	tagIA5     = 0x16
	tagBMP     = 0x1e
	tagVersion = 0xa0 // [0] EXPLICIT
	tagExt     = 0xa3 // [3] EXPLICIT
	tagDNSName = 0x82 // [2] of a GeneralName
)

// element takes the first element of b. It reports false where there is none,
// or not all of it.
func element(b []byte) (tag byte, value, rest []byte, ok bool) {
	tag, value, rest, ok = ber.Next(b)
	return tag, value, rest, ok && rest != nil
}

// inner takes the first element of b, which must have the tag.
func inner(b []byte, tag byte) (value, rest []byte, ok bool) {
	t, value, rest, ok := element(b)
	return value, rest, ok && t == tag
}
