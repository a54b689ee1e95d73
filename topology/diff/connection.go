package diff

import (
	"slices"
	"strings"

	"kanmon/topology"
)

// connections compares external connections: the same ID, else the same
// category at the same device with a remote in common.
func connections(from, to []topology.ExternalConnection, same identity, names map[topology.DeviceID]string) Delta[topology.ExternalConnection] {
	type X = topology.ExternalConnection
	type at struct {
		category topology.Category
		device   topology.DeviceID
	}
	p := pairing[X]{from: sortedByID(from), to: sortedByID(to)}
	p.match(func(x X) any { return x.ID }, func(x X) any { return x.ID })
	p.matchIf(
		func(x X) any { return at{x.Category, same.now(x.Device)} },
		func(x X) any { return at{x.Category, x.Device} },
		func(o, n X) bool { return o.Service == n.Service && overlap(o.Remote, n.Remote) },
	)
	return p.delta(func(x X) string { return x.ID }, func(o, n X) *Change {
		f := connectionFields(o, n, same, names)
		if len(f) == 0 {
			return nil
		}
		return &Change{ID: n.ID, OldID: otherID(o.ID, n.ID), Name: strings.TrimSpace(string(n.Category) + " " + names[n.Device]), Fields: f}
	})
}

func sortedByID(in []topology.ExternalConnection) []topology.ExternalConnection {
	out := slices.Clone(in)
	slices.SortFunc(out, func(a, b topology.ExternalConnection) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// overlap reports whether two remotes can be the same party: they share an
// address or a name, or one of them is not known.
func overlap(a, b topology.Remote) bool {
	if len(a.Names)+len(a.Addresses) == 0 || len(b.Names)+len(b.Addresses) == 0 {
		return true
	}
	for _, x := range a.Addresses {
		if slices.Contains(b.Addresses, x) {
			return true
		}
	}
	for _, x := range a.Names {
		if slices.Contains(b.Names, x) {
			return true
		}
	}
	return false
}

func connectionFields(o, n topology.ExternalConnection, same identity, names map[topology.DeviceID]string) []Field {
	var f fields
	f.text("category", string(o.Category), string(n.Category))
	if same.now(o.Device) != n.Device {
		f.text("device", string(o.Device), string(n.Device))
	}
	f.text("service", o.Service, n.Service)
	f.text("interface", o.Interface, n.Interface)
	f.joined("behind", callAll(o.Behind, same, names), callAll(n.Behind, nil, names))
	if remoteTells(n.Category) {
		f.joined("remote.addresses", addressTexts(o.Remote), addressTexts(n.Remote))
	}
	f.set("remote.networks", networkTexts(o.Remote), networkTexts(n.Remote))
	f.set("transport", o.Transport, n.Transport)
	f.set("ports", o.Ports, n.Ports)
	f.text("direction", string(o.Direction), string(n.Direction))
	f.text("grade", string(o.Grade), string(n.Grade))
	f.text("status", string(o.Status), string(n.Status))
	f.text("owner", o.Owner, n.Owner)
	f.text("contract", o.Contract, n.Contract)
	f.text("purpose", o.Purpose, n.Purpose)
	f.text("until", o.Until, n.Until)
	f.set("changes", o.Changes, n.Changes)
	return f
}

// joined notes what a list got that it had not. That something was not seen
// again in one run is no difference: not every device goes outside every night.
func (f *fields) joined(name string, old, now []string) {
	for _, s := range now {
		if !slices.Contains(old, s) {
			f.set(name, old, now)
			return
		}
	}
}

// callAll returns devices with their names, by their ID in the new snapshot.
func callAll(in []topology.DeviceID, same identity, names map[topology.DeviceID]string) []string {
	var out []string
	for _, d := range in {
		d = same.now(d)
		if names[d] != "" {
			out = append(out, names[d]+" ("+string(d)+")")
		} else {
			out = append(out, string(d))
		}
	}
	return out
}

func addressTexts(r topology.Remote) []string {
	var out []string
	for _, a := range r.Addresses {
		out = append(out, a.String())
	}
	return out
}

func networkTexts(r topology.Remote) []string {
	var out []string
	for _, p := range r.Networks {
		out = append(out, p.String())
	}
	return out
}

// remoteTells reports whether the addresses outside belong to what a connection
// of this category is. Services with many relays show another one every day.
func remoteTells(c topology.Category) bool {
	return c != topology.RemoteSupport && c != topology.OnlineQualification
}
