// Package vendor says who made a device, and what it is, by what it tells of
// itself: the maker's prefix of a MAC address, a sysObjectID, a description.
//
// The knowledge is data, in the files beside the code; the prefixes of MAC
// addresses are the IEEE's list as gopacket ships it.
package vendor

//go:generate go run prefixes_gen.go

import (
	_ "embed"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

//go:embed enterprises.tsv
var enterprises string

//go:embed objects.tsv
var objects string

//go:embed products.tsv
var products string

// prefixes holds a line for each, in order.
//
//go:embed prefixes.tsv
var prefixes string

// Product is what is known of a device from one text; any field may be empty.
type Product struct {
	Vendor  string
	Model   string
	OS      string
	Version string
	Roles   []topology.Role
}

// Catalogue is the knowledge about makers. It is not changed once made, and
// safe for concurrent use.
type Catalogue struct {
	byNumber map[uint64]Product
	byOID    map[string]Product
	patterns []pattern
}

type pattern struct {
	re      *regexp.Regexp
	product Product // with $1 and so on
}

// New returns the built-in catalogue. It panics where the built-in data is
// malformed, which a test rules out.
func New() *Catalogue {
	c := &Catalogue{byNumber: make(map[uint64]Product), byOID: make(map[string]Product)}
	for _, f := range rows(enterprises, 3) {
		n, err := strconv.ParseUint(f[0], 10, 32)
		if err != nil {
			panic("enterprises.tsv: " + err.Error())
		}
		c.byNumber[n] = Product{Vendor: f[1], Roles: roles(f[2])}
	}
	for _, f := range rows(objects, 4) {
		c.byOID[f[0]] = Product{Vendor: f[1], OS: f[2], Roles: roles(f[3])}
	}
	for _, f := range rows(products, 6) {
		c.patterns = append(c.patterns, pattern{
			re:      regexp.MustCompile(f[0]),
			product: Product{Vendor: f[1], Model: f[2], OS: f[3], Version: f[4], Roles: roles(f[5])},
		})
	}
	return c
}

// rows returns the lines of a table as their n columns, without comments.
func rows(table string, n int) [][]string {
	var out [][]string
	for line := range strings.Lines(table) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != n {
			panic("vendor table: " + strconv.Quote(line) + ": want " + strconv.Itoa(n) + " columns")
		}
		out = append(out, f)
	}
	return out
}

func roles(list string) []topology.Role {
	if list == "" {
		return nil
	}
	var out []topology.Role
	for r := range strings.SplitSeq(list, ",") {
		out = append(out, topology.Role(r))
	}
	return out
}

// enterprisePrefix is iso.org.dod.internet.private.enterprises (RFC 1155).
const enterprisePrefix = "1.3.6.1.4.1."

// ByObjectID returns what a sysObjectID says, by its longest known prefix or
// else its enterprise number.
func (c *Catalogue) ByObjectID(oid string) (Product, bool) {
	oid = strings.TrimPrefix(oid, ".")
	rest, ok := strings.CutPrefix(oid, enterprisePrefix)
	if !ok {
		return Product{}, false
	}
	for o := oid; len(o) > len(enterprisePrefix); {
		if p, ok := c.byOID[o]; ok {
			return p, true
		}
		i := strings.LastIndexByte(o, '.')
		o = o[:i]
	}
	number, _, _ := strings.Cut(rest, ".")
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return Product{}, false
	}
	p, ok := c.byNumber[n]
	return p, ok
}

// Describe returns what the first matching pattern makes of a text such as
// sysDescr or the LLDP system description.
func (c *Catalogue) Describe(text string) (Product, bool) {
	if text == "" {
		return Product{}, false
	}
	for _, p := range c.patterns {
		m := p.re.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		fill := func(s string) string {
			return strings.TrimSpace(string(p.re.ExpandString(nil, s, text, m)))
		}
		return Product{
			Vendor: fill(p.product.Vendor), Model: fill(p.product.Model),
			OS: fill(p.product.OS), Version: fill(p.product.Version), Roles: p.product.Roles,
		}, true
	}
	return Product{}, false
}

// ByMAC returns the organisation to which the IEEE gave the first three octets
// of m, and nothing for addresses that no maker gave out. Blocks of 28 and 36
// bits are not told apart.
func (*Catalogue) ByMAC(m fact.MAC) string {
	if !m.IsUniversal() {
		return ""
	}
	name := assigned(m)
	if name == "IEEE Registration Authority" || name == "Private" || name == "ICANN, IANA Department" {
		return ""
	}
	return name
}

// assigned looks a maker's prefix up in the IEEE's list.
func assigned(m fact.MAC) string {
	want := hex.EncodeToString(m[:3])
	lo, hi := 0, len(prefixes) // of the octets of the lines that are left
	for lo < hi {
		at := lo + strings.LastIndexByte(prefixes[lo:(lo+hi)/2], '\n') + 1
		end := at + strings.IndexByte(prefixes[at:], '\n')
		prefix, name, _ := strings.Cut(prefixes[at:end], "\t")
		switch strings.Compare(want, prefix) {
		case -1:
			hi = at
		case 1:
			lo = end + 1
		default:
			return name
		}
	}
	return ""
}
