package signature

import (
	"fmt"
	"io"
	"slices"
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
	Tunnels    []strictyaml.Text `yaml:"tunnels"`
	Said       []sayingEntry     `yaml:"said"`
	Programs   []strictyaml.Text `yaml:"programs"`
	USB        []strictyaml.Text `yaml:"usb_devices"`
	Resolvers  []strictyaml.Text `yaml:"resolvers"`
	Addresses  []strictyaml.Text `yaml:"resolver_addresses"`
}

type sayingEntry struct {
	Protocol strictyaml.Text `yaml:"protocol"`
	Field    strictyaml.Text `yaml:"field"`
	Pattern  strictyaml.Text `yaml:"pattern"`
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
		return nil, strictyaml.Join(p.errs)
	}
	seen := make(map[string]int)
	var sigs []*Signature
	for _, e := range f.Signatures {
		if line, ok := seen[e.ID.Value]; ok && e.ID.Set() {
			p.fail(e.ID.Line, "id %s is used already in line %d: give each signature its own", short(e.ID.Value), line)
		}
		seen[e.ID.Value] = e.ID.Line
		s := p.signature(e)
		if len(p.errs) == 0 {
			p.tryExamples(s, e)
		}
		sigs = append(sigs, s)
	}
	if len(p.errs) > 0 {
		return nil, strictyaml.Join(p.errs)
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
		p.fail(e.ID.Line, "id %s: want 1 to 64 lower-case letters, digits and hyphens", short(s.ID))
	}
	if !e.Service.Set() {
		p.fail(e.ID.Line, "signature %s has no service: write what people call it", short(s.ID))
	}
	if !slices.Contains(topology.Categories(), s.Category) {
		p.fail(e.Category.Line, "category %s is not one of %v", short(string(s.Category)), topology.Categories())
	}
	if !e.Source.Set() {
		p.fail(e.ID.Line, "signature %s has no source: say where its values are from", short(s.ID))
	}
	if s.Confidence != "high" && s.Confidence != "medium" {
		p.fail(max(e.ID.Line, e.Confidence.Line), "confidence of %s is %s and must be high or medium: a weaker hint is no signature", short(s.ID), short(s.Confidence))
	}
	for _, t := range e.Transport {
		s.Transport = append(s.Transport, strings.ToLower(t.Value))
	}
	s.Match = p.match(e.Match)
	s.examples = e.Examples.Match
	if len(e.Examples.Match) == 0 || len(e.Examples.Reject) == 0 {
		p.fail(e.ID.Line, "signature %s needs an example that it matches and one that it must reject", short(s.ID))
	}
	return s
}

func (p *parser) match(e matchEntry) Match {
	m := Match{
		Domains: list(p, e.Domains, domain), Except: list(p, e.Except, domain),
		Remotes: list(p, e.Remotes, prefix), Closed: list(p, e.Closed, prefix), Advertised: list(p, e.Advertised, prefix),
		Search:     list(p, e.Search, domain),
		DNSServers: list(p, e.DNSServers, address),
		Enterprise: list(p, e.Enterprise, number), IfTypes: list(p, e.IfTypes, number),
		Makers: list(p, e.Makers, word), Services: list(p, e.Services, word), Tunnels: list(p, e.Tunnels, word),
		Resolvers: list(p, e.Resolvers, domain), ResolverAddresses: list(p, e.Addresses, address),
		IfDescr: list(p, e.IfDescr, pattern), IfExcept: list(p, e.IfExcept, pattern), Products: list(p, e.Products, pattern),
		Programs: list(p, e.Programs, program), USB: list(p, e.USB, usb),
	}
	for _, q := range e.Pools {
		pools := list(p, []strictyaml.Text{q.Prefix}, prefix)
		gates := list(p, []strictyaml.Text{q.Gateway}, address)
		if len(pools) != 1 || len(gates) != 1 {
			continue
		}
		if !pools[0].Contains(gates[0]) {
			p.fail(q.Gateway.Line, "gateway %s is not in the pool %s", gates[0], pools[0])
		}
		m.Pools = append(m.Pools, Pool{Prefix: pools[0], Gateway: gates[0]})
	}
	for _, q := range e.Said {
		if !q.Protocol.Set() || !q.Field.Set() {
			p.fail(q.Pattern.Line, "said: name the protocol and its field, such as protocol: tls, field: certificate-subject")
			continue
		}
		for _, r := range list(p, []strictyaml.Text{q.Pattern}, pattern) {
			m.Said = append(m.Said, Saying{Protocol: q.Protocol.Value, Field: q.Field.Value, Pattern: r})
		}
	}
	return m
}
