package snmp

import (
	"encoding/hex"
	"net/netip"
	"regexp"
	"strings"
	"unicode"

	"kanmon/discover/fact"
)

// patterns find in texts what identifies somebody by its form.
type patterns struct {
	// address is an address in any of the ways in which people write them: MAC
	// addresses with colons, dashes, Cisco's dots or nothing, IPv4 also with dashes
	// as in names, IPv6; and numbers of telephones.
	address *regexp.Regexp
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
		address: regexp.MustCompile(`(?i)\b(?:[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12}|` +
			`\d{1,3}(?:\.\d{1,3}){3}|\d{1,3}(?:-\d{1,3}){3}|(?:[0-9a-f]{1,4}:){1,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f]{0,4}:){0,6}[0-9a-f]{0,4}|` +
			`0\d{1,4}[-() ]{1,2}\d{1,4}[-() ]{1,2}\d{3,4})\b|::[0-9a-f:]+`),
		serial:  regexp.MustCompile(`(?i)(\b(?:s/?n|serial|fn)[ _-]*(?:number|num|no|nr|#)?\.?[ ]*[:#=][ ]*)([0-9a-z-]{5,})`),
		version: regexp.MustCompile(`(?i)(?:version|firmware|software|release|\bfw|\bsw)[ .:]*$`),
		token:   regexp.MustCompile(`[0-9A-Za-z]{6,}`),
	}
}

// address returns another address for one that stands in a text, written in the
// same way; false where s only looks like one.
func (p *pseudonyms) address(s string) (string, bool) {
	if m, ok := textMAC(s); ok {
		return p.mac(m).String(), true
	}
	plain := strings.ReplaceAll(s, ".", "")
	if b, err := hex.DecodeString(plain); err == nil && len(b) == 6 && strings.ContainsFunc(s, unicode.IsLetter) {
		m := p.mac(fact.MAC(b))
		out := hex.EncodeToString(m[:])
		if plain != s {
			out = out[:4] + "." + out[4:8] + "." + out[8:]
		}
		return out, true
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return p.addr(a).String(), true
	}
	if a, err := netip.ParseAddr(strings.ReplaceAll(s, "-", ".")); err == nil {
		return strings.ReplaceAll(p.addr(a).String(), ".", "-"), true
	}
	if s[0] == '0' && strings.ContainsAny(s, "-() ") { // of a telephone
		var out strings.Builder
		for _, w := range split(s) {
			if unicode.IsDigit(rune(w[0])) {
				w = p.number(w)
			}
			out.WriteString(w)
		}
		return out.String(), true
	}
	return s, false
}

// around replaces the addresses in s, and what lies between them by rest of it.
// Behind what stays matches nothing is replaced.
func (p *pseudonyms) around(s string, stays *regexp.Regexp, rest func(string) string) string {
	var out strings.Builder
	done := 0
	for _, at := range p.patterns.address.FindAllStringIndex(s, -1) {
		other, ok := p.address(s[at[0]:at[1]])
		if !ok || isLonger(s, at[0], at[1]) || stays != nil && stays.MatchString(s[:at[0]]) {
			continue
		}
		out.WriteString(rest(s[done:at[0]]))
		out.WriteString(other)
		done = at[1]
	}
	out.WriteString(rest(s[done:]))
	return out.String()
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
func (p *pseudonyms) text(s string) string { return p.around(s, nil, p.plain) }

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
		if unicode.IsLetter([]rune(w)[0]) && !p.words[strings.ToLower(w)] {
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

// scrub replaces addresses and serial numbers in a text of which the rest is to
// stay, words of the names that stand elsewhere in the walks, and the name that a
// system of Unix puts second.
func (p *pseudonyms) scrub(s string) string {
	fields := strings.SplitAfter(s, " ")
	const unix = "Linux FreeBSD NetBSD OpenBSD SunOS Darwin "
	if len(fields) > 1 && len(fields[0]) > 1 && strings.Contains(unix, fields[0]) {
		fields[1] = p.text(fields[1])
	}
	for i, f := range fields {
		if strings.Contains(f, "@") && len(f) > 2 {
			fields[i] = p.text(f)
		}
	}
	s = p.patterns.serial.ReplaceAllStringFunc(strings.Join(fields, ""), func(found string) string {
		at := p.patterns.serial.FindStringSubmatchIndex(found)
		return found[:at[4]] + p.serial(found[at[4]:])
	})
	return p.around(s, p.patterns.version, p.namesIn)
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
