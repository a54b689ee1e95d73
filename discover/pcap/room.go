package pcap

import "net/netip"

// room makes place in a table that is full, for what may matter more than what
// is in it. It is looked for again only after many more have found none, so that
// a table full of what matters costs no more than one with room.
type room struct {
	lost  uint64 // sightings that were not kept
	again uint64 // as many must be lost before it is looked for again
	early int    // entries that were told before the end though they were seen once
}

// soon reports whether one more of limit entries may be told before the end
// though it was seen once. Beyond so many such entries are made up as a rule:
// they wait for the end, or until they are seen again, so that evidence does not
// grow with a flood.
func (r *room) soon(limit int) bool {
	if r.early >= limit/8 {
		return false
	}
	r.early++
	return true
}

// wanted reports whether room is to be looked for.
func (r *room) wanted() bool { return r.lost >= r.again }

// made reports whether n of limit entries, each of which was seen once, are
// worth to be dropped, and counts them as lost.
func (r *room) made(n, limit int) bool {
	if n < limit/8 {
		r.again = r.lost + uint64(limit/8)
		return false
	}
	r.lost += uint64(n)
	return true
}

// origin says who sent the frame at hand.
type origin struct {
	station uint64     // MAC address and VLAN ID; 0: none
	ip      netip.Addr // not valid: none
}

// knownFrames is how many frames a station sends that is there: one that was
// made up sends one.
const knownFrames = 4

// known tells who is there, as far as the frames showed until now.
type known struct {
	stations *stationTable
	hosts    map[uint64]struct{} // that somebody answered, or that answered, by their hash
}

// known looks at who is there.
func (a *analyzer) known() known {
	k := known{stations: &a.stations, hosts: make(map[uint64]struct{})}
	there := func(ips [2]addr) {
		for _, ip := range ips {
			k.hosts[a.hostHash(ip)] = struct{}{}
		}
	}
	a.conns.all(func(_ int, c *conn) {
		if c.answered() {
			there(c.key.ip)
		}
	})
	a.flows.all(func(_ int, e *flowEntry) {
		if e.answered {
			there(e.key.ip)
		}
	})
	return k
}

// station reports whether a station is there, or none was named.
func (k *known) station(key uint64) bool {
	return key == 0 || k.stations.frames(key) >= knownFrames
}

// host reports whether a hash is that of the address of a host that is there.
func (k *known) host(hash uint64) bool {
	_, ok := k.hosts[hash]
	return ok
}

// hostHash stands for an address where it is only compared.
func (a *analyzer) hostHash(ip addr) uint64 { return a.secret.of(ip.hi, ip.lo) }

// sweep drops what was seen once and comes from strangers: stations that sent
// hardly anything else, and addresses that nobody answers, where a station sends
// from many of them. It reports whether that was much.
func (t *table) sweep() bool {
	k := t.from.known()
	// How many entries each station that is there has from addresses that
	// nobody answers. One or two are a host that speaks to groups only.
	doubtful := make(map[uint64]int)
	for e := range t.all() {
		if e.count == 1 && !k.host(e.host) {
			doubtful[e.station]++
		}
	}
	stranger := func(e *entry) bool {
		return e.count == 1 && !k.host(e.host) &&
			(!k.station(e.station) || doubtful[e.station] > max(4, t.limit/64))
	}
	n := 0
	for e := range t.all() {
		if stranger(e) {
			n++
		}
	}
	if !t.room.made(n, t.limit) {
		return false
	}
	t.index.clear()
	t.slab.compact(func(e *entry) bool { return !stranger(e) }, func(place int, e *entry) { t.index.add(e.id, place) })
	return true
}
