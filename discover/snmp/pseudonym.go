package snmp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"kanmon/discover/fact"
)

// pseudonyms gives what identifies a hospital another value, always the same one
// for the same key. Without the key the way back is not to be had.
type pseudonyms struct {
	hash  hash.Hash       // keyed
	known map[string]bool // words of names that stand in the walks, in lower case
	words map[string]bool // words that tell nothing of anybody
	// serials are the serial numbers that stand in the walks.
	serials map[string]bool

	patterns patterns

	// What was worked out already.
	addrs   map[netip.Addr]netip.Addr
	shuffle map[byte][]byte // by salt
}

func newPseudonyms(key []byte, words string) *pseudonyms {
	p := &pseudonyms{
		hash: hmac.New(sha256.New, key), known: make(map[string]bool), words: make(map[string]bool), serials: make(map[string]bool), patterns: newPatterns(),
		addrs: make(map[netip.Addr]netip.Addr), shuffle: make(map[byte][]byte),
	}
	for w := range strings.FieldsSeq(words) {
		p.words[w] = true
	}
	return p
}

// maxAddrs is how many addresses are remembered.
const maxAddrs = 1 << 16

// bits is a function of the key, of what is hidden, and of its kind.
func (p *pseudonyms) bits(kind string, b []byte) []byte {
	p.hash.Reset()
	p.hash.Write([]byte(kind))
	p.hash.Write([]byte{0})
	p.hash.Write(b)
	return p.hash.Sum(nil)
}

// mac returns another address of the same maker: its first half stays, since it
// tells what a device is, not whose. Group addresses and those that protocols
// define stay.
func (p *pseudonyms) mac(m fact.MAC) fact.MAC {
	if m.IsZero() || m.IsGroup() || m.IsVirtual() {
		return m
	}
	left, right := uint32(m[3])<<4|uint32(m[4])>>4, uint32(m[4]&15)<<8|uint32(m[5])
	for round := range byte(4) { // a Feistel network: no two addresses become one
		f := p.bits("mac", []byte{round, m[0], m[1], m[2], byte(right >> 8), byte(right)})
		left, right = right, left^uint32(binary.BigEndian.Uint16(f)&0xfff)
	}
	m[3], m[4], m[5] = byte(left>>4), byte(left<<4)|byte(right>>8), byte(right)
	return m
}

// addr returns another address: two that share a prefix share one of the same
// length afterwards, private ones stay private, and what is the same everywhere
// (loopback, multicast, masks) stays.
func (p *pseudonyms) addr(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if other, ok := p.addrs[a]; ok {
		return other
	}
	other := p.another(a)
	if len(p.addrs) < maxAddrs {
		p.addrs[a] = other
	}
	return other
}

func (p *pseudonyms) another(a netip.Addr) netip.Addr {
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a.IsLoopback() {
		return a
	}
	if a.Is4() {
		b := a.As4()
		if b[0] == 0 || b[0] >= 240 { // masks too
			return a
		}
		return netip.AddrFrom4([4]byte(p.flip(b[:], p.begin4(&b))))
	}
	b := a.As16()
	kept := 3
	switch {
	case b[0]&0xfe == 0xfc: // unique local (RFC 4193)
		kept = 8
	case a.IsLinkLocalUnicast():
		kept = 64
	case b[0] == 0x20 && b[1] == 0x02: // 6to4 (RFC 3056)
		v4 := p.addr(netip.AddrFrom4([4]byte(b[2:6]))).As4()
		copy(b[2:6], v4[:])
		kept = 48
	case slices.Equal(b[:4], []byte{0x24, 0x04, 0x01, 0xa8}): // NTT's closed network, which the map tells from the Internet
		kept = 32
	}
	if b[11] == 0xff && b[12] == 0xfe { // made of a MAC address (RFC 4291, appendix A)
		m := p.mac(fact.MAC{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]})
		out := p.flip(b[:8], min(kept, 64))
		return netip.AddrFrom16([16]byte(append(out, m[0]^2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5])))
	}
	return netip.AddrFrom16([16]byte(p.flip(b[:], kept)))
}

// begin4 replaces the first octets of an IPv4 address where that is not by
// flipping bits, and returns how many bits flip is to leave alone.
func (p *pseudonyms) begin4(b *[4]byte) int {
	switch {
	case b[0] == 10:
		return 8
	case b[0] == 172 && b[1]&0xf0 == 16:
		return 12
	case b[0] == 100 && b[1]&0xc0 == 64:
		return 10
	case isSpecial4(b[0], b[1]):
		return 16
	}
	// A global address stays one: octets change places with others that begin
	// global addresses.
	if isMixed4(b[0]) {
		first := b[0]
		b[1] = p.shuffled(b[1], first, func(o byte) bool { return !isSpecial4(first, o) })
		return 16
	}
	b[0] = p.shuffled(b[0], 0, func(o byte) bool { return o > 0 && o < 224 && o != 10 && o != 127 && !isMixed4(o) })
	return 8
}

// isMixed4 reports whether some of the addresses that begin with an octet are
// for special use.
func isMixed4(first byte) bool {
	return slices.Contains([]byte{100, 169, 172, 192, 198, 203}, first)
}

// isSpecial4 reports whether addresses that begin with two octets are for
// special use (RFC 6890).
func isSpecial4(first, second byte) bool {
	switch first {
	case 10, 127:
		return true
	case 100:
		return second&0xc0 == 64
	case 169:
		return second == 254
	case 172:
		return second&0xf0 == 16
	case 192:
		return second == 168 || second == 0 || second == 88
	case 198:
		return second == 18 || second == 19 || second == 51
	case 203:
		return second == 0
	}
	return false
}

// shuffled returns where an octet goes when those that are allowed change places.
// The salt names the octets that are.
func (p *pseudonyms) shuffled(o, salt byte, allowed func(byte) bool) byte {
	var from []byte
	for i := range 256 {
		if allowed(byte(i)) {
			from = append(from, byte(i))
		}
	}
	to := p.shuffle[salt]
	if to == nil {
		to = slices.Clone(from)
		slices.SortFunc(to, func(a, b byte) int {
			return slices.Compare(p.bits("octet", []byte{salt, a}), p.bits("octet", []byte{salt, b}))
		})
		p.shuffle[salt] = to
	}
	if at, ok := slices.BinarySearch(from, o); ok {
		return to[at]
	}
	return o
}

// flip returns b with each bit from kept on flipped or not, as the key and the
// bits before it say.
func (p *pseudonyms) flip(b []byte, kept int) []byte {
	out := slices.Clone(b)
	for i := kept; i < 8*len(b); i++ {
		prefix := slices.Clone(b[:i/8+1])
		prefix[i/8] &= ^byte(0xff >> (i % 8))
		if p.bits("bit", append(prefix, byte(i)))[0]&1 != 0 {
			out[i/8] ^= 0x80 >> (i % 8)
		}
	}
	return out
}

// serial returns a text of the same length.
func (p *pseudonyms) serial(s string) string {
	if strings.Trim(s, "0 -") == "" {
		return s
	}
	h := base32.StdEncoding.EncodeToString(p.bits("serial", []byte(s)))
	return h[:min(len(s), len(h)-4)]
}

// word returns another word, without regard to case.
func (p *pseudonyms) word(s string) string {
	h := base32.HexEncoding.EncodeToString(p.bits("word", []byte(strings.ToLower(s))))
	return "n" + strings.ToLower(h[:7])
}

// number returns a number of as many digits.
func (p *pseudonyms) number(s string) string {
	h := p.bits("number", []byte(s))
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		out = append(out, '0'+h[i%len(h)]%10)
	}
	return string(out)
}

// knowSerial notes a serial number, so that it is found in texts.
func (p *pseudonyms) knowSerial(s string) {
	const least = 5
	if len(s) >= least && strings.ContainsAny(s, "123456789") {
		p.serials[s] = true
	}
}

// know notes the words of a name, so that they are found in other texts.
func (p *pseudonyms) know(name string) {
	const least = 4 // shorter ones are found in everything
	for _, w := range split(name) {
		if len(w) >= least && unicode.IsLetter([]rune(w)[0]) && !p.words[strings.ToLower(w)] {
			p.known[strings.ToLower(w)] = true
		}
	}
}

// split cuts a text into runs of letters, runs of digits, and what is neither.
func split(s string) []string {
	class := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return 1
		case unicode.IsDigit(r):
			return 2
		}
		return 0
	}
	var (
		out   []string
		start int
		last  = -1
	)
	for i, r := range s {
		if c := class(r); i == 0 {
			last = c
		} else if c != last {
			out, start, last = append(out, s[start:i]), i, c
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
