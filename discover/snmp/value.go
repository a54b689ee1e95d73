package snmp

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kanmon/discover/fact"
)

// Tags of SMIv2 values (RFC 3417, 8; RFC 2578, 7.1).
const (
	tagInteger   = 2
	tagOctets    = 4
	tagNull      = 5
	tagOID       = 6
	tagIPAddress = 64
	tagCounter32 = 65
	tagGauge32   = 66
	tagTimeTicks = 67
	tagOpaque    = 68
	tagCounter64 = 70
)

// value is the value of one variable binding. The zero value is no value.
type value struct {
	tag byte
	num int64  // of the numeric types
	s   string // octets of a string or an IpAddress; the oid of an OBJECT IDENTIFIER
}

func number(tag byte, n int64) value  { return value{tag: tag, num: n} }
func octets(tag byte, s string) value { return value{tag: tag, s: s} }
func (v value) ok() bool              { return v.tag != 0 }
func (v value) isString() bool        { return v.tag == tagOctets || v.tag == tagOpaque }
func (v value) isNumber() bool {
	return v.ok() && !v.isString() && v.tag != tagOID && v.tag != tagIPAddress
}

// kind returns a bit for the kind of v: number, text, identifier, address.
func (v value) kind() uint8 {
	switch {
	case v.isNumber():
		return 1
	case v.isString():
		return 2
	case v.tag == tagOID:
		return 4
	}
	return 8
}
func (v value) is(enumeration int64) bool { return v.isNumber() && v.num == enumeration }

// uint returns a number that is neither negative nor beyond 32 bits, else 0.
func (v value) uint() uint32 {
	if !v.isNumber() || v.num < 0 || v.num > 1<<32-1 {
		return 0
	}
	return uint32(v.num)
}

// name returns the name of an enumerated value, names[0] being that of 1; the
// number itself where it has none.
func (v value) name(names ...string) string { return v.nameFrom(1, names...) }

// nameFrom is name where the enumeration does not begin with 1.
func (v value) nameFrom(first int64, names ...string) string {
	switch {
	case !v.isNumber():
		return ""
	case v.num >= first && v.num-first < int64(len(names)):
		return names[v.num-first]
	}
	return strconv.FormatInt(v.num, 10)
}

// text returns a string up to its first NUL, with which agents fill and end
// their strings, and without blanks around it. It is not cleaned.
func (v value) text() string {
	if !v.isString() {
		return ""
	}
	s, _, _ := strings.Cut(v.s, "\x00")
	return strings.TrimSpace(s)
}

// id returns an identifier that is text in most agents: as text where it can be
// read, else in hexadecimal.
func (v value) id() string {
	if s := v.text(); s == "" || isPrintable(s) {
		if s == "" && strings.Trim(v.s, "\x00 ") != "" && v.isString() {
			return hex.EncodeToString([]byte(v.s))
		}
		return s
	}
	return hex.EncodeToString([]byte(v.s))
}

// oid returns an OBJECT IDENTIFIER in numbers, without a leading dot.
func (v value) oid() oid {
	if v.tag != tagOID {
		return ""
	}
	return oid(v.s)
}

// mac returns a MAC address: six octets, or the text that some agents and
// net-snmp with MIB files loaded make of them ("0:1b:21:3:4:5").
func (v value) mac() (fact.MAC, bool) {
	if !v.isString() {
		return fact.MAC{}, false
	}
	if m, ok := fact.MACFrom([]byte(v.s)); ok {
		return m, strings.TrimSpace(v.s) != "" // blanks stand for "none"
	}
	return textMAC(v.text())
}

// textMAC reads a MAC address of six groups of one or two hexadecimal digits.
func textMAC(s string) (fact.MAC, bool) {
	var m fact.MAC
	if len(s) < 11 || len(s) > 17 {
		return m, false
	}
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == '-' || r == ' ' })
	if len(groups) != len(m) {
		return m, false
	}
	for i, g := range groups {
		n, err := strconv.ParseUint(g, 16, 8)
		if err != nil || len(g) > 2 {
			return fact.MAC{}, false
		}
		m[i] = byte(n)
	}
	return m, true
}

// addr returns an IP address: an IpAddress, the octets of one, or its text.
func (v value) addr() (netip.Addr, bool) {
	if v.tag != tagIPAddress && !v.isString() {
		return netip.Addr{}, false
	}
	if a, ok := netip.AddrFromSlice([]byte(v.s)); ok {
		return a.Unmap(), true
	}
	if len(v.s) > 64 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(v.text())
	return a.WithZone("").Unmap(), err == nil
}

// isPrintable reports whether every rune of s can be shown.
func isPrintable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\t' && r != '\n' && r != '\r' {
			return false
		}
	}
	return true
}
