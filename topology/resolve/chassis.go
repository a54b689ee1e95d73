package resolve

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// chassisPorts finds switches that announce the MAC address of each port as if
// it were their chassis, as Nexus switches do: neighbours that were not asked
// themselves, of one name, with one management address and MAC addresses of one
// block, are one device.
type chassisPorts map[announced][]int

// announced is what the ports of one such switch have in common.
type announced struct {
	name    string
	address netip.Addr
	block   string // the first four octets of the MAC address
}

// add takes note of a neighbour that announced a MAC address as its chassis.
func (c chassisPorts) add(subject int, chassis string, n fact.Neighbor) {
	if isDefaultName(n.SystemName) {
		return
	}
	for _, a := range n.ManagementAddresses {
		if a = plain(a); isHostAddress(a) && !a.IsLinkLocalUnicast() {
			k := announced{strings.ToLower(n.SystemName), a, chassis[:len("00:00:00:00")]}
			c[k] = append(c[k], subject)
		}
	}
}

// join puts the neighbours together.
func (c chassisPorts) join(g *grouping) {
	keys := slices.SortedFunc(maps.Keys(c), func(a, b announced) int {
		return strings.Compare(a.name+"\x00"+a.address.String()+"\x00"+a.block, b.name+"\x00"+b.address.String()+"\x00"+b.block)
	})
	for _, k := range keys {
		roots := slices.DeleteFunc(g.roots(c[k]), func(r int) bool {
			st := g.state[r]
			return st == nil || st.own != nil || len(st.serials) > 0 // what is known better speaks for itself
		})
		for _, r := range roots[min(1, len(roots)):] {
			g.union(roots[0], r)
		}
	}
}
