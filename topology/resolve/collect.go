package resolve

import (
	"maps"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/vendor"
)

// subject is what a fact speaks of, before it is known which subjects are one
// device.
type subject struct {
	name    string
	keys    []key
	serials []string // serial numbers of the chassis: two subjects with different ones are two devices
	chassis []string // LLDP chassis MAC addresses: likewise
	agent   bool     // an SNMP agent as one input shows it
	known   bool     // something other than an agent's interface table speaks of it
}

// strength says how good a claim to an IP address is.
type strength uint8

const (
	onWire         strength = iota + 1 // a frame that cannot have passed a router, or a relayed answer: counts only where nothing else does
	byHops                             // packets with all the hops that hosts start with: they have passed no router
	byAnnouncement                     // the host's own list of its addresses
	byLease                            // DHCP, and management addresses that a device announces
	byResolution                       // ARP and ND
	byOwnTable                         // the agent's own address table
)

// claim says that a subject has an IP address.
type claim struct {
	subject  int
	ip       netip.Addr
	bits     int // prefix length; 0 where not known
	mac      fact.MAC
	ifIndex  uint32
	strength strength
	obs      int
}

// target is the device that a trait or mention is about: the owner of ip where
// there is one, else the device of subject.
type target struct {
	subject int // -1 where none
	ip      netip.Addr
}

// field is a property of a device.
type field uint8

const (
	fieldNone field = iota
	fieldName
	fieldRole
	fieldWeakRole // holds only where nothing better is known
	fieldVendor
	fieldModel
	fieldOS
	fieldVersion
	fieldSerial
	fieldLocation
)

// trait is one thing that an observation says of a device.
type trait struct {
	to     target
	field  field
	rank   uint8 // 0 is the best source for this field
	value  string
	obs    int
	unless int // subject of which the trait cannot hold; -1 where none
}

// mention says that an observation is about an address or subject.
type mention struct {
	to       target
	obs      int
	exists   bool // a host with this address is there
	identity bool // kept as evidence of the device whatever their number
}

// carried says that a frame with this MAC address was for or from this address.
type carried struct {
	mac fact.MAC
	ip  netip.Addr
}

// localPair is a conversation that stays on its link where both ends are in
// one subnet.
type localPair struct {
	a, b fact.Endpoint
	obs  int
}

// freshPacket says that packets of an address arrived in frames of this MAC
// address with all the hops that hosts start with.
type freshPacket struct {
	mac fact.MAC
	ip  netip.Addr
	obs int
}

type tableRow struct {
	subject int
	obs     int
	row     fact.Interface
}

type portRow struct {
	ip   netip.Addr
	obs  int
	port fact.Port
}

// heldKey is a key, by its text, of a subject.
type heldKey struct {
	subject int
	text    string
}

// collector turns observations into subjects and what is said of them.
type collector struct {
	site      topology.Site
	makers    *vendor.Catalogue
	products  map[described]vendor.Product // what the makers' rules said
	obs       []fact.Observation           // sorted by ID, each once
	i         int                          // the observation being visited
	subjects  []subject
	keys      map[heldKey]int // where a key stands in its subject's
	bySubject map[string]int
	macs      map[fact.MAC]int // subject of a MAC address
	agents    map[fact.AgentID][]int
	engines   map[int]fact.SystemGroup // by agent's subject
	claims    []claim
	traits    []trait
	mentions  []mention
	carried   map[carried]bool
	virtual   map[fact.MAC]*virtualRouter
	pairs     []localPair
	lists     []addressList
	hearsay   []hearsay
	rows      []tableRow
	ports     []portRow
	near      []near
	blocks    chassisPorts
	fresh     []freshPacket
	spoken    []spokenService
	shared    map[netip.Addr]bool // addresses that several devices hold in turn
	meanings  map[says]meaning
	transits  map[fact.MAC]bool          // carry packets of several networks outside
	subnets   map[netip.Prefix][]int     // observations that show a subnet
	vids      map[string]map[uint16]bool // VLANs in which a MAC address was heard
	fdbPorts  map[int]map[uint32]bool
	fdbRows   map[int]*tableRows     // by subject
	portVLANs map[agentPort][]uint16 // VLANs that ports carry by the tables of their switches
	radios    map[fact.MAC]int       // access points by the address that their controllers tell
	unmade    []unmadeSerial
	parts     map[int][]part // by subject
	dicom     dicomSpeakers
}

func newCollector(obs []fact.Observation, site topology.Site) *collector {
	return &collector{
		site: site, makers: vendor.New(), products: make(map[described]vendor.Product), parts: make(map[int][]part), obs: obs,
		bySubject: make(map[string]int), keys: make(map[heldKey]int), macs: make(map[fact.MAC]int), agents: make(map[fact.AgentID][]int),
		engines: make(map[int]fact.SystemGroup), carried: make(map[carried]bool), virtual: make(map[fact.MAC]*virtualRouter),
		subnets: make(map[netip.Prefix][]int), fdbPorts: make(map[int]map[uint32]bool), fdbRows: make(map[int]*tableRows), radios: make(map[fact.MAC]int), portVLANs: make(map[agentPort][]uint16),
		vids: make(map[string]map[uint16]bool), transits: make(map[fact.MAC]bool),
		shared: make(map[netip.Addr]bool), meanings: meanings(),
		dicom: newDICOMSpeakers(), blocks: make(chassisPorts),
	}
}

// subject returns the subject of this name, making it where it is new.
func (c *collector) subject(name string) int {
	s, ok := c.bySubject[name]
	if !ok {
		s = len(c.subjects)
		c.bySubject[name] = s
		c.subjects = append(c.subjects, subject{name: name})
	}
	return s
}

// key gives a subject an identity key.
func (c *collector) key(s int, k key) {
	sub := &c.subjects[s]
	if i, ok := c.keys[heldKey{s, k.text}]; ok {
		sub.keys[i].rank = min(sub.keys[i].rank, k.rank)
		return
	}
	c.keys[heldKey{s, k.text}] = len(sub.keys)
	sub.keys = append(sub.keys, k)
}

// mac returns the subject of a MAC address that was heard or reported, and -1
// for addresses that identify nothing.
func (c *collector) mac(m fact.MAC) int {
	s := c.macOf(m)
	if s >= 0 {
		c.subjects[s].known = true
	}
	return s
}

func (c *collector) macOf(m fact.MAC) int {
	if !canIdentify(m) {
		return -1
	}
	if s, ok := c.macs[m]; ok {
		return s
	}
	s := c.subject("mac:" + m.String())
	c.macs[m] = s
	c.key(s, macKey(m))
	return s
}

// agentsOf returns the subjects of an SNMP agent, one for each input that shows
// the current observation: clones of one configuration have the same AgentID,
// but are not in the same walk.
func (c *collector) agentsOf(a fact.AgentID) []int {
	var out []int
	for i, seen := range c.obs[c.i].Seen {
		if i > 0 && seen.Input == c.obs[c.i].Seen[i-1].Input {
			continue
		}
		name := agentSubject(a, seen.Input)
		s, ok := c.bySubject[name]
		if !ok {
			s = c.subject(name)
			c.agents[a] = append(c.agents[a], s)
			c.subjects[s].agent, c.subjects[s].known = true, true
			c.key(s, agentKey(a))
		}
		out = append(out, s)
	}
	return out
}

func agentSubject(a fact.AgentID, input string) string {
	return "agent:" + string(a) + "\x00" + input
}

func (c *collector) claim(s int, a netip.Addr, m fact.MAC, st strength) {
	c.claimRow(claim{subject: s, ip: a, mac: m, strength: st})
}

func (c *collector) claimRow(cl claim) {
	cl.ip, cl.obs = plain(cl.ip), c.i
	if cl.subject < 0 || !isHostAddress(cl.ip) {
		return
	}
	c.claims = append(c.claims, cl)
}

func (c *collector) trait(to target, f field, rank uint8, value string) {
	c.traitUnless(to, f, rank, value, -1)
}

func (c *collector) traitUnless(to target, f field, rank uint8, value string, unless int) {
	if value == "" || to.subject < 0 && !isHostAddress(to.ip) {
		return
	}
	c.traits = append(c.traits, trait{to: to, field: f, rank: rank, value: value, obs: c.i, unless: unless})
}

func (c *collector) role(to target, r topology.Role)     { c.trait(to, fieldRole, 0, string(r)) }
func (c *collector) weakRole(to target, r topology.Role) { c.trait(to, fieldWeakRole, 0, string(r)) }

func (c *collector) mention(to target, exists, identity bool) {
	to.ip = plain(to.ip)
	if to.subject < 0 && !isHostAddress(to.ip) {
		return
	}
	c.mentions = append(c.mentions, mention{to: to, obs: c.i, exists: exists, identity: identity})
}

// about is the target of a fact that gives both an address and the MAC address
// of its frame.
func (c *collector) about(a netip.Addr, m fact.MAC) target {
	c.mention(of(c.mac(m)), true, false)
	return target{subject: c.mac(m), ip: plain(a)}
}

func atIP(a netip.Addr) target { return target{subject: -1, ip: plain(a)} }
func of(s int) target          { return target{subject: s} }

// subnet keeps a prefix of a subnet that an observation shows.
func (c *collector) subnet(p netip.Prefix) {
	if !p.IsValid() || p.IsSingleIP() || p.Bits() == 0 || !isHostAddress(p.Addr()) || p.Addr().IsLinkLocalUnicast() {
		return
	}
	p = p.Masked()
	c.subnets[p] = append(c.subnets[p], c.i)
}

// product says what a sysObjectID and a text that describes a device tell of
// it.
func (c *collector) product(to target, rank uint8, objectID, text string) {
	p, ok := c.identify(objectID, text)
	if !ok {
		return
	}
	c.trait(to, fieldVendor, rank, p.Vendor)
	switch {
	case p.Named:
		c.trait(to, fieldModel, fromName, p.Model)
	case p.Likely:
		c.trait(to, fieldModel, max(rank, fromObjectID), p.Model)
	default:
		c.trait(to, fieldModel, rank, p.Model)
	}
	if p.Assumed {
		c.trait(to, fieldOS, fromOUI, p.OS)
	} else {
		c.trait(to, fieldOS, rank, p.OS)
	}
	c.trait(to, fieldVersion, rank, p.Version)
	if !isJunkSerial(p.Serial) {
		c.trait(to, fieldSerial, rank, p.Serial)
	}
	for _, r := range p.Roles {
		c.role(to, r)
	}
}

// described is what a device says of itself.
type described struct{ objectID, text string }

// identify asks the catalogue, which looks through all of its rules, once for
// each pair: a network has many devices of a kind.
func (c *collector) identify(objectID, text string) (vendor.Product, bool) {
	d := described{objectID, text}
	p, ok := c.products[d]
	if !ok {
		p, _ = c.makers.Identify(objectID, text)
		c.products[d] = p
	}
	return p, p.Vendor != "" || p.OS != ""
}

// heard takes note of the VLAN in which a MAC address was heard.
func (c *collector) heard(m fact.MAC, vid uint16) {
	if vid == 0 {
		return
	}
	if c.vids[m.String()] == nil {
		c.vids[m.String()] = make(map[uint16]bool)
	}
	c.vids[m.String()][vid] = true
}

func (c *collector) vlansOf(m string) []uint16 {
	return slices.Sorted(maps.Keys(c.vids[m]))
}
