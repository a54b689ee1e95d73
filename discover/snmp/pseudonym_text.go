package snmp

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"kanmon/discover/fact"
)

// patterns find in texts what identifies somebody by its form.
type patterns struct {
	// address is an address in any of the ways in which people write them: MAC
	// addresses with colons, dashes, blanks, Cisco's dots or nothing, IPv4 also with
	// dashes as in names, IPv6; and numbers of telephones.
	address *regexp.Regexp
	// network is the beginning of a private IPv4 address.
	network *regexp.Regexp
	// phone is a number behind a word for a telephone.
	phone *regexp.Regexp
	// domain is the name of a host or a domain of DNS.
	domain *regexp.Regexp
	// serial is a serial number behind a word that says so.
	serial *regexp.Regexp
	// version ends what stands before the number of a version, which may look like
	// an address.
	version *regexp.Regexp
	// token is what may be a serial number by itself.
	token *regexp.Regexp
}

func newPatterns() patterns {
	return patterns{
		address: regexp.MustCompile(`(?i)\b[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}\b|\b[0-9a-f]{2}(?: [0-9a-f]{2}){5}\b|` +
			`[0-9a-f]{4}(?:[.:-][0-9a-f]{4}){2}\b|\b[0-9a-f]{6}[:-][0-9a-f]{6}\b|[0-9a-f]{12}\b|` +
			`\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\d{1,3}(?:-\d{1,3}){3}\b|` +
			`\b(?:[0-9a-f]{1,4}:){1,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f]{0,4}:){0,6}[0-9a-f]{0,4}\b|::[0-9a-f:]+(?:\.\d{1,3}){0,3}|` +
			`(?:\+\d{1,3}[-() .]{0,3}|\b0)\d{1,4}[-() ]{1,2}\d{1,4}[-() ]{1,2}\d{3,4}\b`),
		network: regexp.MustCompile(`\b(?:10[.-]\d{1,3}[.-]|172[.-](?:1[6-9]|2\d|3[01])[.-]|192[.-]168[.-])\d{1,3}\b`),
		phone:   regexp.MustCompile(`(?i)(?:tel|phone|phs|fax|ext|内線|電話)[.:：# ]*\d[-0-9() ]*`),
		domain: regexp.MustCompile(`(?i)\b(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+` +
			`(?:com|net|org|edu|gov|mil|info|local|lan|intra|intranet|internal|corp|home|hosp|hospital|jp|cn|kr|tw|us|uk|eu|de|fr|it|es|nl|be|ch|at|se|no|dk|fi|pl|ru|br|au|nz|ca)\b`),
		serial:  regexp.MustCompile(`(?i)(\b(?:s/?n|serial|fn)[ _-]*(?:number|num|no|nr|#)?\.?[ ]*[:#=][ ]*)([0-9a-z-]{5,})`),
		version: regexp.MustCompile(`(?i)(?:version|firmware|software|release|\bfw|\bsw)[ .:]*$`),
		token:   regexp.MustCompile(`[0-9A-Za-z]{6,}`),
	}
}

// address returns another address for one that stands in a text, written in the
// same way; false where s only looks like one.
func (p *pseudonyms) address(s string) (string, bool) {
	groups := strings.FieldsFunc(s, isMark)
	b, err := hex.DecodeString(strings.Join(groups, ""))
	isNumber := len(groups) == 1 && !strings.ContainsFunc(s, unicode.IsLetter)
	if err == nil && len(b) == 6 && len(groups) != 4 && !isNumber { // four are of IPv4
		m := p.mac(fact.MAC(b))
		return like(s, hex.EncodeToString(m[:])), true
	}
	if m, ok := textMAC(s); ok { // of which some octets have one digit
		return p.mac(m).String(), true
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return p.addr(a).String(), true
	}
	if a, ok := decimals(strings.ReplaceAll(s, "-", ".")); ok {
		s = strings.Trim(s, "0123456789") // "." or "-", and what stands between them
		return strings.ReplaceAll(p.addr(a).String(), ".", s[:1]), true
	}
	if (s[0] == '0' || s[0] == '+') && strings.ContainsAny(s, "-() ") {
		return p.numbers(s), true
	}
	return s, false
}

// isMark reports whether r stands between the digits of MAC addresses.
func isMark(r rune) bool { return strings.ContainsRune(".:- ", r) }

// like writes digits with what stands between those of s.
func like(s, digits string) string {
	var out strings.Builder
	for i := range len(s) {
		if isMark(rune(s[i])) {
			out.WriteByte(s[i])
			continue
		}
		out.WriteByte(digits[0])
		digits = digits[1:]
	}
	return out.String()
}

// decimals reads an IPv4 address whose numbers may have zeros before them.
func decimals(s string) (netip.Addr, bool) {
	var b [4]byte
	fields := strings.Split(s, ".")
	if len(fields) != len(b) {
		return netip.Addr{}, false
	}
	for i, f := range fields {
		n, err := strconv.ParseUint(f, 10, 8)
		if err != nil {
			return netip.Addr{}, false
		}
		b[i] = byte(n)
	}
	return netip.AddrFrom4(b), true
}

// numbers replaces the numbers in s.
func (p *pseudonyms) numbers(s string) string {
	var out strings.Builder
	for _, w := range split(s) {
		if unicode.IsDigit([]rune(w)[0]) {
			w = p.number(w)
		}
		out.WriteString(w)
	}
	return out.String()
}

// networks replaces the beginnings of private addresses in s as whole addresses
// are.
func (p *pseudonyms) networks(s string) string {
	return p.patterns.network.ReplaceAllStringFunc(s, func(found string) string {
		a, ok := decimals(strings.ReplaceAll(found, "-", ".") + ".0")
		if !ok {
			return found
		}
		other := p.addr(a).As4()
		mark := strings.Trim(found, "0123456789")[:1]
		return fmt.Sprintf("%d%s%d%s%d", other[0], mark, other[1], mark, other[2])
	})
}

// around replaces the addresses in s, and what lies between them by rest of it.
// Behind what stays matches nothing is replaced.
func (p *pseudonyms) around(s string, stays *regexp.Regexp, rest func(string) string) string {
	var out strings.Builder
	done := 0
	for _, at := range p.patterns.address.FindAllStringIndex(s, -1) {
		found := s[at[0]:at[1]]
		other, ok := p.address(found)
		if !ok || stays != nil && !isPrivate(found) && (isLonger(s, at[0], at[1]) || stays.MatchString(s[:at[0]])) {
			continue
		}
		out.WriteString(rest(s[done:at[0]]))
		out.WriteString(other)
		done = at[1]
	}
	out.WriteString(rest(s[done:]))
	return out.String()
}

// isPrivate reports whether s is an address for private use, which the number of
// a version hardly is.
func isPrivate(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.IsPrivate() && a.As16()[12] != 10
}

// isLonger reports whether numbers between from and to go on before or behind
// them, as those of a version do.
func isLonger(s string, from, to int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(s) && '0' <= s[i] && s[i] <= '9' }
	return from > 0 && s[from-1] == '.' && digit(from-2) || to < len(s) && s[to] == '.' && digit(to+1)
}

// text replaces the words of a text but those that tell nothing of anybody,
// numbers of more than four digits, addresses, and what has the form of a serial
// number. What stands between words stays.
func (p *pseudonyms) text(s string) string {
	s = p.patterns.phone.ReplaceAllStringFunc(s, p.numbers)
	return p.around(s, nil, func(rest string) string { return p.plain(p.networks(rest)) })
}

// plain is text without addresses.
func (p *pseudonyms) plain(s string) string {
	var out strings.Builder
	done := 0
	for _, at := range p.patterns.token.FindAllStringIndex(s, -1) {
		if t := s[at[0]:at[1]]; p.serials[t] || p.isMixed(t) {
			out.WriteString(p.everyWord(s[done:at[0]]))
			out.WriteString(p.serial(t))
			done = at[1]
		}
	}
	out.WriteString(p.everyWord(s[done:]))
	return out.String()
}

// isMixed reports whether letters and digits take turns in s as they do in
// serial numbers, and not in names of ports.
func (p *pseudonyms) isMixed(s string) bool {
	const least = 4
	runs := split(s)
	for _, w := range runs {
		if unicode.IsLetter([]rune(w)[0]) && (len(w) == 1 || !p.words[strings.ToLower(w)]) {
			return len(runs) >= least
		}
	}
	return false
}

func (p *pseudonyms) everyWord(s string) string {
	var out strings.Builder
	for _, w := range split(s) {
		switch r := []rune(w)[0]; {
		case unicode.IsDigit(r) && len(w) > 4:
			out.WriteString(p.number(w))
		case unicode.IsLetter(r) && len(w) > 1 && !p.words[strings.ToLower(w)]:
			out.WriteString(p.word(w))
		default:
			out.WriteString(w)
		}
	}
	return out.String()
}

// system is scrub of a sysDescr. Some systems let their owner write it: so is one
// taken that has no number, and one of a single word that is not like a model.
func (p *pseudonyms) system(s string) string {
	hasDigit := strings.ContainsFunc(s, unicode.IsDigit)
	if !hasDigit || len(strings.Fields(s)) == 1 && !strings.ContainsFunc(s, unicode.IsUpper) {
		return p.text(s)
	}
	return p.scrub(s)
}

// scrub replaces addresses and serial numbers in a text of which the rest is to
// stay, words of the names that stand elsewhere in the walks, and the name that a
// system of Unix puts second.
func (p *pseudonyms) scrub(s string) string {
	fields := strings.SplitAfter(s, " ")
	const unix = "Linux FreeBSD NetBSD OpenBSD DragonFly SunOS Darwin HP-UX IRIX IRIX64 OSF1 pfSense OPNsense "
	if len(fields) > 1 && len(fields[0]) > 1 && strings.Contains(unix, fields[0]) {
		fields[1] = p.text(fields[1])
	}
	for i, f := range fields {
		if strings.Contains(f, "@") && len(f) > 2 {
			fields[i] = p.text(f)
		}
	}
	s = p.patterns.domain.ReplaceAllStringFunc(strings.Join(fields, ""), p.host)
	s = p.patterns.phone.ReplaceAllStringFunc(s, p.numbers)
	s = p.patterns.serial.ReplaceAllStringFunc(s, func(found string) string {
		at := p.patterns.serial.FindStringSubmatchIndex(found)
		return found[:at[4]] + p.serial(found[at[4]:])
	})
	return p.around(s, p.patterns.version, p.namesIn)
}

// host replaces the name of a host, but that of a maker's site.
func (p *pseudonyms) host(name string) string {
	labels := strings.Split(name, ".")
	if p.words[strings.ToLower(labels[len(labels)-2])] {
		return name
	}
	for i, label := range labels[:len(labels)-1] {
		labels[i] = p.word(label)
	}
	return strings.Join(labels, ".")
}

// namesIn replaces the serial numbers in s that are known, and the words of
// names.
func (p *pseudonyms) namesIn(s string) string {
	s = p.patterns.token.ReplaceAllStringFunc(s, func(t string) string {
		if p.serials[t] {
			return p.serial(t)
		}
		return t
	})
	var out strings.Builder
	for _, w := range split(s) {
		if p.known[strings.ToLower(w)] {
			w = p.word(w)
		}
		out.WriteString(w)
	}
	return out.String()
}
