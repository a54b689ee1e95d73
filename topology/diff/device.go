package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanmon/topology"
)

// identity is, for each device of the old snapshot, its ID in the new one; a
// device that went keeps its own.
type identity map[topology.DeviceID]topology.DeviceID

func (m identity) now(d topology.DeviceID) topology.DeviceID {
	if n, ok := m[d]; ok {
		return n
	}
	return d
}

// weak reports whether an identity key alone does not make two devices one:
// addresses are given to others, and names can be anybody's.
func weak(key string) bool {
	switch kind, _, _ := strings.Cut(key, ":"); kind {
	case "mac", "serial", "chassis", "engine", "duid", "agent":
		return false
	}
	return true
}

// matchDevices pairs the devices of two snapshots: those with most strong keys
// in common first, then those with the same ID. Each is in one pair at most.
func matchDevices(from, to []topology.Device) identity {
	byKey := make(map[string][]int)
	for j, d := range to {
		for _, k := range distinct(d.Keys) {
			if !weak(k) {
				byKey[k] = append(byKey[k], j)
			}
		}
		byKey["id:"+string(d.ID)] = append(byKey["id:"+string(d.ID)], j)
	}
	type pair struct{ i, j, shared int }
	var pairs []pair
	for i, d := range from {
		shared := make(map[int]int)
		for _, k := range distinct(d.Keys) {
			if weak(k) {
				continue
			}
			for _, j := range byKey[k] {
				shared[j] += 2
			}
		}
		for _, j := range byKey["id:"+string(d.ID)] {
			shared[j]++
		}
		for j, n := range shared {
			pairs = append(pairs, pair{i, j, n})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.shared, a.shared),
			strings.Compare(string(from[a.i].ID), string(from[b.i].ID)), strings.Compare(string(to[a.j].ID), string(to[b.j].ID)))
	})
	same, taken := make(identity), make(map[int]bool)
	for _, p := range pairs {
		if _, done := same[from[p.i].ID]; done || taken[p.j] {
			continue
		}
		same[from[p.i].ID], taken[p.j] = to[p.j].ID, true
	}
	return same
}

func distinct(keys []string) []string {
	out := slices.Clone(keys)
	slices.Sort(out)
	return slices.Compact(out)
}

func devices(from, to []topology.Device, same identity) Delta[topology.Device] {
	var d Delta[topology.Device]
	old := make(map[topology.DeviceID]topology.Device) // by their new ID
	for _, x := range from {
		n, ok := same[x.ID]
		if !ok {
			d.Went = append(d.Went, x)
			continue
		}
		old[n] = x
	}
	for _, x := range to {
		o, ok := old[x.ID]
		if !ok {
			d.Came = append(d.Came, x)
			continue
		}
		if f := deviceFields(o, x, same); len(f) > 0 {
			d.Changed = append(d.Changed, Change{ID: string(x.ID), OldID: otherID(string(o.ID), string(x.ID)), Name: x.Name, Fields: f})
		}
	}
	byID := func(a, b topology.Device) int { return strings.Compare(string(a.ID), string(b.ID)) }
	slices.SortFunc(d.Came, byID)
	slices.SortFunc(d.Went, byID)
	sortChanges(d.Changed)
	return d
}

func otherID(old, now string) string {
	if old == now {
		return ""
	}
	return old
}

func sortChanges(c []Change) {
	slices.SortFunc(c, func(a, b Change) int { return strings.Compare(a.ID, b.ID) })
}

// fields gathers the fields that differ.
type fields []Field

func (f *fields) text(name, old, now string) {
	if old != now {
		*f = append(*f, Field{Name: name, Old: old, New: now})
	}
}

// set compares two lists in which order and repetition mean nothing.
func (f *fields) set(name string, old, now []string) {
	f.text(name, strings.Join(distinct(old), ", "), strings.Join(distinct(now), ", "))
}

func deviceFields(o, n topology.Device, same identity) []Field {
	var f fields
	f.text("name", o.Name, n.Name)
	f.set("roles", texts(o.Roles), texts(n.Roles))
	f.text("vendor", o.Vendor, n.Vendor)
	f.text("model", o.Model, n.Model)
	f.text("os", o.OS, n.OS)
	f.text("version", o.Version, n.Version)
	f.text("serial", o.Serial, n.Serial)
	f.text("location", o.Location, n.Location)
	f.text("zone", o.Zone, n.Zone)
	f.set("interfaces.mac", interfaces(o, func(i topology.Interface) []string { return []string{i.MAC} }),
		interfaces(n, func(i topology.Interface) []string { return []string{i.MAC} }))
	f.set("interfaces.ips", interfaces(o, bareAddresses), interfaces(n, bareAddresses))
	f.set("services", services(o), services(n))
	f.set("attached", attached(o, same.now), attached(n, func(d topology.DeviceID) topology.DeviceID { return d }))
	return f
}

func texts[T ~string](in []T) []string {
	var out []string
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}

func interfaces(d topology.Device, of func(topology.Interface) []string) []string {
	var out []string
	for _, i := range d.Interfaces {
		for _, s := range of(i) {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// bareAddresses returns addresses without prefix lengths, which only some
// evidence knows.
func bareAddresses(i topology.Interface) []string {
	var out []string
	for _, s := range i.IPs {
		s, _, _ = strings.Cut(s, "/")
		out = append(out, s)
	}
	return out
}

func services(d topology.Device) []string {
	var out []string
	for _, s := range d.Services {
		out = append(out, strings.TrimRight(fmt.Sprintf("%s/%d %s %s", s.Transport, s.Port, s.Product, s.Version), " "))
	}
	return out
}

func attached(d topology.Device, now func(topology.DeviceID) topology.DeviceID) []string {
	var out []string
	for _, a := range d.Attached {
		out = append(out, string(now(a.Switch))+" "+a.Port)
	}
	return out
}
