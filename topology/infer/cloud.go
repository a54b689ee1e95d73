package infer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// cloud puts a switch that nobody announced between the ports of a segment and
// the devices learned there.
func (f *fabric) cloud(g *segment, devices []plugged) {
	in := f.in
	var keys []string
	for _, e := range g.ends {
		d, _ := in.net.Device(f.end(e).Device)
		keys = append(keys, d.Keys[0]+"/"+f.key(e).port)
	}
	slices.Sort(keys)
	key := "unmanaged:" + strings.Join(keys, ",")
	sum := sha256.Sum256([]byte(key))
	first := f.end(g.ends[0])
	sw, _ := in.net.Device(first.Device)
	u := topology.Device{
		ID:    topology.DeviceID("d" + hex.EncodeToString(sum[:6])),
		Name:  fmt.Sprintf("%s %s (%d)", sw.Name, first.Port, len(devices)),
		Roles: []topology.Role{topology.RoleUnmanaged}, Keys: []string{key}, Zone: in.zoneOf(devices),
	}
	at := topology.Endpoint{Device: u.ID}
	claim := claim{2, "fdb", topology.Inferred}
	var all []topology.EvidenceID
	for _, p := range devices {
		all = append(all, p.proofs...)
		in.linkOf(claim, at, p.end(), p.proofs)
	}
	for _, e := range g.ends {
		end := f.end(e)
		u.Attached = append(u.Attached, topology.Attachment{Switch: end.Device, Port: end.Port})
		proofs := append(f.whyAny(g, e), all...)
		all = append(all, proofs...)
		in.linkOf(claim, end, at, sortedIDs(proofs))
	}
	u.Evidence = sortedIDs(all)
	u.FirstSeen, u.LastSeen = in.span(u.Evidence)
	in.out.Unmanaged = append(in.out.Unmanaged, u)
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
