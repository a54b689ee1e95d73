package infer

import (
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// vlanHosts is what agents tell of who is in which VLAN: frames of a mirror port
// mostly come without tags, and are known by who sent them.
type vlanHosts struct {
	of       map[fact.MAC]uint16 // the VLAN in whose forwarding table a station stands; 0: several
	svi      map[agentIndex]uint16
	prefixes map[agentIndex][]netip.Prefix
}

// agentIndex is an interface of an agent.
type agentIndex struct {
	agent   fact.AgentID
	ifIndex uint32
}

func newVLANHosts() vlanHosts {
	return vlanHosts{of: make(map[fact.MAC]uint16), svi: make(map[agentIndex]uint16), prefixes: make(map[agentIndex][]netip.Prefix)}
}

func (v *vlanHosts) forwards(f fact.FDBEntry) {
	switch have, ok := v.of[f.MAC]; {
	case f.VID == 0: // a table that is not told by VLAN
	case !ok:
		v.of[f.MAC] = f.VID
	case have != f.VID:
		v.of[f.MAC] = 0 // a router, as a rule, which has one address for all
	}
}

func (v *vlanHosts) inter(f fact.Interface) {
	for _, name := range []string{f.Name, f.Descr} {
		if vid, ok := vlanInterface(name); ok {
			v.svi[agentIndex{f.Agent, f.IfIndex}] = vid
			return
		}
	}
}

func (v *vlanHosts) address(f fact.InterfaceAddress) {
	k := agentIndex{f.Agent, f.IfIndex}
	if !f.Address.IsSingleIP() && !f.Address.Addr().IsLinkLocalUnicast() {
		v.prefixes[k] = append(v.prefixes[k], f.Address.Masked())
	}
}

// vlanInterface returns the VLAN whose hosts an interface is the router of, by its
// name: "Vlan10", "Vlan-interface10", "vlan.10", "VLAN 10", "irb.10", "ve 10".
func vlanInterface(name string) (uint16, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, p := range []string{"vlan-interface", "vlanif", "vlan", "irb", "ve"} {
		rest, ok := strings.CutPrefix(name, p)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimLeft(rest, " .-_"), 10, 16)
		return uint16(n), err == nil && n > 0 && n < 4095
	}
	return 0, false
}

// heardUntagged adds the VLANs of which hosts were heard to those heard by their
// tag.
func (b *blind) heardUntagged() {
	for _, v := range b.vantages {
		for m := range v.stations {
			if vid := b.hosts.of[m]; vid != 0 {
				b.tagged[vid] = true
			}
		}
	}
	for k, vid := range b.hosts.svi {
		if b.heardIn(b.hosts.prefixes[k]) {
			b.tagged[vid] = true
		}
	}
}
