package agent

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Row is one object instance.
type Row struct {
	OID   []uint32
	Kind  string // as pass_persist names it: integer, gauge, octet, string
	Value string
}

// mib2Bridge is dot1dBridge (RFC 4188).
const mib2Bridge = "1.3.6.1.2.1.17"

// Rows are the objects of both MIBs for the bridges, in the order of OIDs.
func Rows(bridges []Bridge) []Row {
	t := &table{}
	if len(bridges) == 0 {
		return nil
	}
	var ports int
	index := map[string]map[int]int{} // bridge, port number: ifIndex
	for _, b := range bridges {
		index[b.Name] = map[int]int{}
		for _, p := range b.Ports {
			ports++
			index[b.Name][p.Number] = p.IfIndex
			t.add("integer", p.IfIndex, "1.4.1.1", p.IfIndex) // dot1dBasePort
			t.add("integer", p.IfIndex, "1.4.1.2", p.IfIndex) // dot1dBasePortIfIndex
			t.add("gauge", b.VLAN, "7.1.4.5.1.1", p.IfIndex)  // dot1qPvid
		}
	}
	t.add("octet", octets(bridges[0].Address[:]), "1.1", 0) // dot1dBaseBridgeAddress
	t.add("integer", ports, "1.2", 0)                       // dot1dBaseNumPorts
	t.add("integer", 2, "1.3", 0)                           // dot1dBaseType: transparent-only
	t.add("integer", 300, "4.2", 0)                         // dot1dTpAgingTime, seconds
	for _, b := range bridges {
		t.vlan(b)
		for _, e := range b.Entries {
			at := index[b.Name][e.Number]
			if at == 0 {
				continue // the bridge's own address, or a port that has just gone
			}
			status := 3 // learned
			if e.Local {
				status = 4 // self
			}
			mac := suffix(e.Address)
			t.add("octet", octets(e.Address[:]), "4.3.1.1", mac...) // dot1dTpFdbAddress
			t.add("integer", at, "4.3.1.2", mac...)                 // dot1dTpFdbPort
			t.add("integer", status, "4.3.1.3", mac...)             // dot1dTpFdbStatus
			mac = append([]int{b.VLAN}, mac...)
			t.add("integer", at, "7.1.2.2.1.2", mac...)     // dot1qTpFdbPort
			t.add("integer", status, "7.1.2.2.1.3", mac...) // dot1qTpFdbStatus
		}
	}
	slices.SortStableFunc(t.rows, func(a, b Row) int { return slices.Compare(a.OID, b.OID) })
	// An address known in two VLANs is one row of dot1dTpFdbTable: the first.
	return slices.CompactFunc(t.rows, func(a, b Row) bool { return slices.Equal(a.OID, b.OID) })
}

type table struct {
	rows []Row
}

func (t *table) add(kind string, value any, column string, index ...int) {
	oid, _ := ParseOID(mib2Bridge + "." + column)
	for _, n := range index {
		oid = append(oid, uint32(n))
	}
	t.rows = append(t.rows, Row{oid, kind, fmt.Sprint(value)})
}

// setSize is the length of a set of ports (PortList of Q-BRIDGE-MIB), in bytes.
const setSize = 16

// vlan adds the rows of dot1qVlanCurrentTable and dot1qVlanStaticTable.
func (t *table) vlan(b Bridge) {
	set := make([]byte, setSize)
	for _, p := range b.Ports {
		if at := p.IfIndex - 1; at >= 0 && at < 8*setSize {
			set[at/8] |= 0x80 >> (at % 8)
		}
	}
	name := b.Alias
	if name == "" {
		name = b.Name
	}
	t.add("gauge", b.VLAN, "7.1.4.2.1.3", 0, b.VLAN)                      // dot1qVlanFdbId
	t.add("octet", octets(set), "7.1.4.2.1.4", 0, b.VLAN)                 // dot1qVlanCurrentEgressPorts
	t.add("octet", octets(set), "7.1.4.2.1.5", 0, b.VLAN)                 // dot1qVlanCurrentUntaggedPorts
	t.add("integer", 2, "7.1.4.2.1.6", 0, b.VLAN)                         // dot1qVlanStatus: permanent
	t.add("string", name, "7.1.4.3.1.1", b.VLAN)                          // dot1qVlanStaticName
	t.add("octet", octets(set), "7.1.4.3.1.2", b.VLAN)                    // dot1qVlanStaticEgressPorts
	t.add("octet", octets(make([]byte, len(set))), "7.1.4.3.1.3", b.VLAN) // dot1qVlanForbiddenEgressPorts
	t.add("octet", octets(set), "7.1.4.3.1.4", b.VLAN)                    // dot1qVlanStaticUntaggedPorts
	t.add("integer", 1, "7.1.4.3.1.5", b.VLAN)                            // dot1qVlanStaticRowStatus: active
}

func octets(b []byte) string { return strings.TrimSpace(fmt.Sprintf("% x", b)) }

func suffix(mac [6]byte) []int {
	out := make([]int, 0, len(mac))
	for _, b := range mac {
		out = append(out, int(b))
	}
	return out
}

// ParseOID reads ".1.3.6" or "1.3.6"; an OID has at most 128 parts (RFC 2578
// section 3.5).
func ParseOID(s string) ([]uint32, error) {
	parts := strings.Split(strings.TrimPrefix(s, "."), ".")
	if len(parts) > 128 {
		return nil, fmt.Errorf("agent: OID of %d parts: at most 128", len(parts))
	}
	out := make([]uint32, 0, len(parts)+8)
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("agent: OID %.40q: %w", s, err)
		}
		out = append(out, uint32(n))
	}
	return out, nil
}

// FormatOID writes ".1.3.6".
func FormatOID(oid []uint32) string {
	var b strings.Builder
	for _, n := range oid {
		fmt.Fprintf(&b, ".%d", n)
	}
	return b.String()
}
