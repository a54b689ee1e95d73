package signature

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"kanmon/topology"
	"kanmon/topology/strictyaml"
)

// maxList bounds each list of a signature.
const maxList = 1000

// file is a signature file as it is written.
type file struct {
	Version    int     `yaml:"version"`
	Signatures []entry `yaml:"signatures"`
}

type entry struct {
	ID           strictyaml.Text   `yaml:"id"`
	Service      strictyaml.Text   `yaml:"service"`
	ServiceJA    strictyaml.Text   `yaml:"service_ja"`
	Category     strictyaml.Text   `yaml:"category"`
	Transport    []strictyaml.Text `yaml:"transport"`
	Organisation struct {
		JA strictyaml.Text `yaml:"ja"`
		EN strictyaml.Text `yaml:"en"`
	} `yaml:"organisation"`
	Match      matchEntry      `yaml:"match"`
	Source     strictyaml.Text `yaml:"source"`
	Confidence strictyaml.Text `yaml:"confidence"`
	Examples   struct {
		Match  []Example `yaml:"match"`
		Reject []Example `yaml:"reject"`
	} `yaml:"examples"`
}

type matchEntry struct {
	Domains    []strictyaml.Text `yaml:"domains"`
	Except     []strictyaml.Text `yaml:"except"`
	Remotes    []strictyaml.Text `yaml:"remotes"`
	Closed     []strictyaml.Text `yaml:"closed"`
	Advertised []strictyaml.Text `yaml:"advertised"`
	Search     []strictyaml.Text `yaml:"search_domains"`
	DNSServers []strictyaml.Text `yaml:"dns_servers"`
	Enterprise []strictyaml.Text `yaml:"enterprise_numbers"`
	Makers     []strictyaml.Text `yaml:"makers"`
	IfTypes    []strictyaml.Text `yaml:"interface_types"`
	IfDescr    []strictyaml.Text `yaml:"interface_descriptions"`
	IfExcept   []strictyaml.Text `yaml:"except_interface_descriptions"`
	Pools      []poolEntry       `yaml:"pools"`
	Services   []strictyaml.Text `yaml:"services"`
	Products   []strictyaml.Text `yaml:"products"`
}

type poolEntry struct {
	Prefix  strictyaml.Text `yaml:"prefix"`
	Gateway strictyaml.Text `yaml:"gateway"`
}

// Load reads a signature file. Name is the file's name in errors. All errors
// are joined, each with its line. Examples are tried here, so that a signature
// that does not do what its author meant never gets into use.
func Load(r io.Reader, name string) (*Set, error) {
	var f file
	if err := strictyaml.Load(r, name, &f); err != nil {
		return nil, err
	}
	p := parser{file: name}
	if f.Version != 1 {
		p.fail(0, "version is %d and must be 1", f.Version)
	}
	if len(f.Signatures) > maxList {
		p.fail(0, "more than %d signatures: split the file", maxList)
		return nil, errors.Join(p.errs...)
	}
	seen := make(map[string]int)
	var sigs []*Signature
	for _, e := range f.Signatures {
		if line, ok := seen[e.ID.Value]; ok && e.ID.Set() {
			p.fail(e.ID.Line, "id %q is used already in line %d: give each signature its own", e.ID.Value, line)
		}
		seen[e.ID.Value] = e.ID.Line
		s := p.signature(e)
		if len(p.errs) == 0 {
			p.tryExamples(s, e)
		}
		sigs = append(sigs, s)
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	slices.SortFunc(sigs, func(a, b *Signature) int { return strings.Compare(a.ID, b.ID) })
	return newSet(sigs), nil
}

// parser gathers errors.
type parser struct {
	file string
	errs []error
}

func (p *parser) fail(line int, format string, args ...any) {
	p.errs = append(p.errs, &strictyaml.Error{File: p.file, Line: line, Msg: fmt.Sprintf(format, args...)})
}

func (p *parser) signature(e entry) *Signature {
	s := &Signature{
		ID: e.ID.Value, Service: e.Service.Value, ServiceJA: e.ServiceJA.Value, Category: topology.Category(e.Category.Value),
		Organisation: Organisation{JA: e.Organisation.JA.Value, EN: e.Organisation.EN.Value}, Source: e.Source.Value, Confidence: e.Confidence.Value,
	}
	if !validID(s.ID) {
		p.fail(e.ID.Line, "id %q: want 1 to 64 lower-case letters, digits and hyphens", s.ID)
	}
	if !e.Service.Set() {
		p.fail(e.ID.Line, "signature %q has no service: write what people call it", s.ID)
	}
	if !slices.Contains(topology.Categories(), s.Category) {
		p.fail(e.Category.Line, "category %q is not one of %v", s.Category, topology.Categories())
	}
	if !e.Source.Set() {
		p.fail(e.ID.Line, "signature %q has no source: say where its values are from", s.ID)
	}
	if s.Confidence != "high" && s.Confidence != "medium" {
		p.fail(e.ID.Line, "confidence of %q is %q and must be high or medium: a weaker hint is no signature", s.ID, s.Confidence)
	}
	for _, t := range e.Transport {
		s.Transport = append(s.Transport, strings.ToLower(t.Value))
	}
	s.Match = p.match(e.Match)
	if len(e.Examples.Match) == 0 || len(e.Examples.Reject) == 0 {
		p.fail(e.ID.Line, "signature %q needs an example that it matches and one that it must reject", s.ID)
	}
	return s
}

func (p *parser) match(e matchEntry) Match {
	m := Match{
		Domains: list(p, e.Domains, domain), Except: list(p, e.Except, domain),
		Remotes: list(p, e.Remotes, prefix), Closed: list(p, e.Closed, prefix), Advertised: list(p, e.Advertised, prefix),
		Search:     list(p, e.Search, domain),
		DNSServers: list(p, e.DNSServers, netip.ParseAddr),
		Enterprise: list(p, e.Enterprise, number), IfTypes: list(p, e.IfTypes, number),
		Makers: list(p, e.Makers, word), Services: list(p, e.Services, word),
		IfDescr: list(p, e.IfDescr, pattern), IfExcept: list(p, e.IfExcept, pattern), Products: list(p, e.Products, pattern),
	}
	for _, q := range e.Pools {
		pools := list(p, []strictyaml.Text{q.Prefix}, prefix)
		gates := list(p, []strictyaml.Text{q.Gateway}, netip.ParseAddr)
		if len(pools) != 1 || len(gates) != 1 {
			continue
		}
		if !pools[0].Contains(gates[0]) {
			p.fail(q.Gateway.Line, "gateway %s is not in the pool %s", gates[0], pools[0])
		}
		m.Pools = append(m.Pools, Pool{Prefix: pools[0], Gateway: gates[0]})
	}
	return m
}

// list parses each text of a list and notes what does not parse.
func list[T any](p *parser, in []strictyaml.Text, parse func(string) (T, error)) []T {
	if len(in) > maxList {
		p.fail(in[0].Line, "more than %d values in one list", maxList)
		return nil
	}
	var out []T
	for _, t := range in {
		v, err := parse(t.Value)
		if err != nil {
			p.fail(t.Line, "%s", err.Error())
			continue
		}
		out = append(out, v)
	}
	return out
}

func validID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// domain checks a name or "*." and a name. The part after the star may be a
// single label: closed networks have top-level domains of their own.
func domain(s string) (string, error) {
	n := normal(s)
	labels := strings.Split(strings.TrimPrefix(n, "*."), ".")
	if len(n) > 253 || strings.HasPrefix(n, "*.") != strings.Contains(n, "*") {
		return "", fmt.Errorf("domain %q: want a name, or *. and a name", s)
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", fmt.Errorf("domain %q: want labels of letters, digits and hyphens", s)
		}
	}
	if !strings.HasPrefix(n, "*.") && len(labels) < 2 {
		return "", fmt.Errorf("domain %q: one label alone is not a name on a network", s)
	}
	return n, nil
}

func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	q, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if q.Masked() != q || q.Bits() < 8 {
		return netip.Prefix{}, fmt.Errorf("prefix %s: want at least 8 bits, and zeros after them", q)
	}
	return q, nil
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a whole number above 0", s)
	}
	return uint32(n), nil
}

func word(s string) (string, error) {
	if len(s) < 2 {
		return "", fmt.Errorf("%q is too short to recognise anything by", s)
	}
	return strings.ToLower(s), nil
}

// pattern compiles a regular expression that is anchored at both ends and
// without repetition that has no bound.
func pattern(s string) (*regexp.Regexp, error) {
	const most = 200
	if len(s) > most || !strings.HasPrefix(s, "^") || !strings.HasSuffix(s, "$") || strings.HasSuffix(s, `\$`) {
		return nil, fmt.Errorf("pattern %q: want ^…$ of at most %d octets", s, most)
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", s, err)
	}
	if err := bounded(tree); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", s, err)
	}
	return regexp.Compile(s)
}

func bounded(t *syntax.Regexp) error {
	switch {
	case t.Op == syntax.OpStar, t.Op == syntax.OpPlus, t.Op == syntax.OpRepeat && t.Max < 0:
		return errors.New("repetition needs a bound, as in [0-9]{1,4}")
	case t.Op == syntax.OpAlternate && !grouped(t):
		return errors.New("put alternatives in (…), so that ^ and $ hold for each")
	}
	for _, s := range t.Sub {
		if err := bounded(s); err != nil {
			return err
		}
	}
	return nil
}

// grouped reports whether no alternative begins with ^ or ends with $, which
// would mean that the others do not.
func grouped(t *syntax.Regexp) bool {
	for _, s := range t.Sub {
		for _, e := range append([]*syntax.Regexp{s}, s.Sub...) {
			if e.Op == syntax.OpBeginText || e.Op == syntax.OpEndText || e.Op == syntax.OpBeginLine || e.Op == syntax.OpEndLine {
				return false
			}
		}
	}
	return true
}
