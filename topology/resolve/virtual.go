package resolve

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// virtualRouter is a MAC address that several routers share (VRRP, HSRP, GLBP,
// CARP): it identifies none of them, but it is where packets go that leave.
type virtualRouter struct {
	ips   map[netip.Addr]int // addresses found to have it, and what shows it
	out   int                // an observation of frames that lead outside
	leads bool
}

func (c *collector) virtualAt(m fact.MAC) *virtualRouter {
	v := c.virtual[m]
	if v == nil {
		v = &virtualRouter{ips: make(map[netip.Addr]int)}
		c.virtual[m] = v
	}
	return v
}

func (v *virtualRouter) bound(a netip.Addr, obs int) {
	if have, ok := v.ips[a]; !ok || obs < have {
		v.ips[a] = obs
	}
}

func (v *virtualRouter) lead(obs int) {
	if !v.leads || obs < v.out {
		v.leads, v.out = true, obs
	}
}

// addVirtual finds the device behind each virtual MAC address that leads
// outside: the one that has its addresses, else one that is made for it, since
// which of the routers answers is not known.
func (a *addresses) addVirtual() {
	a.virtual = make(map[fact.MAC]int)
	macs := make([]fact.MAC, 0, len(a.c.virtual))
	for m := range a.c.virtual {
		macs = append(macs, m)
	}
	slices.SortFunc(macs, compareMAC)
	for _, m := range macs {
		v := a.c.virtual[m]
		if !v.leads {
			continue
		}
		owners, free := a.behindVirtual(v)
		if len(owners) == 1 {
			a.virtual[m] = owners[0]
			continue
		}
		text := "virtual:" + m.String()
		s := a.c.subject(text)
		a.c.subjects[s].known = true
		a.c.key(s, key{rankIP, text})
		a.g.subjects = a.c.subjects
		a.g.add(s)
		for _, ip := range free {
			a.addClaim(s, ip, v.ips[ip])
		}
		a.c.traits = append(a.c.traits, trait{to: of(s), field: fieldRole, value: string(topology.RoleRouter), obs: v.out, unless: -1})
		a.c.mentions = append(a.c.mentions, mention{to: of(s), obs: v.out, exists: true, identity: true})
		a.virtual[m] = s
	}
}

// behindVirtual returns the groups that have addresses of a virtual router, and
// those of its addresses that nobody has.
func (a *addresses) behindVirtual(v *virtualRouter) (owners []int, free []netip.Addr) {
	for ip := range v.ips {
		switch o, ok := a.owners[ip]; {
		case ok:
			owners = append(owners, a.g.find(o))
		case a.canStandAlone(ip):
			free = append(free, ip)
		}
	}
	slices.Sort(owners)
	slices.SortFunc(free, netip.Addr.Compare)
	return slices.Compact(owners), free
}
