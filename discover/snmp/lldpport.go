package snmp

import (
	"slices"
	"strconv"

	"kanmon/discover/fact"
)

// portMap finds the interface of an LLDP port.
type portMap struct {
	basePort map[uint32]uint32 // bridge port to ifIndex
	local    map[uint32]row    // row of lldpLocPortTable
	names    map[uint32]string // ifName by ifIndex
	exists   map[uint32]bool   // ifIndex
	byName   map[string]uint32 // ifName or ifDescr to ifIndex; 0 where several have it
	byAlias  map[string]uint32
	byMAC    map[fact.MAC]uint32

	numbering numbering
}

// numbering counts, over the ports that the agent also gives a name, what their
// number was. LldpPortNumber is to be the dot1dBasePort in a bridge and the
// ifIndex elsewhere; in some agents it is neither.
type numbering struct{ basePort, ifIndex, neither int }

func newPortMap(w *walk) *portMap {
	p := &portMap{
		basePort: basePorts(w), local: make(map[uint32]row),
		names: make(map[uint32]string), exists: make(map[uint32]bool),
		byName: make(map[string]uint32), byAlias: make(map[string]uint32), byMAC: make(map[fact.MAC]uint32),
	}
	for row := range w.rows(lldpLocPortTable()) {
		row.vals = slices.Clone(row.vals)
		p.local[row.key.last()] = row
	}
	for row := range w.rows(ifTable()) {
		i := row.key.last()
		p.exists[i] = true
		unique(p.byName, row.get(ifDescr).text(), i)
		if m, ok := row.get(ifPhysAddress).mac(); ok {
			unique(p.byMAC, m, i)
		}
	}
	for row := range w.rows(ifXTable()) {
		i := row.key.last()
		p.exists[i] = true
		p.names[i] = row.get(ifName).text()
		unique(p.byName, p.names[i], i)
		unique(p.byAlias, row.get(ifAlias).text(), i)
	}
	for port := range p.local {
		switch named := p.named(port); named {
		case 0:
		case p.basePort[port]:
			if named != port { // else it proves nothing
				p.numbering.basePort++
			}
		case port:
			p.numbering.ifIndex++
		default:
			p.numbering.neither++
		}
	}
	return p
}

// unique notes that key leads to ifIndex, and that it leads nowhere once it has
// led to another.
func unique[K comparable](m map[K]uint32, key K, ifIndex uint32) {
	var none K
	if key == none {
		return
	}
	if have, taken := m[key]; taken && have != ifIndex {
		ifIndex = 0
	}
	m[key] = ifIndex
}

// resolve returns what people call the port, and its ifIndex, 0 where the agent
// does not tell.
func (p *portMap) resolve(port uint32) (name string, ifIndex uint32) {
	ifIndex = p.ifIndex(port)
	if ifIndex != 0 && p.names[ifIndex] != "" {
		return p.names[ifIndex], ifIndex
	}
	if local, ok := p.local[port]; ok {
		if id := portID(local.get(lldpLocPortIDSubtype), local.get(lldpLocPortID)); id != "" {
			return id, ifIndex
		}
	}
	return strconv.FormatUint(uint64(port), 10), ifIndex
}

// ifIndex asks first what the agent says of the port by name, and takes the
// number for what it was in other ports.
func (p *portMap) ifIndex(port uint32) uint32 {
	if i := p.named(port); i != 0 {
		return i
	}
	n := p.numbering
	base := p.basePort[port]
	switch {
	case !p.exists[port] || n.ifIndex == 0 && n.basePort+n.neither > 0:
		return base
	case base == 0 || n.ifIndex > n.basePort:
		return port
	}
	return base
}

// named returns the ifIndex of the one interface that has the port's ID or
// description as its name or address, else 0.
func (p *portMap) named(port uint32) uint32 {
	local, ok := p.local[port]
	if !ok {
		return 0
	}
	subtype, id := local.get(lldpLocPortIDSubtype), local.get(lldpLocPortID)
	if m, ok := id.mac(); ok && subtype.is(portMACAddress) {
		return p.byMAC[m]
	}
	if id.text() == "" {
		return p.byName[local.get(lldpLocPortDesc).text()]
	}
	if subtype.is(portInterfaceAlias) && p.byAlias[id.text()] != 0 {
		return p.byAlias[id.text()]
	}
	if i := p.byName[id.text()]; i != 0 && id.text() != strconv.FormatUint(uint64(port), 10) { // else it says nothing new
		return i
	}
	return p.byName[local.get(lldpLocPortDesc).text()]
}
