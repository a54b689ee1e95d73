package classify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// Bounds of what one connection lists. Names and addresses come from the wire,
// and a sender that makes them up must not make the map unreadable.
const (
	maxRemote  = 100 // names, and addresses, of the party outside
	maxPerUse  = 3   // observations kept as evidence for each rule and device behind
	maxPerRule = 100 // observations kept as evidence for each rule otherwise
)

// key tells a connection from every other: one device can have several of a
// category, told apart by service or remote address.
type key struct {
	category topology.Category
	device   topology.DeviceID
	by       string
}

// id is the connection's ID, the same in every run that finds it.
func (k key) id() string {
	h := sha256.Sum256([]byte(string(k.category) + "\x00" + string(k.device) + "\x00" + k.by))
	return "x" + hex.EncodeToString(h[:6])
}

// claim is what one rule found.
type claim struct {
	key
	rules     []rule
	sig       *signature.Signature
	iface     string
	names     []string
	addrs     []netip.Addr
	networks  []netip.Prefix // that a door lets in
	transport []string
	ports     []string           // of a door
	direction topology.Direction // empty where the evidence does not tell
	behind    topology.DeviceID  // empty where nobody is
	line      bool               // the device's own tables or frames show the line itself
	down      bool               // the line is down, or shut down
}

// draft is a connection that claims are being added to.
type draft struct {
	key
	rules     map[rule]bool
	sigs      map[*signature.Signature]bool
	ifaces    map[string]bool
	names     map[string]bool
	addrs     map[netip.Addr]bool
	networks  map[netip.Prefix]bool
	transport map[string]bool
	ports     map[string]bool
	direction map[topology.Direction]bool
	behind    map[topology.DeviceID]bool
	kept      map[use]int // observations kept as evidence
	line      bool
	evidence  map[fact.ID]*fact.Observation
	used      map[fact.ID]*fact.Observation // seen, and not all kept as evidence
	idle      []idle                        // lines that are down
}

// idle is what is claimed of a line that is down. By which of its lines a device
// leads out, and to whom, such a one does not tell where another is not down.
type idle struct {
	claim

	obs []*fact.Observation
}

// use is what observations are counted by: that a hundred PCs browse is told by
// a few frames of each.
type use struct {
	rule   rule
	behind topology.DeviceID
}

// ledger gathers claims into connections.
type ledger struct {
	drafts map[key]*draft
}

// has returns the draft with this key, or nil.
func (l *ledger) has(k key) *draft { return l.drafts[k] }

// uses returns the keys of what is known of a device's use of a service, in
// order.
func (l *ledger) uses(d topology.DeviceID, sig *signature.Signature) []key {
	var out []key
	for k, x := range l.drafts {
		if k.device == d && x.sigs[sig] {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b key) int { return cmp.Compare(a.by, b.by) })
	return out
}

// add merges a claim and the observations behind it. A claim without a device
// or without evidence is not one.
func (l *ledger) add(c claim, obs ...*fact.Observation) {
	if c.device == "" || len(obs) == 0 || len(c.rules) == 0 {
		return
	}
	d := l.drafts[c.key]
	if d == nil {
		d = &draft{
			key: c.key, rules: map[rule]bool{}, sigs: map[*signature.Signature]bool{}, ifaces: map[string]bool{},
			names: map[string]bool{}, addrs: map[netip.Addr]bool{}, networks: map[netip.Prefix]bool{}, transport: map[string]bool{}, ports: map[string]bool{},
			direction: map[topology.Direction]bool{}, behind: map[topology.DeviceID]bool{}, kept: map[use]int{},
			evidence: map[fact.ID]*fact.Observation{}, used: map[fact.ID]*fact.Observation{},
		}
		l.drafts[c.key] = d
	}
	if c.down {
		if len(d.idle) < maxPerRule {
			d.idle = append(d.idle, idle{c, obs})
		}
		return
	}
	d.take(c, obs)
}

// settle adds what is claimed of lines that are down: where nothing else is known
// of the connection, or they tell nothing that is not known of it.
func (d *draft) settle() {
	known := func(c claim) bool {
		return !slices.ContainsFunc(c.transport, func(t string) bool { return !d.transport[t] }) &&
			!slices.ContainsFunc(c.addrs, func(a netip.Addr) bool { return !d.addrs[a.Unmap()] })
	}
	alone := len(d.evidence) == 0
	for _, i := range d.idle {
		if alone || known(i.claim) {
			d.take(i.claim, i.obs)
		}
	}
}

// take merges a claim and the observations behind it.
func (d *draft) take(c claim, obs []*fact.Observation) {
	d.merge(c)
	most := maxPerRule
	if c.behind != "" {
		most = maxPerUse
	}
	u := use{c.rules[0], c.behind}
	for _, o := range obs {
		d.used[o.ID] = o
		if d.evidence[o.ID] == nil && d.kept[u] < most {
			d.kept[u]++
			d.evidence[o.ID] = o
		}
	}
}

func (d *draft) merge(c claim) {
	for _, r := range c.rules {
		d.rules[r] = true
	}
	if c.sig != nil {
		d.sigs[c.sig] = true
	}
	if c.iface != "" {
		d.ifaces[c.iface] = true
	}
	for _, n := range c.names {
		d.names[n] = true
	}
	for _, a := range c.addrs {
		if a.IsValid() {
			d.addrs[a.Unmap()] = true
		}
	}
	for _, p := range c.networks {
		d.networks[p.Masked()] = true
	}
	for _, t := range c.transport {
		d.transport[t] = true
	}
	for _, p := range c.ports {
		d.ports[p] = true
	}
	if c.direction != "" {
		d.direction[c.direction] = true
	}
	if c.behind != "" && c.behind != c.device {
		d.behind[c.behind] = true
	}
	d.line = d.line || c.line
}

// connections returns every connection, sorted by ID.
func (l *ledger) connections(namesOf func(netip.Addr) []string) []topology.ExternalConnection {
	out := make([]topology.ExternalConnection, 0, len(l.drafts))
	for _, d := range l.drafts {
		d.settle()
		if x, err := d.connection(namesOf); err == nil { // add lets nothing in that this refuses
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b topology.ExternalConnection) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// connection makes the external connection of a draft. No evidence, or no rule
// that gives it a grade: no connection.
func (d *draft) connection(namesOf func(netip.Addr) []string) (topology.ExternalConnection, error) {
	x := topology.ExternalConnection{
		ID: d.id(), Category: d.category, Device: d.device, Status: topology.Unapproved,
		Transport: sorted(d.transport), Direction: d.opened(),
	}
	if d.transport["pppoe"] { // the same as what the routing table calls PPP
		x.Transport = slices.DeleteFunc(x.Transport, func(s string) bool { return s == "ppp" })
	}
	for _, r := range sorted(d.rules) {
		if more, ok := r.besides(); ok && d.rules[more] {
			continue
		}
		grade, en, ja := r.says()
		x.Grade = surer(x.Grade, grade)
		x.Because, x.BecauseJA = append(x.Because, en), append(x.BecauseJA, ja)
	}
	if len(d.evidence) == 0 || x.Grade == "" {
		return x, fmt.Errorf("connection %s of %s: %w", x.ID, x.Device, errors.New("nothing shows it"))
	}
	if s := d.signature(); s != nil {
		x.Signature, x.Service, x.ServiceJA = s.ID, s.Service, s.ServiceJA
		x.Remote.Organisation, x.Remote.OrganisationJA = s.Organisation.EN, s.Organisation.JA
	}
	if n := sorted(d.ifaces); len(n) > 0 {
		x.Interface = n[0]
	}
	if p := sorted(d.ports); len(p) > 0 {
		x.Ports = p[:min(len(p), maxRemote)]
	}
	if len(d.behind) > 0 {
		x.Behind = sorted(d.behind)
	}
	d.remote(&x.Remote, namesOf)
	for _, id := range sorted(d.evidence) {
		x.Evidence = append(x.Evidence, topology.EvidenceID(id))
	}
	for _, o := range d.used {
		if f := o.First(); !f.IsZero() && (x.FirstSeen.IsZero() || f.Before(x.FirstSeen)) {
			x.FirstSeen = f
		}
		if t := o.Last(); t.After(x.LastSeen) {
			x.LastSeen = t
		}
	}
	return x, nil
}

func (d *draft) remote(r *topology.Remote, namesOf func(netip.Addr) []string) {
	for a := range d.addrs {
		r.Addresses = append(r.Addresses, a)
	}
	slices.SortFunc(r.Addresses, netip.Addr.Compare)
	r.Addresses = r.Addresses[:min(len(r.Addresses), maxRemote)]
	for _, a := range r.Addresses {
		for _, n := range namesOf(a) {
			d.names[n] = true
		}
	}
	for p := range d.networks {
		r.Networks = append(r.Networks, p)
	}
	slices.SortFunc(r.Networks, netip.Prefix.Compare)
	r.Networks = r.Networks[:min(len(r.Networks), maxRemote)]
	r.Names = sorted(d.names)
	r.Names = r.Names[:min(len(r.Names), maxRemote)]
	if len(r.Names) == 0 {
		r.Names = nil
	}
}

// signature returns the one that names the service: the surest, then the one
// with the least ID.
func (d *draft) signature() *signature.Signature {
	var best *signature.Signature
	for s := range d.sigs {
		if best == nil || cmp.Or(strings.Compare(s.Confidence, best.Confidence), strings.Compare(s.ID, best.ID)) < 0 {
			best = s // "high" sorts before "medium"
		}
	}
	return best
}

// opened returns who opens the connection; a way out where nothing tells.
func (d *draft) opened() topology.Direction {
	switch {
	case d.direction[topology.Both], d.direction[topology.Inbound] && d.direction[topology.Outbound]:
		return topology.Both
	case d.direction[topology.Inbound]:
		return topology.Inbound
	}
	return topology.Outbound
}

// surer returns the surer of two grades, of which either may be empty.
func surer(a, b topology.Grade) topology.Grade {
	for _, g := range []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred} {
		if a == g || b == g {
			return g
		}
	}
	return ""
}
