package hospital

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

// Roots of the tables that walks hold.
const (
	mib2     = "1.3.6.1.2.1"
	ifEntry  = mib2 + ".2.2.1"
	ifXEntry = mib2 + ".31.1.1.1"
	bridge   = mib2 + ".17"
	entPhys  = mib2 + ".47.1.1.1.1"
	lldpMIB  = "1.0.8802.1.1.2.1"
	cdpMIB   = "1.3.6.1.4.1.9.9.23.1"
)

// column is the identifier of a cell of a table.
func column(entry string, col int, index ...any) string {
	s := fmt.Sprintf("%s.%d", entry, col)
	for _, i := range index {
		s += fmt.Sprintf(".%v", i)
	}
	return s
}

// system writes the system group and the engine's identifier. sysContact is
// empty: it would name a person.
func (w *walk) system(p *Plan, h *Host, services, forwarding int) {
	m := h.model()
	w.str(mib2+".1.1.0", m.descr)
	w.oid(mib2+".1.2.0", m.oid)
	w.put(mib2+".1.3.0", value{kind: kTicks, text: fmt.Sprint(8640000*12 + 100*int(h.MAC[5]))})
	w.str(mib2+".1.4.0", "")
	w.str(mib2+".1.5.0", h.Name)
	w.str(mib2+".1.6.0", p.zone(h.Zone).Kind)
	w.num(mib2+".1.7.0", services)
	if forwarding != 0 {
		w.num(mib2+".4.1.0", forwarding)
	}
	var enterprise uint32
	if _, err := fmt.Sscanf(m.oid, "1.3.6.1.4.1.%d", &enterprise); err != nil {
		panic(err)
	}
	w.bin("1.3.6.1.6.3.10.2.1.1.0", octets{}.u32(enterprise|1<<31).u8(3).add(h.MAC[:])) // RFC 3411: of MAC type
}

// port is a row of ifTable and ifXTable.
type port struct {
	index       int
	name, descr string
	alias       string
	typ         int // IANAifType
	mac         fact.MAC
	down        bool
}

func (w *walk) ports(ps []port) {
	w.num(mib2+".2.1.0", len(ps))
	for _, p := range ps {
		status := 1
		if p.down {
			status = 2
		}
		w.num(column(ifEntry, 1, p.index), p.index)
		w.str(column(ifEntry, 2, p.index), p.descr)
		w.num(column(ifEntry, 3, p.index), p.typ)
		w.num(column(ifEntry, 4, p.index), 1500)
		w.gauge(column(ifEntry, 5, p.index), 1_000_000_000)
		if p.mac.IsZero() {
			w.str(column(ifEntry, 6, p.index), "")
		} else {
			w.mac(column(ifEntry, 6, p.index), p.mac)
		}
		w.num(column(ifEntry, 7, p.index), 1)
		w.num(column(ifEntry, 8, p.index), status)
		if p.name != "" {
			w.str(column(ifXEntry, 1, p.index), p.name)
			w.str(column(ifXEntry, 18, p.index), p.alias)
		}
	}
}

func mask(p netip.Prefix) netip.Addr {
	a, _ := netip.AddrFromSlice(net.CIDRMask(p.Bits(), p.Addr().BitLen()))
	return a
}

// address writes a row of ipAddrTable (RFC 1213).
func (w *walk) address(a netip.Prefix, ifIndex int) {
	e := mib2 + ".4.20.1"
	w.ip(column(e, 1, a.Addr()), a.Addr())
	w.num(column(e, 2, a.Addr()), ifIndex)
	w.ip(column(e, 3, a.Addr()), mask(a))
}

// neighbor writes a learned row of ipNetToMediaTable (RFC 1213).
func (w *walk) neighbor(ifIndex int, a netip.Addr, m fact.MAC) {
	e := mib2 + ".4.22.1"
	w.num(column(e, 1, ifIndex, a), ifIndex)
	w.mac(column(e, 2, ifIndex, a), m)
	w.ip(column(e, 3, ifIndex, a), a)
	w.num(column(e, 4, ifIndex, a), 3)
}

// cidrRoute writes a row of ipCidrRouteTable (RFC 2096).
func (w *walk) cidrRoute(dst netip.Prefix, next netip.Addr, ifIndex int) {
	e, typ, proto := mib2+".4.24.4.1", 4, 3
	if next.IsUnspecified() {
		typ, proto = 3, 2
	}
	index := []any{dst.Addr(), mask(dst), 0, next}
	w.ip(column(e, 1, index...), dst.Addr())
	w.ip(column(e, 2, index...), mask(dst))
	w.num(column(e, 3, index...), 0)
	w.ip(column(e, 4, index...), next)
	w.num(column(e, 5, index...), ifIndex)
	w.num(column(e, 6, index...), typ)
	w.num(column(e, 7, index...), proto)
	w.num(column(e, 11, index...), 1)
	w.num(column(e, 16, index...), 1)
}

// inetRoute writes a row of inetCidrRouteTable (RFC 4292).
func (w *walk) inetRoute(dst netip.Prefix, next netip.Addr, ifIndex int) {
	addr := func(a netip.Addr) string { return fmt.Sprintf("1.4.%s", a) }
	e, typ, proto := mib2+".4.24.7.1", 4, 3
	if next.IsUnspecified() {
		typ, proto = 3, 2
	}
	index := []any{addr(dst.Addr()), dst.Bits(), "2.0.0", addr(next)}
	w.num(column(e, 7, index...), ifIndex)
	w.num(column(e, 8, index...), typ)
	w.num(column(e, 9, index...), proto)
	w.gauge(column(e, 10, index...), 0)
	w.gauge(column(e, 11, index...), 0)
	w.num(column(e, 12, index...), 1)
	w.num(column(e, 17, index...), 1)
}

// oldRoute writes a row of ipRouteTable (RFC 1213).
func (w *walk) oldRoute(dst netip.Prefix, next netip.Addr, ifIndex int) {
	e, typ, proto := mib2+".4.21.1", 4, 3
	if next.IsUnspecified() {
		typ, proto = 3, 2
	}
	w.ip(column(e, 1, dst.Addr()), dst.Addr())
	w.num(column(e, 2, dst.Addr()), ifIndex)
	w.num(column(e, 3, dst.Addr()), 1)
	w.ip(column(e, 7, dst.Addr()), next)
	w.num(column(e, 8, dst.Addr()), typ)
	w.num(column(e, 9, dst.Addr()), proto)
	w.ip(column(e, 11, dst.Addr()), mask(dst))
}

// entity writes the chassis in entPhysicalTable (RFC 6933).
func (w *walk) entity(p *Plan, h *Host) {
	m := h.model()
	w.str(column(entPhys, 2, 1), m.maker+" "+m.name)
	w.num(column(entPhys, 5, 1), m.class)
	w.str(column(entPhys, 7, 1), m.name)
	w.str(column(entPhys, 8, 1), "1")
	w.str(column(entPhys, 9, 1), "")
	w.str(column(entPhys, 10, 1), m.version)
	w.str(column(entPhys, 11, 1), p.serial(h))
	w.str(column(entPhys, 12, 1), m.maker)
	w.str(column(entPhys, 13, 1), m.name)
}

// macIndex is a MAC address as part of an index.
func macIndex(m fact.MAC) string {
	var s []string
	for _, o := range m {
		s = append(s, fmt.Sprint(o))
	}
	return strings.Join(s, ".")
}

// lldpSelf writes what the agent announces of itself.
func (w *walk) lldpSelf(n neighbour, ports []neighbour, numbers []int) {
	loc := lldpMIB + ".3"
	w.num(loc+".1.0", 4)
	w.mac(loc+".2.0", n.chassis)
	w.str(loc+".3.0", n.name)
	w.str(loc+".4.0", n.descr)
	w.bin(loc+".5.0", lldpCaps(n.caps))
	w.bin(loc+".6.0", lldpCaps(n.caps))
	for i, q := range ports {
		e := loc + ".7.1"
		w.num(column(e, 2, numbers[i]), int(q.portKind))
		w.str(column(e, 3, numbers[i]), q.port)
		w.str(column(e, 4, numbers[i]), q.port)
	}
}

// lldpCaps writes capabilities as BITS, the first in the highest bit.
func lldpCaps(c uint16) []byte {
	var b [2]byte
	for i := range 16 {
		if c&(1<<i) != 0 {
			b[i/8] |= 0x80 >> (i % 8)
		}
	}
	return b[:1]
}

// lldpRemote writes the neighbour n on the local port number num.
func (w *walk) lldpRemote(num, row int, n neighbour) {
	e := lldpMIB + ".4.1.1"
	index := []any{0, num, row}
	w.num(column(e, 4, index...), 4)
	w.mac(column(e, 5, index...), n.chassis)
	w.num(column(e, 6, index...), int(n.portKind))
	w.str(column(e, 7, index...), n.port)
	w.str(column(e, 8, index...), n.port)
	w.str(column(e, 9, index...), n.name)
	w.str(column(e, 10, index...), n.descr)
	w.bin(column(e, 11, index...), lldpCaps(n.caps))
	w.bin(column(e, 12, index...), lldpCaps(n.caps))
	m := append(index, 1, 4, n.mgmt)
	w.num(column(lldpMIB+".4.2.1", 3, m...), 2)
	w.num(column(lldpMIB+".4.2.1", 4, m...), 1)
	w.oid(column(lldpMIB+".4.2.1", 5, m...), "0.0")
}

// cdpRemote writes a row of cdpCacheTable.
func (w *walk) cdpRemote(ifIndex int, h *Host, remotePort string) {
	e := cdpMIB + ".2.1.1"
	w.num(column(e, 3, ifIndex, 1), 1)
	w.bin(column(e, 4, ifIndex, 1), h.IP.AsSlice())
	w.str(column(e, 5, ifIndex, 1), h.model().descr)
	w.str(column(e, 6, ifIndex, 1), internal(h.Name))
	w.str(column(e, 7, ifIndex, 1), remotePort)
	w.str(column(e, 8, ifIndex, 1), "cisco "+h.model().name)
	w.bin(column(e, 9, ifIndex, 1), octets{}.u32(0x2a)) // transparent bridge, switch, IGMP
}
