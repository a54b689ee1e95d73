package infer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// access is a port of a switch with the devices learned on it.
type access struct {
	key     portKey
	name    string
	learned map[topology.DeviceID][]topology.EvidenceID
	macs    map[fact.MAC]topology.DeviceID
	uplink  bool // leads to another switch or router
}

// forwarding attaches devices to the switch ports behind which they were
// learned.
func (in *inferer) forwarding() {
	ports, switches := in.learnedPorts()
	for _, p := range ports {
		p.uplink = in.isUplink(p, switches)
	}
	best := make(map[fact.MAC]*access) // a device with two interfaces is plugged in twice
	for _, p := range ports {
		if p.uplink {
			continue
		}
		for m := range p.macs {
			if have := best[m]; have == nil || len(p.learned) < len(have.learned) {
				best[m] = p // of equals the first, in the order of ports
			}
		}
	}
	behind := make(map[*access][]topology.DeviceID)
	for m, p := range best {
		behind[p] = append(behind[p], p.macs[m])
	}
	for _, p := range ports {
		devices := behind[p]
		slices.Sort(devices)
		in.attach(p, slices.Compact(devices))
		in.switchBehind(p, switches)
	}
	for _, list := range in.out.Attached {
		slices.SortFunc(list, func(a, b topology.Attachment) int {
			return cmp.Or(strings.Compare(string(a.Switch), string(b.Switch)), strings.Compare(a.Port, b.Port))
		})
	}
}

// learnedPorts returns the ports that forwarding tables name, sorted, and the
// devices that have such tables.
func (in *inferer) learnedPorts() ([]*access, map[topology.DeviceID]bool) {
	byKey := make(map[portKey]*access)
	switches := make(map[topology.DeviceID]bool)
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.FDBEntry)
		if !ok || f.BasePort == 0 && f.IfIndex == 0 {
			continue
		}
		for _, sw := range in.agents(o, f.Agent) {
			switches[sw] = true
			d, ok := in.net.DeviceByMAC(f.MAC)
			if !ok || d == sw {
				continue
			}
			name := cmp.Or(in.ports[sw][f.IfIndex], "port "+strconv.FormatUint(uint64(cmp.Or(f.BasePort, f.IfIndex)), 10))
			k := portKey{sw, normal(name)}
			if byKey[k] == nil {
				byKey[k] = &access{
					key: k, name: name, learned: make(map[topology.DeviceID][]topology.EvidenceID),
					macs: make(map[fact.MAC]topology.DeviceID),
				}
			}
			byKey[k].macs[f.MAC] = d
			byKey[k].learned[d] = append(byKey[k].learned[d], evidenceOf(o))
		}
	}
	ports := make([]*access, 0, len(byKey))
	for _, p := range byKey {
		ports = append(ports, p)
	}
	slices.SortFunc(ports, func(a, b *access) int {
		return cmp.Or(strings.Compare(string(a.key.device), string(b.key.device)), strings.Compare(a.key.port, b.key.port))
	})
	return ports, switches
}

// isUplink reports whether a port leads to another switch or router: a
// neighbour protocol says so, or the address of a switch was learned there.
func (in *inferer) isUplink(p *access, switches map[topology.DeviceID]bool) bool {
	for _, n := range in.near[p.key] {
		if in.hasRole(n, topology.RoleSwitch, topology.RoleRouter, topology.RoleFirewall) {
			return true
		}
	}
	for d := range p.learned {
		if switches[d] || in.hasRole(d, topology.RoleSwitch) {
			return true
		}
	}
	return false
}

// attach links the devices whose access port is p: to the switch where it is
// one, to the access point announced there, or else to a switch that nobody
// announced.
func (in *inferer) attach(p *access, devices []topology.DeviceID) {
	if len(devices) == 0 {
		return
	}
	for _, d := range devices {
		in.out.Attached[d] = append(in.out.Attached[d], topology.Attachment{Switch: p.key.device, Port: p.name})
	}
	at := topology.Endpoint{Device: p.key.device, Port: p.name}
	near := in.near[p.key]
	ap := slices.IndexFunc(near, func(n topology.DeviceID) bool { return in.hasRole(n, topology.RoleAP) })
	switch {
	case len(devices) == 1 || len(near) > 0 && ap < 0: // a telephone passes its PC's frames on
		for _, d := range devices {
			if !slices.Contains(near, d) {
				in.links.add(2, at, topology.Endpoint{Device: d}, "fdb", topology.Reported, p.learned[d]...)
			}
		}
	case ap >= 0:
		for _, d := range devices {
			if d != near[ap] {
				in.links.add(2, topology.Endpoint{Device: near[ap]}, topology.Endpoint{Device: d}, "fdb", topology.Inferred, p.learned[d]...)
			}
		}
	default:
		in.unmanaged(p, devices)
	}
}

// unmanaged puts a switch that nobody announced between a port and the devices
// learned on it.
func (in *inferer) unmanaged(p *access, devices []topology.DeviceID) {
	sw, _ := in.net.Device(p.key.device)
	key := "unmanaged:" + sw.Keys[0] + "/" + p.key.port
	sum := sha256.Sum256([]byte(key))
	u := topology.Device{
		ID:    topology.DeviceID("d" + hex.EncodeToString(sum[:6])),
		Name:  fmt.Sprintf("%s %s (%d)", sw.Name, p.name, len(devices)),
		Roles: []topology.Role{topology.RoleUnmanaged}, Keys: []string{key}, Zone: in.zoneOf(devices),
		Attached: []topology.Attachment{{Switch: p.key.device, Port: p.name}},
	}
	var all []topology.EvidenceID
	for _, d := range devices {
		all = append(all, p.learned[d]...)
		in.links.add(2, topology.Endpoint{Device: u.ID}, topology.Endpoint{Device: d}, "fdb", topology.Inferred, p.learned[d]...)
	}
	u.Evidence = sortedIDs(all)
	u.FirstSeen, u.LastSeen = in.span(u.Evidence)
	in.links.add(2, topology.Endpoint{Device: p.key.device, Port: p.name}, topology.Endpoint{Device: u.ID}, "fdb",
		topology.Inferred, u.Evidence...)
	in.out.Unmanaged = append(in.out.Unmanaged, u)
}

// zoneOf returns the zone of most of the devices; of equals the least.
func (in *inferer) zoneOf(devices []topology.DeviceID) string {
	count := make(map[string]int)
	for _, id := range devices {
		if d, ok := in.net.Device(id); ok && d.Zone != "" {
			count[d.Zone]++
		}
	}
	best := ""
	for z, n := range count {
		if best == "" || n > count[best] || n == count[best] && z < best {
			best = z
		}
	}
	return best
}

// span returns when observations were first and last seen.
func (in *inferer) span(ids []topology.EvidenceID) (first, last time.Time) {
	for _, id := range ids {
		i, ok := slices.BinarySearchFunc(in.obs, fact.ID(id), func(o fact.Observation, want fact.ID) int {
			return strings.Compare(string(o.ID), string(want))
		})
		if !ok {
			continue
		}
		if t := in.obs[i].First(); !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
		if t := in.obs[i].Last(); t.After(last) {
			last = t
		}
	}
	return first, last
}

// switchBehind links two switches of which no neighbour protocol tells, where
// one learned the other, and no third, on a port.
func (in *inferer) switchBehind(p *access, switches map[topology.DeviceID]bool) {
	if !p.uplink || len(in.near[p.key]) > 0 {
		return
	}
	var found []topology.DeviceID
	for d := range p.learned {
		if switches[d] || in.hasRole(d, topology.RoleSwitch) {
			found = append(found, d)
		}
	}
	if len(found) == 1 {
		in.links.add(2, topology.Endpoint{Device: p.key.device, Port: p.name}, topology.Endpoint{Device: found[0]}, "fdb",
			topology.Inferred, p.learned[found[0]]...)
	}
}
