package register

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/strictyaml"
)

// Register is the approvals of a hospital. The zero value and nil have none.
type Register struct {
	approvals []Approval // in order of their IDs
}

// Approval is one approved external connection and the traits by which it is
// recognised.
type Approval struct {
	topology.Approval
	Device    Device
	Remote    Remote
	Transport []string
	From      string // first approved day, YYYY-MM-DD; empty: always
	Note      string
	Line      int // in its file
}

// Device is what is known of the device inside. Each trait that is given is
// compared.
type Device struct {
	Name   string
	MAC    fact.MAC
	IP     netip.Addr
	Serial string
}

// Remote is what is known of the party outside. A name "*.example.jp" stands
// for every name below example.jp.
type Remote struct {
	Names        []string
	Addresses    []netip.Prefix
	Organisation string // shown, not compared
}

// Approvals returns every approval in order of their IDs.
func (r *Register) Approvals() []Approval {
	if r == nil {
		return nil
	}
	return slices.Clone(r.approvals)
}

// Len returns how many approvals there are.
func (r *Register) Len() int { return len(r.Approvals()) }

type file struct {
	Version     int     `yaml:"version"`
	Connections []entry `yaml:"connections"`
}

type entry struct {
	ID       strictyaml.Text `yaml:"id"`
	Category strictyaml.Text `yaml:"category"`
	Device   struct {
		Name   strictyaml.Text `yaml:"name"`
		MAC    strictyaml.Text `yaml:"mac"`
		IP     strictyaml.Text `yaml:"ip"`
		Serial strictyaml.Text `yaml:"serial"`
	} `yaml:"device"`
	Remote struct {
		Names        []strictyaml.Text `yaml:"names"`
		Addresses    []strictyaml.Text `yaml:"addresses"`
		Organisation strictyaml.Text   `yaml:"organisation"`
	} `yaml:"remote"`
	Transport []strictyaml.Text `yaml:"transport"`
	Owner     strictyaml.Text   `yaml:"owner"`
	Purpose   strictyaml.Text   `yaml:"purpose"`
	Contract  strictyaml.Text   `yaml:"contract"`
	From      strictyaml.Text   `yaml:"from"`
	Until     strictyaml.Text   `yaml:"until"`
	Note      strictyaml.Text   `yaml:"note"`
}

// Load reads a register file. Name is the file's name in errors. All errors are
// joined, each with its line and what to do.
func Load(r io.Reader, name string) (*Register, error) {
	var f file
	if err := strictyaml.Load(r, name, &f); err != nil {
		return nil, err
	}
	p := parser{file: name, ids: map[string]int{}, traits: map[string]int{}}
	if f.Version != 1 {
		p.fail(0, "version is %d and must be 1", f.Version)
	}
	reg := &Register{}
	for _, e := range f.Connections {
		reg.approvals = append(reg.approvals, p.approval(e))
	}
	if len(p.errs) > 0 {
		return nil, strictyaml.Join(p.errs)
	}
	slices.SortFunc(reg.approvals, func(a, b Approval) int { return strings.Compare(a.ID, b.ID) })
	return reg, nil
}

// parser gathers errors, and the lines in which IDs and traits were first used.
type parser struct {
	file   string
	ids    map[string]int
	traits map[string]int
	errs   []error
}

func (p *parser) fail(line int, format string, args ...any) {
	p.errs = append(p.errs, &strictyaml.Error{File: p.file, Line: line, Msg: fmt.Sprintf(format, args...)})
}

func (p *parser) approval(e entry) Approval {
	a := Approval{
		Approval: topology.Approval{
			ID: e.ID.Value, Category: topology.Category(e.Category.Value), Owner: e.Owner.Value,
			Purpose: e.Purpose.Value, Contract: e.Contract.Value, Until: e.Until.Value,
		},
		Device: Device{Name: e.Device.Name.Value, Serial: e.Device.Serial.Value},
		Remote: Remote{Organisation: e.Remote.Organisation.Value},
		From:   e.From.Value, Note: e.Note.Value, Line: line(e),
	}
	switch first, used := p.ids[a.ID]; {
	case !e.ID.Set():
		p.fail(a.Line, "an approval has no id: give it one that stays, such as its number in the ledger")
	case used:
		p.fail(e.ID.Line, "id %q is used in line %d already: give each approval its own", a.ID, first)
	default:
		p.ids[a.ID] = e.ID.Line
	}
	if !slices.Contains(topology.Categories(), a.Category) {
		p.fail(lineOr(e.Category, a.Line), "category %q is not one of %v", a.Category, topology.Categories())
	}
	p.device(e, &a)
	p.remote(e, &a)
	for _, t := range e.Transport {
		a.Transport = append(a.Transport, strings.ToLower(t.Value))
	}
	p.dates(e)
	p.sameTraits(&a)
	return a
}

func (p *parser) device(e entry, a *Approval) {
	var err error
	if t := e.Device.MAC; t.Set() {
		if a.Device.MAC, err = fact.ParseMAC(t.Value); err != nil {
			p.fail(t.Line, "%q is not a MAC address such as 00:00:5e:00:53:01", t.Value)
		}
	}
	if t := e.Device.IP; t.Set() {
		if a.Device.IP, err = netip.ParseAddr(t.Value); err != nil {
			p.fail(t.Line, "%q is not an address such as 10.1.2.3", t.Value)
		}
		a.Device.IP = a.Device.IP.Unmap().WithZone("")
	}
	d := e.Device
	if !d.Name.Set() && !d.MAC.Set() && !d.IP.Set() && !d.Serial.Set() && len(e.Remote.Names) == 0 && len(e.Remote.Addresses) == 0 {
		p.fail(a.Line, "approval %q names neither a device (name, mac, ip or serial) nor a remote (names or addresses): it could not be recognised", a.ID)
	}
}

func (p *parser) remote(e entry, a *Approval) {
	for _, t := range e.Remote.Names {
		n := strings.ToLower(strings.TrimSuffix(t.Value, "."))
		base := strings.TrimPrefix(n, "*.")
		if !strings.Contains(base, ".") || strings.ContainsAny(base, "*/: ") {
			p.fail(lineOr(t, a.Line), "%q is not a name such as vpn.example.jp or *.example.jp", t.Value)
			continue
		}
		a.Remote.Names = append(a.Remote.Names, n)
	}
	for _, t := range e.Remote.Addresses {
		q, err := netip.ParsePrefix(t.Value)
		if ip, err2 := netip.ParseAddr(t.Value); err != nil && err2 == nil {
			ip = ip.Unmap().WithZone("")
			q, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		switch {
		case err != nil:
			p.fail(lineOr(t, a.Line), "%q is not an address or a prefix such as 203.0.113.10 or 203.0.113.0/24", t.Value)
		case q.Masked() != q:
			p.fail(t.Line, "prefix %s has bits set after its length: write %s", q, q.Masked())
		case q.Addr().Is4In6():
			p.fail(t.Line, "%s is an IPv4 prefix in IPv6 form: write it as IPv4", q)
		case q.Bits() < 8, q.Addr().Is6() && q.Bits() < widest6:
			p.fail(t.Line, "prefix %s is so wide that it approves almost everything: name what was agreed", q)
		default:
			a.Remote.Addresses = append(a.Remote.Addresses, q)
		}
	}
}

func (p *parser) dates(e entry) {
	ok := true
	for _, t := range []strictyaml.Text{e.From, e.Until} {
		if _, err := time.Parse(time.DateOnly, t.Value); t.Set() && err != nil {
			p.fail(t.Line, "%q is not a day such as 2027-03-31", t.Value)
			ok = false
		}
	}
	if ok && e.From.Set() && e.Until.Set() && e.Until.Value < e.From.Value {
		p.fail(e.Until.Line, "until %s is before from %s: correct one of them", e.Until.Value, e.From.Value)
	}
}

// widest6 is the length of the widest IPv6 prefix that an approval may name:
// what a provider has in all.
const widest6 = 20

// sameTraits refuses two approvals that cannot be told apart.
func (p *parser) sameTraits(a *Approval) {
	k := fmt.Sprintf("%q %q %q %q", a.Category, a.Device, a.Remote.Names, a.Remote.Addresses)
	if first, used := p.traits[k]; used {
		p.fail(a.Line, "approval %q names the same category, device and remote as the one in line %d: keep one", a.ID, first)
		return
	}
	p.traits[k] = a.Line
}

// line returns the line in which an entry begins, as far as it has any text.
func line(e entry) int {
	first := 0
	for _, t := range []strictyaml.Text{e.ID, e.Category, e.Device.Name, e.Device.MAC, e.Device.IP, e.Device.Serial, e.Owner, e.Purpose, e.Contract, e.From, e.Until, e.Note} {
		if t.Line > 0 && (first == 0 || t.Line < first) {
			first = t.Line
		}
	}
	return first
}

func lineOr(t strictyaml.Text, otherwise int) int {
	if t.Line > 0 {
		return t.Line
	}
	return otherwise
}
