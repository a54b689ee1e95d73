package agent

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Interface is a row of ifTable and ifXTable (RFC 2863).
type Interface struct {
	Index   int
	Name    string
	Descr   string
	Type    int // IANAifType
	MTU     int
	Address []byte
	Up      bool
	In, Out uint64 // octets
}

// ethernetCsmacd and softwareLoopback of IANAifType.
const (
	ethernetCsmacd   = 6
	softwareLoopback = 24
)

// Override says of one interface what the kernel does not know: that the veth
// stands for a modem, or which name a driver of another system would give it.
type Override struct {
	Type  int
	Descr string
}

// ReadOverrides reads lines such as "wan0 243 LTE modem", by interface name.
func ReadOverrides(in io.Reader) (map[string]Override, error) {
	out := map[string]Override{}
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		parts := strings.SplitN(lines.Text(), " ", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("agent: overrides, line %d: want NAME TYPE DESCR", n)
		}
		kind, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil, fmt.Errorf("agent: overrides, line %d: %w", n, err)
		}
		out[parts[0]] = Override{kind, parts[2]}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("agent: overrides: %w", err)
	}
	return out, nil
}

// ReadInterfaces returns the interfaces below a /sys/class/net.
func ReadInterfaces(sys string, overrides map[string]Override) ([]Interface, error) {
	entries, err := os.ReadDir(sys)
	if err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	var out []Interface
	for _, e := range entries {
		dir := filepath.Join(sys, e.Name())
		i := Interface{
			Name: e.Name(), Descr: e.Name(), Type: ethernetCsmacd,
			Up: text(filepath.Join(dir, "operstate")) != "down",
		}
		if i.Index, err = strconv.Atoi(text(filepath.Join(dir, "ifindex"))); err != nil {
			continue // bonding_masters and the like, or gone since
		}
		i.MTU, _ = strconv.Atoi(text(filepath.Join(dir, "mtu"))) // 0 where not known, as for the counters
		i.In, _ = strconv.ParseUint(text(filepath.Join(dir, "statistics", "rx_bytes")), 10, 64)
		i.Out, _ = strconv.ParseUint(text(filepath.Join(dir, "statistics", "tx_bytes")), 10, 64)
		for part := range strings.SplitSeq(text(filepath.Join(dir, "address")), ":") {
			if b, err := strconv.ParseUint(part, 16, 8); err == nil {
				i.Address = append(i.Address, byte(b))
			}
		}
		if i.Name == "lo" {
			i.Type, i.Address = softwareLoopback, nil
		}
		if o, ok := overrides[i.Name]; ok {
			i.Type, i.Descr = o.Type, o.Descr
		}
		out = append(out, i)
	}
	return out, nil
}

// InterfaceRows are the objects of both tables, in the order of OIDs.
func InterfaceRows(interfaces []Interface) []Row {
	const interfacesGroup, ifXEntry = "1.3.6.1.2.1.2.", "1.3.6.1.2.1.31.1.1.1."
	var rows []Row
	add := func(oid, kind string, value any, index int) {
		parsed, _ := ParseOID(oid) // one of those below
		rows = append(rows, Row{append(parsed, uint32(index)), kind, fmt.Sprint(value)})
	}
	add(interfacesGroup+"1", "integer", len(interfaces), 0) // ifNumber
	for _, i := range interfaces {
		status := 2 // down
		if i.Up {
			status = 1
		}
		const entry = interfacesGroup + "2.1."
		add(entry+"1", "integer", i.Index, i.Index)            // ifIndex
		add(entry+"2", "string", i.Descr, i.Index)             // ifDescr
		add(entry+"3", "integer", i.Type, i.Index)             // ifType
		add(entry+"4", "integer", i.MTU, i.Index)              // ifMtu
		add(entry+"5", "gauge", 100_000_000, i.Index)          // ifSpeed, bit/s
		add(entry+"6", "octet", octets(i.Address), i.Index)    // ifPhysAddress
		add(entry+"7", "integer", 1, i.Index)                  // ifAdminStatus: up
		add(entry+"8", "integer", status, i.Index)             // ifOperStatus
		add(entry+"10", "counter", i.In&0xffff_ffff, i.Index)  // ifInOctets
		add(entry+"16", "counter", i.Out&0xffff_ffff, i.Index) // ifOutOctets
		add(ifXEntry+"1", "string", i.Name, i.Index)           // ifName
		add(ifXEntry+"15", "gauge", 100, i.Index)              // ifHighSpeed, Mbit/s
		add(ifXEntry+"18", "string", "", i.Index)              // ifAlias
	}
	slices.SortFunc(rows, func(a, b Row) int { return slices.Compare(a.OID, b.OID) })
	return rows
}
