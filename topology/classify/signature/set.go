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

//go:embed template.yaml
var template string

// Template returns a signature file to start from.
func Template() string { return template }

// Set is signatures made ready for look-up. It is not changed once made.
//
// Every look-up returns nil where nothing matches. Where several signatures
// match, the most specific name or prefix decides, then the set that was given
// last to With, then the lesser ID.
type Set struct {
	replaced []*Signature // whose place others took
	all      []*Signature // in order of precedence
	exact    map[string]*Signature
	suffix   map[string]*Signature // without "*."
	except   map[string]map[*Signature]bool
	search   map[string]*Signature
	remotes  prefixes
	closed   prefixes
	lines    prefixes
	dns      map[netip.Addr]*Signature
	numbers  map[uint32]*Signature
	ifTypes  map[uint32]*Signature
	makers   map[string]*Signature
	service  map[string]*Signature
	tunnels  map[string]*Signature
	pools    []pooled
	said     map[place][]saying
	programs map[string]*Signature // whole names
	begins   []begin               // beginnings of names
	usb      map[USB]*Signature

	resolvers     map[string]*Signature // as written: "*." stays
	resolverAddrs map[netip.Addr]*Signature
}

type pooled struct {
	Pool
	sig *Signature
}

// begin is what the names of some programs begin with.
type begin struct {
	text string
	sig  *Signature
}

// place is where something is said.
type place struct{ protocol, field string }

type saying struct {
	pattern *regexp.Regexp
	sig     *Signature
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
// operator can correct what comes with kanmon. A nil over changes nothing.
func (s *Set) With(over *Set) *Set {
	if over == nil {
		return s
	}
	replaced := make(map[string]bool)
	for _, x := range over.all {
		replaced[x.ID] = true
	}
	all := slices.Clone(over.all)
	var gone []*Signature
	for _, x := range s.all {
		if replaced[x.ID] {
			gone = append(gone, x)
		} else {
			all = append(all, x)
		}
	}
	out := newSet(all)
	out.replaced = gone
	return out
}

// Replaced returns the signatures whose place others took when the set was last
// made with With.
func (s *Set) Replaced() []*Signature { return slices.Clone(s.replaced) }

// Get returns the signature with this ID, nil where there is none.
func (s *Set) Get(id string) *Signature {
	for _, x := range s.all {
		if x.ID == id {
			return x
		}
	}
	return nil
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
		makers: map[string]*Signature{}, service: map[string]*Signature{}, tunnels: map[string]*Signature{},
		said: map[place][]saying{}, programs: map[string]*Signature{}, usb: map[USB]*Signature{},
		resolvers: map[string]*Signature{}, resolverAddrs: map[netip.Addr]*Signature{},
	}
	for _, x := range sigs {
		s.addDomains(x)
		putAll(s.search, x.Match.Search, x)
		putAll(s.dns, x.Match.DNSServers, x)
		putAll(s.numbers, x.Match.Enterprise, x)
		putAll(s.ifTypes, x.Match.IfTypes, x)
		putAll(s.makers, x.Match.Makers, x)
		putAll(s.service, x.Match.Services, x)
		putAll(s.tunnels, x.Match.Tunnels, x)
		putAll(s.resolvers, x.Match.Resolvers, x)
		putAll(s.resolverAddrs, x.Match.ResolverAddresses, x)
		putAll(s.usb, x.Match.USB, x)
		for _, n := range x.Match.Programs {
			if text, ok := strings.CutSuffix(n, "*"); ok {
				s.begins = append(s.begins, begin{text, x})
			} else {
				putAll(s.programs, []string{n}, x)
			}
		}
		for _, p := range x.Match.Pools {
			s.pools = append(s.pools, pooled{p, x})
		}
		for _, m := range x.Match.Said {
			p := place{strings.ToLower(m.Protocol), strings.ToLower(m.Field)}
			s.said[p] = append(s.said[p], saying{m.Pattern, x})
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
