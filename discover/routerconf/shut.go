package routerconf

import (
	"net/netip"
	"slices"
)

// shut reports whether an interface is known and shut down, itself or by what
// carries it.
func (d *device) shut(name string) bool {
	i, ok := d.ifaces[name]
	return ok && (i.down || i.idle)
}

// join notes that a port is part of a bridge or an aggregate.
func (d *device) join(whole, port string) {
	if room(d, d.members[whole]) && len(d.members) < maxEach {
		d.members[whole] = append(d.members[whole], port)
	}
}

// maxLayers bounds how far it is followed what carries an interface: a tunnel
// over a dialer over a VLAN over an aggregate of ports.
const maxLayers = 8

// settle finds what is carried by interfaces that are shut down.
func (d *device) settle() {
	for whole, ports := range d.members {
		if i := d.ifaces[whole]; i != nil {
			i.ports = append(i.ports, ports...)
		}
	}
	clear(d.members)
	for range maxLayers {
		changed := false
		for _, i := range d.order {
			if !i.idle && !i.apart && len(i.ports) > 0 && !slices.ContainsFunc(i.ports, func(p string) bool { return !d.shut(p) }) {
				i.idle, changed = true, true
			}
		}
		for _, t := range d.tunnels {
			if i := d.ifaces[t.iface]; i != nil && !i.idle && d.shut(t.over) {
				i.idle, changed = true, true
			}
		}
		if !changed {
			return
		}
	}
}

// leadsNowhere reports whether a route leads over an interface that is shut down,
// so that it is in no routing table.
func (d *device) leadsNowhere(r route) bool {
	if _, ok := d.ifaces[r.over]; ok || !r.hop.IsValid() {
		return d.shut(r.over)
	}
	if d.linked == nil {
		d.link()
	}
	shut := false
	for _, n := range d.lengths {
		if p, err := r.hop.Prefix(n); err == nil {
			if all, ok := d.linked[p]; ok && !all {
				return false
			} else if ok {
				shut = true
			}
		}
	}
	return shut
}

// link notes the networks that interfaces are in, and whether all that are in one
// are shut down.
func (d *device) link() {
	d.linked = make(map[netip.Prefix]bool)
	for _, i := range d.order {
		for _, p := range i.addrs {
			p = p.Masked()
			all, ok := d.linked[p]
			d.linked[p] = d.shut(i.name) && (all || !ok)
			if !slices.Contains(d.lengths, p.Bits()) {
				d.lengths = append(d.lengths, p.Bits())
			}
		}
	}
}
