// Package vendor says who made a device, and what it is, by what it tells of
// itself: the maker's prefix of a MAC address, a sysObjectID, a description.
//
// The knowledge is data, in the files beside the code: rules/ holds what makers
// call themselves and how their products describe themselves, numbers.tsv the
// IANA's list of private enterprise numbers, prefixes.tsv the IEEE's list of
// MAC addresses as gopacket ships it.
package vendor

//go:generate go run prefixes_gen.go
//go:generate go run numbers_gen.go

import (
	"cmp"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// prefixes holds a line for each, in order.
//
//go:embed prefixes.tsv
var prefixes string

// numbers holds a line for each, of five digits and in order.
//
//go:embed numbers.tsv
var numbers string

// Product is what is known of a device; any field may be empty.
type Product struct {
	Vendor  string
	Model   string
	Named   bool // Model is what people call it, rather than a part number
	Likely  bool // Model only looks like one, in a text of which a rule knows the rest
	OS      string
	Assumed bool // nothing names its operating system, and OS is called after the maker
	Version string
	Serial  string
	Roles   []topology.Role
}

// Catalogue is the knowledge about makers. It is not changed once made, and
// safe for concurrent use.
type Catalogue struct {
	known func() *knowledge
}

// New returns the built-in catalogue. Its rules are read when they are first
// asked for, which takes some 60 ms; it panics then where they are malformed,
// which a test rules out.
func New() *Catalogue { return &Catalogue{known: builtIn} }

// Identify returns what a sysObjectID and a description such as sysDescr or the
// LLDP system description say together. Either may be empty. False where they
// say nothing.
func (c *Catalogue) Identify(objectID, text string) (Product, bool) {
	k, object := c.known(), below(objectID)
	s := k.subject(object, text)
	p, f, told := merge(k.rules, s)
	m := k.byNumber[number(object)]
	if p.Vendor == "" || p.Vendor == m.Vendor {
		p.fill(Product{Vendor: m.Vendor, Roles: m.Roles})
		f.os, f.line = cmp.Or(f.os, m.OS), cmp.Or(f.line, k.lines[number(object)])
	}
	p.OS = cmp.Or(p.OS, f.os)
	if p.Vendor == "" {
		g, ofAny, toldOfAny := merge(k.generic, s)
		p.fill(g)
		p.OS = cmp.Or(p.OS, ofAny.os)
		p.Vendor = cmp.Or(k.holder(object), k.named(s.text))
		told = told || toldOfAny
	}
	if untold := !told || p.OS == ""; p.Vendor != "" && (untold || p.Model == "") {
		form := describe(s.text, lookUp(numbers, fmt.Sprintf("%05d", number(object))), p.Vendor)
		if untold {
			p.fill(form)
		}
		if p.Model == "" {
			p.Model = telling(form.Model, p)
			p.Likely = p.Model != ""
		}
	}
	p.Model = cmp.Or(p.Model, f.line)
	if p.OS == "" && p.Vendor != "" {
		p.OS, p.Assumed = p.Vendor+" firmware", true
	}
	return p, p.Vendor != "" || p.OS != ""
}

// merge returns what the rules say that match: the first of them says who made
// it, and others of the same maker what the first leaves open. Told is whether a
// rule knows the text.
func merge(rules []*rule, s subject) (p Product, f fallback, told bool) {
	matched := false
	for _, r := range rules {
		if !r.matches(s) || matched && r.product.Vendor != p.Vendor {
			continue
		}
		if !matched {
			matched, f.os = true, r.osOfMaker
		}
		f.line = cmp.Or(f.line, r.line)
		told = told || r.text != nil
		p.fill(r.expand(r.textOf(s)))
	}
	return p, f, told
}

// fallback is what counts where neither a rule nor the form of the text says
// more: the operating system of the maker, and the line of its products.
type fallback struct{ os, line string }

// fill takes from q what p leaves open. A version counts only for the operating
// system that it is of.
func (p *Product) fill(q Product) {
	if q.OS == "" || p.OS == "" || p.OS == q.OS {
		p.Version = cmp.Or(p.Version, q.Version)
	}
	if p.Model == "" {
		p.Model, p.Named = q.Model, q.Named
	}
	p.Vendor = cmp.Or(p.Vendor, q.Vendor)
	p.OS, p.Serial = cmp.Or(p.OS, q.OS), cmp.Or(p.Serial, q.Serial)
	if len(p.Roles) == 0 {
		p.Roles = q.Roles
	}
}

// holder returns the holder of the enterprise number as the IANA has it, unless
// it is known to make software for other makers' machines.
func (k *knowledge) holder(object string) string {
	n := number(object)
	if _, ok := k.byNumber[n]; ok || n == 0 {
		return ""
	}
	return company(lookUp(numbers, fmt.Sprintf("%05d", n)))
}

// enterprisePrefix is iso.org.dod.internet.private.enterprises (RFC 1155).
const enterprisePrefix = "1.3.6.1.4.1."

// ukPrefix is where companies of the United Kingdom have an arc by their number
// (ISO 6523), which some use for their objects.
const ukPrefix = "1.2.826.0.1."

// below returns a sysObjectID as it is below the enterprises, or from "uk." on
// below the companies of the United Kingdom, with a dot at its end; empty where
// it is elsewhere.
func below(objectID string) string {
	id := strings.TrimPrefix(objectID, ".")
	if rest, ok := strings.CutPrefix(id, ukPrefix); ok && rest != "" {
		return "uk." + rest + "."
	}
	rest, ok := strings.CutPrefix(id, enterprisePrefix)
	if !ok || rest == "" {
		return ""
	}
	return rest + "."
}

// number returns the enterprise number, 0 where there is none.
func number(object string) uint64 {
	digits, _, _ := strings.Cut(object, ".")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0
	}
	return n
}

// maxText bounds how much of a description is looked at, in octets.
const maxText = 1024

// normal returns a text with one blank wherever it has white space.
func normal(text string) string {
	return strings.Join(strings.Fields(text[:min(len(text), maxText)]), " ")
}

// ByMAC returns the organisation to which the IEEE gave the first three octets
// of m, and nothing for addresses that no maker gave out. Blocks of 28 and 36
// bits are not told apart.
func (*Catalogue) ByMAC(m fact.MAC) string {
	if !m.IsUniversal() {
		return ""
	}
	name := lookUp(prefixes, hex.EncodeToString(m[:3]))
	if name == "IEEE Registration Authority" || name == "Private" || name == "ICANN, IANA Department" {
		return ""
	}
	return name
}

// lookUp returns what stands behind a key and a tab in a list of sorted lines.
// Held as text, the list costs nothing until somebody asks.
func lookUp(list, want string) string {
	lo, hi := 0, len(list) // of the octets of the lines that are left
	for lo < hi {
		at := lo + strings.LastIndexByte(list[lo:(lo+hi)/2], '\n') + 1
		end := at + strings.IndexByte(list[at:], '\n')
		key, value, _ := strings.Cut(list[at:end], "\t")
		switch strings.Compare(want, key) {
		case -1:
			hi = at
		case 1:
			lo = end + 1
		default:
			return value
		}
	}
	return ""
}
