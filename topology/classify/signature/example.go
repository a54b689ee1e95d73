package signature

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"kanmon/topology/strictyaml"
)

// Example is one thing that a signature must match or reject: the field that
// is set says what kind of thing.
type Example struct {
	Domain     strictyaml.Text `yaml:"domain"`
	Remote     strictyaml.Text `yaml:"remote"`
	Closed     strictyaml.Text `yaml:"closed"`
	Advertised strictyaml.Text `yaml:"advertised"`
	Search     strictyaml.Text `yaml:"search_domain"`
	DNSServer  strictyaml.Text `yaml:"dns_server"`
	Enterprise strictyaml.Text `yaml:"enterprise_number"`
	Maker      strictyaml.Text `yaml:"maker"`
	IfType     strictyaml.Text `yaml:"interface_type"`
	IfDescr    strictyaml.Text `yaml:"interface_description"`
	Pool       strictyaml.Text `yaml:"pool"`
	Service    strictyaml.Text `yaml:"service"`
	Product    strictyaml.Text `yaml:"product"`
	Tunnel     strictyaml.Text `yaml:"tunnel"`
	Resolver   strictyaml.Text `yaml:"resolver"`
	ResolverAt strictyaml.Text `yaml:"resolver_address"`
	Said       SaidExample     `yaml:"said"`
	Program    strictyaml.Text `yaml:"program"`
	USB        strictyaml.Text `yaml:"usb_device"`
}

// SaidExample is something that a host says of itself.
type SaidExample struct {
	Protocol strictyaml.Text `yaml:"protocol"`
	Field    strictyaml.Text `yaml:"field"`
	Value    strictyaml.Text `yaml:"value"`
}

// question is an example together with the look-up that it is for.
type question struct {
	kind string
	text strictyaml.Text
	find func(*Set, string) (*Signature, error)
}

// questions returns what the example sets: one, where it is as it should be.
func (x *Example) questions() []question {
	text := func(f func(*Set, string) *Signature) func(*Set, string) (*Signature, error) {
		return func(s *Set, v string) (*Signature, error) { return f(s, v), nil }
	}
	addr := func(f func(*Set, netip.Addr) *Signature) func(*Set, string) (*Signature, error) {
		return func(s *Set, v string) (*Signature, error) {
			a, err := address(v)
			if err != nil {
				return nil, err
			}
			return f(s, a), nil
		}
	}
	num := func(f func(*Set, uint32) *Signature) func(*Set, string) (*Signature, error) {
		return func(s *Set, v string) (*Signature, error) {
			n, err := number(v)
			if err != nil {
				return nil, err
			}
			return f(s, n), nil
		}
	}
	all := []question{
		{"domain", x.Domain, text((*Set).Domain)},
		{"remote", x.Remote, addr((*Set).Remote)},
		{"closed", x.Closed, addr((*Set).Closed)},
		{"advertised", x.Advertised, addr((*Set).Advertised)},
		{"search_domain", x.Search, text((*Set).SearchDomain)},
		{"dns_server", x.DNSServer, addr((*Set).DNSServer)},
		{"enterprise_number", x.Enterprise, num((*Set).Enterprise)},
		{"maker", x.Maker, text((*Set).Maker)},
		{"interface_type", x.IfType, num(func(s *Set, n uint32) *Signature { return s.Interface(n, "", "") })},
		{"interface_description", x.IfDescr, text(func(s *Set, v string) *Signature { return s.Interface(0, v, "") })},
		{"pool", x.Pool, addr(func(s *Set, a netip.Addr) *Signature { g, _ := s.Pool(a); return g })},
		{"service", x.Service, text(func(s *Set, v string) *Signature { return s.Probed(v, "") })},
		{"product", x.Product, text(func(s *Set, v string) *Signature { return s.Probed("", v) })},
		{"tunnel", x.Tunnel, text((*Set).Tunnel)},
		{"resolver", x.Resolver, text((*Set).Resolver)},
		{"resolver_address", x.ResolverAt, addr((*Set).ResolverAt)},
		{"program", x.Program, text((*Set).Program)},
		{"usb_device", x.USB, text(func(s *Set, v string) *Signature {
			vendor, product, _ := strings.Cut(v, ":")
			return s.USB(vendor, product)
		})},
		{"said", x.Said.Value, text(func(s *Set, v string) *Signature { return s.Said(x.Said.Protocol.Value, x.Said.Field.Value, v) })},
	}
	return slices.DeleteFunc(all, func(q question) bool { return q.text.Line == 0 })
}

func (p *parser) tryExamples(s *Signature, e entry) {
	alone := newSet([]*Signature{s})
	for _, x := range e.Examples.Match {
		if t, hit := p.try(alone, &x); !hit {
			p.fail(t.Line, "signature %q does not match its example %s: correct one of them", s.ID, short(t.Value))
		}
	}
	for _, x := range e.Examples.Reject {
		if t, hit := p.try(alone, &x); hit {
			p.fail(t.Line, "signature %q matches %s, which it must reject: make it narrower", s.ID, short(t.Value))
		}
	}
}

// try returns the text of x and whether the only signature of s matches it.
func (p *parser) try(s *Set, x *Example) (strictyaml.Text, bool) {
	asked := x.questions()
	if len(asked) != 1 {
		var t strictyaml.Text
		if len(asked) > 0 {
			t = asked[0].text
		}
		p.fail(t.Line, "an example names one thing, and this one names %d", len(asked))
		return t, false
	}
	q := asked[0]
	found, err := q.find(s, q.text.Value)
	if err != nil {
		p.fail(q.text.Line, "example: %s", err.Error())
	}
	return q.text, found != nil
}

// Overlap is an example of one signature that another of the set decides.
type Overlap struct {
	Signature *Signature // whose example it is
	Example   string     // "domain x.example"
	By        *Signature
}

// Overlaps returns the examples of signatures that others of s decide, sorted:
// in one collection a fault, and where an operator's own signatures go before
// others what they meant, or not.
func (s *Set) Overlaps() []Overlap {
	var out []Overlap
	for _, x := range s.all {
		for i := range x.examples {
			for _, q := range x.examples[i].questions() {
				if by, err := q.find(s, q.text.Value); err == nil && by != x && by != nil {
					out = append(out, Overlap{Signature: x, Example: q.kind + " " + q.text.Value, By: by})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Overlap) int {
		return cmp.Or(strings.Compare(a.Signature.ID, b.Signature.ID), strings.Compare(a.Example, b.Example))
	})
	return out
}
