// Package site reads the site file: what a hospital says of its own network, so
// that people find their own words on the map.
package site

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"

	"kanmon/topology"
	"kanmon/topology/strictyaml"
)

// maxVID is the greatest VLAN ID (IEEE Std 802.1Q-2018, 9.6).
const maxVID = 4094

type file struct {
	Version int               `yaml:"version"`
	Name    strictyaml.Text   `yaml:"name"`
	Inside  []strictyaml.Text `yaml:"inside"`
	Zones   []zone            `yaml:"zones"`
}

type zone struct {
	Name     strictyaml.Text   `yaml:"name"`
	Kind     strictyaml.Text   `yaml:"kind"`
	Prefixes []strictyaml.Text `yaml:"prefixes"`
	VLANs    []strictyaml.Text `yaml:"vlans"`
}

// Kinds returns the kinds of zones that have a meaning to kanmon.
func Kinds() []string {
	return []string{
		"clinical", "radiology", "laboratory", "pharmacy", "office", "server", "catering", "facility",
		"management", "guest", "dmz", "other",
	}
}

// Load reads a site file. Name is the file's name in errors. All errors are
// joined, each with its line.
func Load(r io.Reader, name string) (topology.Site, error) {
	var f file
	if err := strictyaml.Load(r, name, &f); err != nil {
		return topology.Site{}, err
	}
	p := parser{file: name, zones: map[string]int{}, prefixes: map[netip.Prefix]int{}, vlans: map[uint16]int{}}
	if f.Version != 1 {
		p.fail(0, "version is %d and must be 1", f.Version)
	}
	s := topology.Site{Name: f.Name.Value}
	for _, t := range f.Inside {
		if q, ok := p.prefix(t); ok {
			s.Inside = append(s.Inside, q)
		}
	}
	for _, z := range f.Zones {
		s.Zones = append(s.Zones, p.zone(z))
	}
	if len(p.errs) > 0 {
		return topology.Site{}, strictyaml.Join(p.errs)
	}
	return s, nil
}

// parser gathers errors, and the lines in which values were first used.
type parser struct {
	file     string
	zones    map[string]int
	prefixes map[netip.Prefix]int
	vlans    map[uint16]int
	errs     []error
}

func (p *parser) fail(line int, format string, args ...any) {
	p.errs = append(p.errs, &strictyaml.Error{File: p.file, Line: line, Msg: fmt.Sprintf(format, args...)})
}

func (p *parser) zone(z zone) topology.Zone {
	out := topology.Zone{Name: z.Name.Value, Kind: z.Kind.Value, Declared: true}
	switch line, used := p.zones[out.Name]; {
	case !z.Name.Set():
		p.fail(z.Name.Line, "a zone has no name: write what people call it")
	case used:
		p.fail(z.Name.Line, "zone %q stands in line %d already: give each its own name", out.Name, line)
	default:
		p.zones[out.Name] = z.Name.Line
	}
	if z.Kind.Set() && !slices.Contains(Kinds(), out.Kind) {
		p.fail(z.Kind.Line, "kind %q is not one of %v", out.Kind, Kinds())
	}
	if len(z.Prefixes) == 0 && len(z.VLANs) == 0 {
		p.fail(z.Name.Line, "zone %q has neither prefixes nor vlans: nothing can be in it", out.Name)
	}
	for _, t := range z.Prefixes {
		q, ok := p.prefix(t)
		if !ok {
			continue
		}
		if line, used := p.prefixes[q]; used {
			p.fail(t.Line, "prefix %s stands in line %d already: it can be in one zone only", q, line)
			continue
		}
		p.prefixes[q] = t.Line
		out.Prefixes = append(out.Prefixes, q)
	}
	for _, t := range z.VLANs {
		n, err := strconv.ParseUint(t.Value, 10, 16)
		if err != nil || n == 0 || n > maxVID {
			p.fail(t.Line, "VLAN %q is not a number from 1 to %d", t.Value, maxVID)
			continue
		}
		v := uint16(n)
		if line, used := p.vlans[v]; used {
			p.fail(t.Line, "VLAN %d stands in line %d already: it can be in one zone only", v, line)
			continue
		}
		p.vlans[v] = t.Line
		out.VLANs = append(out.VLANs, v)
	}
	return out
}

// prefix reads a prefix of the hospital's own. One that holds everything would
// leave nothing outside.
func (p *parser) prefix(t strictyaml.Text) (netip.Prefix, bool) {
	q, err := netip.ParsePrefix(t.Value)
	switch {
	case err != nil:
		p.fail(t.Line, "%q is not a prefix such as 10.1.0.0/16", t.Value)
		return q, false
	case q.Masked() != q:
		p.fail(t.Line, "prefix %s has bits set after its length: write %s", q, q.Masked())
		return q, false
	case q.Bits() < 8:
		p.fail(t.Line, "prefix %s is too wide: a hospital's own has 8 bits or more", q)
		return q, false
	}
	return q, true
}
