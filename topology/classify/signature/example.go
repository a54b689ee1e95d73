package signature

import (
	"net/netip"
	"strconv"

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
}

func (p *parser) tryExamples(s *Signature, e entry) {
	alone := newSet([]*Signature{s})
	for _, x := range e.Examples.Match {
		if t, hit := p.try(alone, x); !hit {
			p.fail(t.Line, "signature %q does not match its example %q: correct one of them", s.ID, t.Value)
		}
	}
	for _, x := range e.Examples.Reject {
		if t, hit := p.try(alone, x); hit {
			p.fail(t.Line, "signature %q matches %q, which it must reject: make it narrower", s.ID, t.Value)
		}
	}
}

// try returns the text of x and whether the only signature of s matches it.
func (p *parser) try(s *Set, x Example) (strictyaml.Text, bool) {
	hit := false
	given := 0
	var text strictyaml.Text
	one := func(t strictyaml.Text, match func(string) bool) {
		if t.Line == 0 {
			return
		}
		given++
		text, hit = t, match(t.Value)
	}
	addr := func(f func(netip.Addr) *Signature) func(string) bool {
		return func(v string) bool {
			a, err := netip.ParseAddr(v)
			if err != nil {
				p.fail(text.Line, "example: %s", err.Error())
			}
			return err == nil && f(a) != nil
		}
	}
	num := func(f func(uint32) *Signature) func(string) bool {
		return func(v string) bool {
			n, err := strconv.ParseUint(v, 10, 32)
			return err == nil && f(uint32(n)) != nil
		}
	}
	text1 := func(f func(string) *Signature) func(string) bool {
		return func(v string) bool { return f(v) != nil }
	}
	one(x.Domain, text1(s.Domain))
	one(x.Remote, addr(s.Remote))
	one(x.Closed, addr(s.Closed))
	one(x.Advertised, addr(s.Advertised))
	one(x.Search, text1(s.SearchDomain))
	one(x.DNSServer, addr(s.DNSServer))
	one(x.Enterprise, num(s.Enterprise))
	one(x.Maker, text1(s.Maker))
	one(x.IfType, num(func(n uint32) *Signature { return s.Interface(n, "", "") }))
	one(x.IfDescr, text1(func(v string) *Signature { return s.Interface(0, v, "") }))
	one(x.Pool, addr(func(a netip.Addr) *Signature { g, _ := s.Pool(a); return g }))
	one(x.Service, func(v string) bool { return s.Probed(v, "") != nil })
	one(x.Product, func(v string) bool { return s.Probed("", v) != nil })
	if given != 1 {
		p.fail(text.Line, "an example names one thing, and this one names %d", given)
	}
	return text, hit
}
