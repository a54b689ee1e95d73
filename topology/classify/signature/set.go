package signature

import (
	"bytes"
	"embed"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

//go:embed data/*.yaml
var embedded embed.FS

// Set is signatures made ready for look-up. It is not changed once made.
//
// Every look-up returns nil where nothing matches. Where several signatures
// match, the most specific name or prefix decides, then the set that was given
// last to With, then the lesser ID.
type Set struct {
	all     []*Signature // in order of precedence
	exact   map[string]*Signature
	suffix  map[string]*Signature // without "*."
	except  map[string]map[*Signature]bool
	search  map[string]*Signature
	remotes prefixes
	closed  prefixes
	lines   prefixes
	dns     map[netip.Addr]*Signature
	numbers map[uint32]*Signature
	ifTypes map[uint32]*Signature
	makers  map[string]*Signature
	service map[string]*Signature
	pools   []pooled
}

type pooled struct {
	Pool
	sig *Signature
}

// prefixes finds the longest prefix that contains an address.
type prefixes struct {
	sigs map[netip.Prefix]*Signature
	bits []int // lengths in use, longest first
}

func newPrefixes(sigs []*Signature, of func(*Match) []netip.Prefix) prefixes {
	p := prefixes{sigs: map[netip.Prefix]*Signature{}}
	for _, x := range sigs {
		putAll(p.sigs, of(&x.Match), x)
	}
	for q := range p.sigs {
		if !slices.Contains(p.bits, q.Bits()) {
			p.bits = append(p.bits, q.Bits())
		}
	}
	slices.SortFunc(p.bits, func(a, b int) int { return b - a })
	return p
}

func (p prefixes) find(a netip.Addr) *Signature {
	a = a.Unmap().WithZone("")
	for _, bits := range p.bits {
		if q, err := a.Prefix(bits); err == nil && p.sigs[q] != nil {
			return p.sigs[q]
		}
	}
	return nil
}

// Default returns the signatures that come with kanmon.
func Default() (*Set, error) {
	names, err := embedded.ReadDir("data")
	if err != nil {
		return nil, fmt.Errorf("read embedded signatures: %w", err)
	}
	out := newSet(nil)
	for _, e := range names {
		b, err := embedded.ReadFile("data/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read embedded signatures: %w", err)
		}
		s, err := Load(bytes.NewReader(b), e.Name())
		if err != nil {
			return nil, err
		}
		n := len(out.all) + len(s.all)
		if out = out.With(s); len(out.all) != n {
			return nil, fmt.Errorf("embedded signatures: %s has an ID that another file has", e.Name())
		}
	}
	return out, nil
}

// With returns the signatures of s and of over, those of over first. A
// signature of over takes the place of one of s with the same ID, so that an
// operator can correct what comes with kanmon.
func (s *Set) With(over *Set) *Set {
	replaced := make(map[string]bool)
	for _, x := range over.all {
		replaced[x.ID] = true
	}
	all := slices.Clone(over.all)
	for _, x := range s.all {
		if !replaced[x.ID] {
			all = append(all, x)
		}
	}
	return newSet(all)
}

// All returns every signature, sorted by ID.
func (s *Set) All() []*Signature {
	out := slices.Clone(s.all)
	slices.SortFunc(out, func(a, b *Signature) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func newSet(sigs []*Signature) *Set {
	s := &Set{
		all:   sigs,
		exact: map[string]*Signature{}, suffix: map[string]*Signature{}, except: map[string]map[*Signature]bool{},
		search:  map[string]*Signature{},
		remotes: newPrefixes(sigs, func(m *Match) []netip.Prefix { return m.Remotes }),
		closed:  newPrefixes(sigs, func(m *Match) []netip.Prefix { return m.Closed }),
		lines:   newPrefixes(sigs, func(m *Match) []netip.Prefix { return m.Advertised }),
		dns:     map[netip.Addr]*Signature{},
		numbers: map[uint32]*Signature{}, ifTypes: map[uint32]*Signature{},
		makers: map[string]*Signature{}, service: map[string]*Signature{},
	}
	for _, x := range sigs {
		s.addDomains(x)
		putAll(s.search, x.Match.Search, x)
		putAll(s.dns, x.Match.DNSServers, x)
		putAll(s.numbers, x.Match.Enterprise, x)
		putAll(s.ifTypes, x.Match.IfTypes, x)
		putAll(s.makers, x.Match.Makers, x)
		putAll(s.service, x.Match.Services, x)
		for _, p := range x.Match.Pools {
			s.pools = append(s.pools, pooled{p, x})
		}
	}
	return s
}

func (s *Set) addDomains(x *Signature) {
	for _, d := range x.Match.Domains {
		if base, ok := strings.CutPrefix(d, "*."); ok {
			putAll(s.suffix, []string{base}, x)
		} else {
			putAll(s.exact, []string{d}, x)
		}
	}
	for _, d := range x.Match.Except {
		if s.except[d] == nil {
			s.except[d] = make(map[*Signature]bool)
		}
		s.except[d][x] = true
	}
}

// putAll notes x under each key that no signature of higher precedence has.
func putAll[K comparable](m map[K]*Signature, keys []K, x *Signature) {
	for _, k := range keys {
		if m[k] == nil {
			m[k] = x
		}
	}
}

// normal is the form in which names are compared (RFC 4343): lower case, no
// final dot.
func normal(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// Domain returns the signature of a DNS name. Names match by whole labels.
func (s *Set) Domain(name string) *Signature {
	n := normal(name)
	if n == "" || len(n) > 253 {
		return nil
	}
	if x := s.exact[n]; x != nil && !s.excepted(n, x) {
		return x
	}
	for rest := n; ; {
		_, parent, ok := strings.Cut(rest, ".")
		if !ok {
			return nil
		}
		if x := s.suffix[parent]; x != nil && !s.excepted(n, x) {
			return x
		}
		rest = parent
	}
}

// excepted reports whether x says of the name n, or of all names above it,
// that it is something else.
func (s *Set) excepted(n string, x *Signature) bool {
	if s.except[n][x] {
		return true
	}
	for ok := true; ok; {
		if _, n, ok = strings.Cut(n, "."); ok && s.except["*."+n][x] {
			return true
		}
	}
	return false
}

// Remote returns the signature of the party outside that has the address.
func (s *Set) Remote(a netip.Addr) *Signature { return s.remotes.find(a) }

// Closed returns the signature of the closed network that has the address.
func (s *Set) Closed(a netip.Addr) *Signature { return s.closed.find(a) }

// Advertised returns the signature of the kind of line that gives prefixes
// such as the one with this address to the inside.
func (s *Set) Advertised(a netip.Addr) *Signature { return s.lines.find(a) }

// SearchDomain returns the signature of the kind of line that gives this search
// domain, or one above it, to the inside.
func (s *Set) SearchDomain(name string) *Signature {
	for rest, ok := normal(name), true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if x := s.search[rest]; x != nil {
			return x
		}
	}
	return nil
}

// DNSServer returns the signature of the line or service that has this name
// server.
func (s *Set) DNSServer(a netip.Addr) *Signature { return s.dns[a.Unmap().WithZone("")] }

// Enterprise returns the signature of the maker with this IANA enterprise
// number.
func (s *Set) Enterprise(n uint32) *Signature { return s.numbers[n] }

// Interface returns the signature of an interface by its IANAifType, else by its
// ifDescr or ifName.
func (s *Set) Interface(ifType uint32, descr, name string) *Signature {
	descr, name = strings.TrimRight(descr, "\uFFFD "), strings.TrimRight(name, "\uFFFD ") // some agents end them with NUL
	if x := s.ifTypes[ifType]; x != nil && !matches(x.Match.IfExcept, descr) && !matches(x.Match.IfExcept, name) {
		return x
	}
	of := func(m *Match) []*regexp.Regexp { return m.IfDescr }
	if x := s.first(descr, of); x != nil {
		return x
	}
	return s.first(name, of)
}

// Maker returns the signature of a maker by its name in an OUI list: its first
// words, whatever their case and whatever stands after them.
func (s *Set) Maker(name string) *Signature {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" ,.()", r) })
	const longest = 4
	for n := min(len(words), longest); n > 0; n-- {
		if x := s.makers[strings.Join(words[:n], " ")]; x != nil {
			return x
		}
	}
	return nil
}

// Probed returns the signature of a listener by what a probe found of it: the
// name of the service, or of the product.
func (s *Set) Probed(service, product string) *Signature {
	if x := s.first(product, func(m *Match) []*regexp.Regexp { return m.Products }); x != nil {
		return x
	}
	return s.service[strings.ToLower(service)]
}

func (s *Set) first(text string, patterns func(*Match) []*regexp.Regexp) *Signature {
	if text == "" {
		return nil
	}
	for _, x := range s.all {
		if matches(patterns(&x.Match), text) {
			return x
		}
	}
	return nil
}

func matches(patterns []*regexp.Regexp, text string) bool {
	return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(text) })
}

// Pool returns the signature and the pool that has the address; nil where none
// has.
func (s *Set) Pool(a netip.Addr) (*Signature, Pool) {
	a = a.Unmap().WithZone("")
	var best pooled
	for _, p := range s.pools {
		if p.Prefix.Contains(a) && (best.sig == nil || p.Prefix.Bits() > best.Prefix.Bits()) {
			best = p
		}
	}
	return best.sig, best.Pool
}
