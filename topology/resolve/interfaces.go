package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// port is an interface while its addresses are gathered.
type port struct {
	topology.Interface

	ips []netip.Prefix
}

// interfaces returns the interfaces of a device: the rows of its own table,
// then the MAC addresses heard, then addresses without either.
func (r *resolver) interfaces(root int) []topology.Interface {
	ports, byIndex := r.tablePorts(root)
	hasTable := len(ports) > 0
	byMAC := make(map[string]int)
	for i, p := range ports {
		if _, ok := byMAC[p.MAC]; !ok && p.MAC != "" {
			byMAC[p.MAC] = i
		}
	}
	macs := slices.Clone(r.macs[root])
	slices.SortFunc(macs, compareMAC)
	for _, m := range macs {
		if _, ok := byMAC[m.String()]; ok || hasTable && !r.holdsBy(root, m) {
			continue
		}
		byMAC[m.String()] = len(ports)
		ports = append(ports, port{Interface: topology.Interface{MAC: m.String()}})
	}
	for i := range ports {
		ports[i].VLANs = r.c.vlansOf(ports[i].MAC)
	}
	ports = r.place(root, ports, byMAC, byIndex)
	out := make([]topology.Interface, 0, len(ports))
	for _, p := range ports {
		slices.SortFunc(p.ips, comparePrefix)
		for _, a := range p.ips {
			p.IPs = append(p.IPs, addressText(a))
		}
		out = append(out, p.Interface)
	}
	slices.SortStableFunc(out, func(a, b topology.Interface) int {
		return cmp.Or(
			cmp.Compare(b2i(ifIndex(a) == 0), b2i(ifIndex(b) == 0)), cmp.Compare(ifIndex(a), ifIndex(b)), strings.Compare(a.Name, b.Name),
			strings.Compare(a.MAC, b.MAC), slices.Compare(a.IPs, b.IPs),
		)
	})
	return out
}

// place puts every address of a device on one interface, by its best claim.
func (r *resolver) place(root int, ports []port, byMAC map[string]int, byIndex map[uint32]int) []port {
	claims := slices.Clone(r.a.held[root])
	slices.SortStableFunc(claims, func(a, b claim) int {
		return cmp.Or(
			a.ip.Compare(b.ip), cmp.Compare(b2i(a.ifIndex == 0), b2i(b.ifIndex == 0)),
			cmp.Compare(b.strength, a.strength), cmp.Compare(b.bits, a.bits),
			cmp.Compare(b2i(a.mac.IsZero()), b2i(b.mac.IsZero())), compareMAC(a.mac, b.mac), cmp.Compare(a.ifIndex, b.ifIndex),
		)
	})
	var done netip.Addr
	for n, c := range claims {
		if c.ip == done {
			continue
		}
		done = c.ip
		i, ok := byIndex[c.ifIndex]
		ok = ok && c.ifIndex != 0
		for _, d := range claims[n:] {
			if d.ip != c.ip || ok {
				break
			}
			i, ok = byMAC[d.mac.String()]
		}
		if !ok {
			i = len(ports)
			ports = append(ports, port{})
		}
		ports[i].ips = append(ports[i].ips, withBits(c))
	}
	return ports
}

// tablePorts returns a port for each row of the device's interface table; where
// several walks show one row, the newest. The second value tells where each
// number of an interface stands: one that a configuration tells of is the row
// with its name, where there is one.
func (r *resolver) tablePorts(root int) ([]port, map[uint32]int) {
	newest := make(map[uint32]tableRow)
	for _, row := range r.rows[root] {
		have, ok := newest[row.row.IfIndex]
		if !ok || cmp.Or(
			r.c.obs[row.obs].Last().Compare(r.c.obs[have.obs].Last()), cmp.Compare(have.obs, row.obs),
		) > 0 {
			newest[row.row.IfIndex] = row
		}
	}
	out := make([]port, 0, len(newest))
	for _, row := range newest {
		f := row.row
		p := port{Interface: topology.Interface{
			Name: cmp.Or(f.Name, f.Descr), Index: f.IfIndex, Type: interfaceType(f.Type), Alias: f.Alias,
		}}
		if !f.MAC.IsZero() {
			p.MAC = f.MAC.String()
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b port) int { return cmp.Compare(a.Index, b.Index) }) // configured ones last
	byIndex, byName := make(map[uint32]int, len(out)), make(map[string]int)
	rows := out[:0]
	for _, p := range out {
		at, ok := byName[interfaceName(p.Name)]
		if p.Index < fact.ConfigIndex || !ok {
			at = len(rows)
			rows = append(rows, p)
		}
		byIndex[p.Index] = at
		if p.Index < fact.ConfigIndex {
			byName[interfaceName(p.Name)] = at
		}
		rows[at].Alias, rows[at].MAC = cmp.Or(rows[at].Alias, p.Alias), cmp.Or(rows[at].MAC, p.MAC)
	}
	return rows, byIndex
}

// ifIndex returns the ifIndex of an interface; 0 where only a configuration
// tells of it.
func ifIndex(i topology.Interface) uint32 {
	if i.Index >= fact.ConfigIndex {
		return 0
	}
	return i.Index
}

// interfaceName spells the name of an interface in the one way in which its
// agent and its configuration may both have it: PP[01] of Yamaha's agent is pp1
// of its configuration.
func interfaceName(s string) string {
	s = strings.ToLower(s)
	if name, n, ok := strings.Cut(s, "["); ok {
		s = name + strings.TrimLeft(strings.TrimSuffix(n, "]"), "0")
	}
	return s
}

// addVLANs adds the VLANs that a switch's own tables say its ports carry. They
// are no sign of where the switch itself is. It is the last to need the numbers
// of interfaces that only a configuration tells of.
func (r *resolver) addVLANs(root int, interfaces []topology.Interface) {
	for i := range interfaces {
		p := &interfaces[i]
		for _, s := range r.agentSubjects[root] {
			if p.Index != 0 {
				p.VLANs = append(p.VLANs, r.c.portVLANs[agentPort{s, p.Index}]...)
			}
		}
		slices.Sort(p.VLANs)
		p.VLANs = slices.Compact(p.VLANs)
		p.Index = ifIndex(*p)
	}
}

// holdsBy reports whether the device holds an address by this MAC address.
func (r *resolver) holdsBy(root int, m fact.MAC) bool {
	return slices.ContainsFunc(r.a.held[root], func(c claim) bool { return c.mac == m })
}

// withBits returns the address of a claim with its prefix length; host length
// stands for one that is not known.
func withBits(c claim) netip.Prefix {
	bits := c.bits
	if bits == 0 {
		bits = c.ip.BitLen()
	}
	return netip.PrefixFrom(c.ip, bits)
}

func addressText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func vlansOf(interfaces []topology.Interface) []uint16 {
	var out []uint16
	for _, i := range interfaces {
		out = append(out, i.VLANs...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// interfaceType returns the IANAifType-MIB name of an ifType, and its number
// where it is not one of those met here.
func interfaceType(t uint32) string {
	names := map[uint32]string{
		0: "", 1: "other", 6: "ethernetCsmacd", 20: "basicISDN", 21: "primaryISDN", 22: "propPointToPointSerial", 23: "ppp",
		24: "softwareLoopback", 53: "propVirtual", 63: "isdn", 71: "ieee80211", 75: "isdns", 76: "isdnu", 77: "lapd",
		94: "adsl", 97: "vdsl", 104: "voiceOverIp", 108: "pppMultilinkBundle", 117: "gigabitEthernet", 131: "tunnel",
		135: "l2vlan", 136: "l3ipvlan", 142: "ipForward", 150: "mplsTunnel", 157: "propWirelessP2P", 160: "usb",
		161: "ieee8023adLag", 166: "mpls", 209: "bridge", 215: "sixToFour", 237: "ieee80216WMAN", 243: "wwanPP",
		244: "wwanPP2", 259: "ieee802154",
	}
	if n, ok := names[t]; ok {
		return n
	}
	return strconv.FormatUint(uint64(t), 10)
}
