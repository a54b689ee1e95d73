// Package wiretest has what the tests of decoders write their messages with.
package wiretest

import (
	"encoding/hex"
	"net/netip"
	"strings"
)

// Hex returns the octets that s spells, which may have spaces between them.
func Hex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err) // of the one who wrote the test
	}
	return b
}

// Addrs returns the addresses that s spell.
func Addrs(s ...string) []netip.Addr {
	var out []netip.Addr
	for _, a := range s {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}
