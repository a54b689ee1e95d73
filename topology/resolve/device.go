package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Bounds on what one device lists.
const (
	maxNames    = 16
	maxServices = 200
	maxIdentity = 400 // observations that say who a device is
	maxOther    = 50  // observations of what it did
	maxLearned  = 3   // rows of forwarding tables in which it was learned
)

// resolver makes devices of groups.
type resolver struct {
	c             *collector
	g             *grouping
	a             *addresses
	zones         *zones
	keys          map[int][]key
	agentSubjects map[int][]int
	rows          map[int][]tableRow
	traits        map[int][]trait
	seen          map[int]*sightings
	services      map[int][]portRow
	spoken        map[int][]spokenService
	macs          map[int][]fact.MAC // by group, sorted
	ids           map[int]topology.DeviceID
}

// sightings is what was observed of one group.
type sightings struct {
	identity, other map[int]bool
	span
}

func newResolver(c *collector, g *grouping, a *addresses) *resolver {
	r := &resolver{
		c: c, g: g, a: a, zones: newZones(c), keys: g.keysOf(),
		agentSubjects: make(map[int][]int), rows: make(map[int][]tableRow), traits: make(map[int][]trait),
		seen: make(map[int]*sightings), services: make(map[int][]portRow), spoken: make(map[int][]spokenService), macs: make(map[int][]fact.MAC),
		ids: make(map[int]topology.DeviceID),
	}
	for i, s := range c.subjects {
		if s.known {
			r.ids[g.find(i)] = ""
		}
		if s.agent {
			r.agentSubjects[g.find(i)] = append(r.agentSubjects[g.find(i)], i)
		}
	}
	for root := range r.ids {
		r.ids[root] = deviceID(r.keys[root][0])
	}
	for m, s := range c.macs {
		if root := g.find(s); r.ids[root] != "" {
			r.macs[root] = append(r.macs[root], m)
		}
	}
	for _, row := range c.rows {
		r.rows[g.find(row.subject)] = append(r.rows[g.find(row.subject)], row)
	}
	for _, p := range c.ports {
		if root, ok := r.at(atIP(p.ip)); ok {
			r.services[root] = append(r.services[root], p)
		}
	}
	for _, p := range c.spoken {
		if root, ok := r.at(p.to); ok {
			r.spoken[root] = append(r.spoken[root], p)
		}
	}
	for _, t := range c.traits {
		if t.to.subject < 0 && a.realms.isHostLocal(t.to.ip) && !t.to.ip.IsLinkLocalUnicast() {
			continue // next hops behind one host: whose they are elsewhere is another matter
		}
		root, ok := r.at(t.to)
		if ok && (t.unless < 0 || g.find(t.unless) != root) {
			r.traits[root] = append(r.traits[root], t)
		}
	}
	r.gather()
	return r
}

// at returns the group that a target means.
func (r *resolver) at(to target) (int, bool) {
	if to.ip.IsValid() {
		if o, ok := r.a.owners[to.ip]; ok {
			return r.g.find(o), true
		}
	}
	if to.subject >= 0 {
		return r.g.find(to.subject), true
	}
	return 0, false
}

// gather collects the observations of each group.
func (r *resolver) gather() {
	for _, m := range r.c.mentions {
		if root, ok := r.at(m.to); ok {
			r.observe(root, m.obs, m.identity, m.exists)
		}
	}
	for subject, rows := range r.c.fdbRows {
		r.sightingsOf(r.g.find(subject)).join(rows.span)
	}
	for root, claims := range r.a.held {
		for _, c := range claims {
			r.observe(root, c.obs, true, true)
		}
	}
	for root, traits := range r.traits {
		for _, t := range traits {
			r.observe(root, t.obs, t.field != fieldRole && t.field != fieldWeakRole, false)
		}
	}
}

// observe takes note of an observation; exists says that the device was there
// when it was made.
func (r *resolver) observe(root, obs int, identity, exists bool) {
	s := r.sightingsOf(root)
	if identity {
		s.identity[obs] = true
	} else {
		s.other[obs] = true
	}
	if exists {
		s.add(&r.c.obs[obs])
	}
}

func (r *resolver) sightingsOf(root int) *sightings {
	s := r.seen[root]
	if s == nil {
		s = &sightings{identity: make(map[int]bool), other: make(map[int]bool)}
		r.seen[root] = s
	}
	return s
}

// device makes the device of one group.
func (r *resolver) device(root int) topology.Device {
	d := topology.Device{ID: r.ids[root], Keys: make([]string, 0, len(r.keys[root]))}
	for _, k := range r.keys[root] {
		d.Keys = append(d.Keys, k.text)
	}
	d.Interfaces = r.interfaces(root)
	addresses := r.addressesOf(root)
	zone := r.zones.of(addresses, vlansOf(d.Interfaces), func(ip netip.Addr) bool {
		return r.c.site.IsInside(ip) && !r.a.realms.isHostLocal(ip)
	})
	d.Zone = zone.Name
	r.addVLANs(root, d.Interfaces)
	d.Names = r.names(root)
	d.Name = r.title(root, d.Names, addresses)
	d.Vendor, d.Model = r.best(root, fieldVendor), r.best(root, fieldModel)
	d.OS, d.Version = r.best(root, fieldOS), r.best(root, fieldVersion)
	d.Serial, d.Location = r.best(root, fieldSerial), r.best(root, fieldLocation)
	if d.Vendor == "" {
		d.Vendor = r.makerByMAC(root)
	}
	d.Roles = r.roles(root, addresses, zone.Kind)
	d.Services = r.servicesOf(root)
	if s := r.seen[root]; s != nil {
		d.FirstSeen, d.LastSeen = s.first, s.last
		d.Evidence = r.evidence(s)
	}
	return d
}

// evidence returns the observations of a device as full fact IDs: those that
// say who it is, and a bounded number of others.
func (r *resolver) evidence(s *sightings) []topology.EvidenceID {
	take := func(set map[int]bool, n int) []int {
		list := make([]int, 0, len(set))
		for o := range set {
			list = append(list, o)
		}
		slices.Sort(list)
		return list[:min(n, len(list))]
	}
	for o := range s.identity {
		delete(s.other, o)
	}
	list := append(take(s.identity, maxIdentity), take(s.other, maxOther)...)
	slices.Sort(list)
	out := make([]topology.EvidenceID, 0, len(list))
	for _, o := range list {
		out = append(out, topology.EvidenceID(r.c.obs[o].ID))
	}
	return out
}

// best returns the value of a field from its best source; of the values of one
// source the newest, of those the least.
func (r *resolver) best(root int, f field) string {
	var have *trait
	for i := range r.traits[root] {
		t := &r.traits[root][i]
		if t.field == f && (have == nil || r.compare(t, have) < 0) {
			have = t
		}
	}
	if have == nil {
		return ""
	}
	return have.value
}

func (r *resolver) compare(a, b *trait) int {
	return cmp.Or(
		cmp.Compare(a.rank, b.rank),
		r.c.obs[b.obs].Last().Compare(r.c.obs[a.obs].Last()),
		strings.Compare(a.value, b.value),
	)
}

// names returns every name of a device, best first.
func (r *resolver) names(root int) []string {
	var list []*trait
	for i := range r.traits[root] {
		if t := &r.traits[root][i]; t.field == fieldName && t.rank < nameDefault {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, r.compare)
	var out []string
	for _, t := range list {
		if t.rank == nameAnswered && list[0].rank < nameAnswered {
			break // services at an address have names, too
		}
		if !slices.Contains(out, t.value) && len(out) < maxNames {
			out = append(out, t.value)
		}
	}
	return out
}

// title returns what to call a device: its best name, else its best address.
func (r *resolver) title(root int, names []string, addresses []netip.Addr) string {
	switch {
	case len(names) > 0:
		return names[0]
	case len(addresses) > 0:
		return addresses[0].String()
	case len(r.macs[root]) > 0:
		return slices.MinFunc(r.macs[root], compareMAC).String()
	}
	if n := r.best(root, fieldName); n != "" {
		return n // only "localhost" or the like
	}
	_, id, _ := strings.Cut(r.keys[root][0].text, ":")
	return id
}

// addressesOf returns the addresses of a device, the best to call it by first:
// management addresses and what its own tables show before others, IPv4 before
// IPv6, addresses of the outside after those of the hospital, which a router
// that answers for others has been asked for, and addresses of its own making
// last.
func (r *resolver) addressesOf(root int) []netip.Addr {
	type ranked struct {
		ip   netip.Addr
		rank int
	}
	best := make(map[netip.Addr]int)
	for _, c := range r.a.held[root] {
		rank := 2
		switch {
		case r.a.realms.isHostLocal(c.ip):
			rank = 8
		case c.strength == byOwnTable && c.bits == 0 && c.ifIndex == 0:
			rank = 0 // the address that was asked
		case c.strength == byLease && c.mac.IsZero():
			rank = 1 // a management address
		case c.ip.Is4() && c.strength != byOwnTable && !r.c.site.IsInside(c.ip):
			rank = 7
		}
		if !c.ip.Is4() {
			rank += 4
		}
		if have, ok := best[c.ip]; !ok || rank < have {
			best[c.ip] = rank
		}
	}
	list := make([]ranked, 0, len(best))
	for ip, rank := range best {
		list = append(list, ranked{ip, rank})
	}
	slices.SortFunc(list, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.rank, b.rank), a.ip.Compare(b.ip)) })
	out := make([]netip.Addr, 0, len(list))
	for _, a := range list {
		out = append(out, a.ip)
	}
	return out
}

// makerByMAC returns the maker of the first MAC address of a device that has
// one.
func (r *resolver) makerByMAC(root int) string {
	for _, k := range r.keys[root] {
		m, err := fact.ParseMAC(strings.TrimPrefix(k.text, "mac:"))
		if err != nil {
			continue
		}
		if v := r.c.makers.ByMAC(m); v != "" {
			return v
		}
	}
	return ""
}

// roles returns what a device does. Weak signs count only where nothing says
// that it is part of the network itself.
func (r *resolver) roles(root int, addresses []netip.Addr, zoneKind string) []topology.Role {
	set := make(map[topology.Role]bool)
	for _, t := range r.traits[root] {
		if t.field == fieldRole {
			set[topology.Role(t.value)] = true
		}
	}
	for _, role := range r.tableRoles(root) {
		set[role] = true
	}
	for role := range set {
		if isInfrastructure(role) {
			return inRoleOrder(set)
		}
	}
	for _, t := range r.traits[root] {
		if t.field == fieldWeakRole {
			set[topology.Role(t.value)] = true
		}
	}
	for _, a := range addresses {
		if role, ok := r.c.dicom.role(a, zoneKind, r.c.site.IsInside); ok && (role != topology.RoleModality || len(set) == 0) {
			set[role] = true
		}
	}
	if set[topology.RoleServer] {
		delete(set, topology.RolePC)       // a server's DHCP client and shares look like a PC's
		delete(set, topology.RoleModality) // it asks on behalf of others
	}
	return inRoleOrder(set)
}

func compareMAC(a, b fact.MAC) int { return slices.Compare(a[:], b[:]) }
