package snmp

import (
	"slices"
	"strings"
)

// veil takes the secrets that agents are asked with out of what they answer: some
// repeat them in the description of a port, and evidence is shown to others.
type veil []Secret

// newVeil returns the veil over all secrets of a run: an agent may repeat those of
// another.
func newVeil(o Options) veil {
	var v veil
	note := func(c Credentials) {
		for _, s := range []Secret{c.Community, c.AuthPassphrase, c.PrivPassphrase} {
			// What everybody knows is no secret, and stands in many texts.
			if text := s.text(); text != "" && text != "public" && text != "private" {
				v = append(v, s)
			}
		}
	}
	note(o.Credentials)
	for _, k := range o.Keys {
		note(k.Credentials)
	}
	slices.SortFunc(v, func(a, b Secret) int { return len(b.text()) - len(a.text()) }) // one may be a part of another
	return v
}

// surely is the length from which on a secret is one wherever it stands. A
// shorter one is where it is a word of its own.
const surely = 8

// over returns s without secrets.
func (v veil) over(s string) string {
	for _, one := range v {
		secret := one.text()
		for from := 0; ; {
			at := strings.Index(s[from:], secret)
			if at < 0 {
				break
			}
			at += from
			end := at + len(secret)
			if len(secret) < surely && (at > 0 && isAlnum(s[at-1]) || end < len(s) && isAlnum(s[end])) {
				from = at + 1
				continue
			}
			s = s[:at] + hidden + s[end:]
			from = at + len(hidden)
		}
	}
	return s
}

// spelled is the length from which on a secret is one wherever it stands in the
// name of a variable. Before a shorter one must be its length, as of a text in an
// index (RFC 2578, 7.7).
const spelled = 4

// inName reports whether the name of a variable spells a secret, as the index of
// a table of communities does.
func (v veil) inName(o oid) bool {
	return slices.ContainsFunc(v, func(one Secret) bool {
		secret := one.text()
		if len(secret) < spelled {
			secret = string(rune(len(secret))) + secret
		}
		return strings.Contains(string(o), secret) // an octet is a sub-identifier, and the same octet of an oid
	})
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
