package infer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// cloudEnd is a port that an unmanaged switch is plugged into.
type cloudEnd struct {
	key    portKey
	end    topology.Endpoint
	method string
	proofs []topology.EvidenceID
}

// cloud puts a switch that nobody announced between the ports of a segment and
// the devices learned there.
func (f *fabric) cloud(g *segment, devices []plugged) {
	var there []topology.EvidenceID
	for _, p := range devices {
		there = append(there, p.proofs...)
	}
	there = sortedIDs(there)
	var ends []cloudEnd
	for _, e := range g.ends {
		ends = append(ends, cloudEnd{f.key(e), f.end(e), "fdb", sortedIDs(append(f.whyAny(g, e), there...))})
	}
	f.in.addCloud(ends, devices)
}

// addCloud puts an unmanaged switch between ports and devices. Ports that hear
// each other on one segment have one switch, whatever is learned at each of them.
func (in *inferer) addCloud(ends []cloudEnd, devices []plugged) {
	for _, e := range ends[:len(ends):len(ends)] {
		for _, o := range in.hearing[e.key] {
			if !slices.ContainsFunc(ends, func(e cloudEnd) bool { return e.key == o.key }) {
				ends = append(ends, o)
			}
		}
	}
	slices.SortFunc(ends, func(a, b cloudEnd) int { return comparePortKey(a.key, b.key) })
	keys := make([]string, len(ends))
	for i, e := range ends {
		d, _ := in.net.Device(e.end.Device)
		keys[i] = d.Keys[0] + "/" + e.key.port
	}
	slices.Sort(keys)
	key := "unmanaged:" + strings.Join(keys, ",")
	sum := sha256.Sum256([]byte(key))
	u := topology.Device{
		ID: topology.DeviceID("d" + hex.EncodeToString(sum[:6])), Roles: []topology.Role{topology.RoleUnmanaged},
		Keys: []string{key}, Zone: in.zoneOf(devices),
	}
	at := topology.Endpoint{Device: u.ID}
	for _, p := range devices {
		u.Evidence = append(u.Evidence, p.proofs...)
		in.linkOf(claim{2, "fdb", topology.Inferred}, at, p.end(), p.proofs)
	}
	for _, e := range ends {
		u.Attached = append(u.Attached, topology.Attachment{Switch: e.end.Device, Port: e.end.Port})
		u.Evidence = append(u.Evidence, e.proofs...)
		in.linkOf(claim{2, e.method, topology.Inferred}, e.end, at, e.proofs)
	}
	if i := slices.IndexFunc(in.out.Unmanaged, func(o topology.Device) bool { return o.ID == u.ID }); i >= 0 {
		u.Evidence = append(u.Evidence, in.out.Unmanaged[i].Evidence...)
		u.Zone = cmp.Or(u.Zone, in.out.Unmanaged[i].Zone)
		in.out.Unmanaged = slices.Delete(in.out.Unmanaged, i, i+1)
	}
	in.behindCloud[u.ID] += len(devices)
	u.Name = fmt.Sprintf("%s (%d)", in.firstName(ends), in.behindCloud[u.ID])
	u.Evidence = sortedIDs(u.Evidence)
	u.FirstSeen, u.LastSeen = in.span(u.Evidence)
	in.out.Unmanaged = append(in.out.Unmanaged, u)
}

// firstName returns the first of the names of ports, with their switches.
func (in *inferer) firstName(ends []cloudEnd) string {
	names := make([]string, len(ends))
	for i, e := range ends {
		sw, _ := in.net.Device(e.end.Device)
		names[i] = sw.Name + " " + e.end.Port
	}
	return slices.Min(names)
}

// zoneOf returns the zone of most of the devices; of equals the least.
func (in *inferer) zoneOf(devices []plugged) string {
	count := make(map[string]int)
	for _, p := range devices {
		if d, ok := in.net.Device(p.device); ok && d.Zone != "" {
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
