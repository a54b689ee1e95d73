package routerconf

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// maxEach bounds what is kept of one text, of each kind: interfaces, routes,
// tunnels and so on. A FortiGate has some thousand policies at most.
const maxEach = 8192

const (
	// maxRules bounds the rules of all filters of a device.
	maxRules = 8 * maxEach
	// maxWork bounds how often something of one device is compared with something
	// else: the rules of filters for each thing that may be open, the addresses in
	// each rule. It is done in a second or two.
	maxWork = 50_000_000
	// maxFrom bounds the prefixes of those who are let in, of all that is open.
	maxFrom = 16 * maxEach
	// maxOutside bounds the interfaces that may lead outside. A device has two or
	// three, and some ten things behind them.
	maxOutside = 64
)

// Interface types of IANAifType.
const (
	typeOther    = 1
	typeEthernet = 6
	typePPP      = 23
	typeLoopback = 24
	typeISDN     = 63
	typeTunnel   = 131
	typeVLAN     = 135
	typeLAG      = 161
	typeBridge   = 209
	typeMobile   = 243
)

// device is what a configuration tells of its device.
type device struct {
	name, vendor, model, version, serial string
	descr                                string // as sysDescr would be
	location                             string
	engine                               string // SNMP engine ID, hexadecimal
	macs                                 []fact.MAC
	snmp                                 string // "on", "off"; empty where the dialect does not tell

	ifaces   map[string]*iface
	order    []*iface
	routes   []route
	tunnels  []*tunnel
	lines    []*line
	lineOn   map[string]*line // by interface
	names    []nameRoute
	services []service
	groups   []group
	members  map[string][]string // ports of bridges and aggregates, which may be told of later
	vlans    []vlan
	lists    map[string][]rule // filters, by name
	rules    int               // in all of them
	work     int               // see spend
	from     int               // prefixes of those who are let in
	addrs    int               // of all interfaces
	own      []netip.Addr      // see addresses
	isOwn    map[netip.Addr]bool
	defaults []route               // see defaultRoutes
	linked   map[netip.Prefix]bool // see link
	lengths  []int                 // of the prefixes in linked
	unknown  map[string]int        // lines that are not evaluated, by first word where that is a command
	// translated says that filters see what comes in after its destination was
	// translated: Yamaha, NEC.
	translated bool
	bounded    bool // there was more than maxEach of something
}

// iface is an interface.
type iface struct {
	name, alias string
	typ         uint32
	place       string
	down        bool // shut down itself
	idle        bool // shut down is what carries it
	mac         fact.MAC
	addrs       []netip.Prefix
	vid         uint16   // of its frames
	ports       []string // what carries it: it is down where they all are
	apart       bool     // goes on where its ports are shut down
	has4, has6  bool     // has an address of the version, or gets one

	outside   bool     // where the dialect says so
	natted    bool     // addresses are translated to its own, and what nobody asked for is dropped
	in4, in6  []string // filters on what comes in; nil: none
	undefined bool     // a filter that is bound and not defined lets everything in
}

// told reads what the configurations of several makers say alike of an interface,
// and reports whether the line was such.
func (i *iface) told(w words) bool {
	switch {
	case w.is("description"):
		i.alias = strings.Join(w.from(1), " ")
	case w.is("shutdown"):
		i.down = true
	case w.is("no", "shutdown"):
		i.down = false
	default:
		return false
	}
	return true
}

type route struct {
	to    netip.Prefix
	hop   netip.Addr // unspecified where there is none
	over  string     // interface
	typ   string     // "remote", "blackhole"
	place string
}

type tunnel struct {
	fact  fact.TunnelEnd
	iface string
	over  string // interface that its packets leave by, where that is told
	place string
}

type line struct {
	fact  fact.Line
	iface string
	place string
}

type nameRoute struct {
	fact  fact.NameRoute
	place string
}

type group struct {
	fact  fact.RedundancyGroup
	iface string
	place string
}

type vlan struct {
	vid      uint16
	name     string
	tagged   []string
	untagged []string
	place    string
}

// service is something that the device lets others in by.
type service struct {
	typ       string
	transport string
	ports     portRange
	target    netip.Addr // of what is passed on
	inner     uint16
	on        []string // interfaces; nil: all that are outside
	limit     answer   // whom the service itself lets in
	// zones are the interfaces at which a firewall with zones decides, and
	// whether it is closed there; else whom it lets in is not known.
	zones  map[string]bool
	mapped bool // the translation of addresses lets it through
	passes bool // no filter of the interface is about it
	place  string
}

func newDevice(vendor string) *device {
	return &device{vendor: vendor, ifaces: make(map[string]*iface), lineOn: make(map[string]*line), lists: make(map[string][]rule), members: make(map[string][]string), unknown: make(map[string]int)}
}

// iface returns the interface of this name, making it where it is new.
func (d *device) iface(name, place string, typ uint32) *iface {
	if i, ok := d.ifaces[name]; ok {
		return i
	}
	i := &iface{name: name, place: place, typ: typ}
	if name == "" || len(name) > 64 || !room(d, d.order) {
		return i
	}
	d.ifaces[name] = i
	d.order = append(d.order, i)
	return i
}

// room reports whether list may grow.
func room[T any](d *device, list []T) bool {
	if len(list) >= maxEach {
		d.bounded = true
		return false
	}
	return true
}

// add appends x to a list of d, as long as there is room.
func add[T any](d *device, list *[]T, x T) {
	if room(d, *list) {
		*list = append(*list, x)
	}
}

// spend notes that n things are compared with others, and reports whether there
// is as much time for one device.
func (d *device) spend(n int) bool {
	if n > maxWork-d.work {
		d.bounded = true
		return false
	}
	d.work += n
	return true
}

// addAddress gives an interface an address.
func (d *device) addAddress(i *iface, p netip.Prefix) {
	if d.addrs >= maxEach {
		d.bounded = true
		return
	}
	d.addrs++
	i.addrs = append(i.addrs, p)
}

func (d *device) addRoute(r route) {
	if r.to.IsValid() && (r.hop.IsValid() || r.over != "" || r.typ == "blackhole") {
		r.to = r.to.Masked()
		add(d, &d.routes, r)
	}
}

// addRule appends a rule to the filter of this name.
func (d *device) addRule(list string, r rule) {
	if d.rules >= maxRules {
		d.bounded = true
		return
	}
	d.rules++
	d.lists[list] = append(d.lists[list], r)
}

// miss counts a line that is not evaluated. Only words that are commands are
// ever told: a line that was broken in the middle may begin with anything.
func (d *device) miss(first string, commands []string) {
	if !slices.Contains(commands, first) {
		first = ""
	}
	d.unknown[first]++
}

// addresses returns all addresses of the device's own, once they are all read.
func (d *device) addresses() []netip.Addr {
	if d.isOwn == nil {
		d.isOwn = make(map[netip.Addr]bool, d.addrs)
		for _, i := range d.order {
			for _, p := range i.addrs {
				d.own = append(d.own, p.Addr())
				d.isOwn[p.Addr()] = true
			}
		}
	}
	return d.own
}

// owns reports whether a is an address of the device.
func (d *device) owns(a netip.Addr) bool {
	d.addresses()
	return d.isOwn[a]
}

// defaultRoutes returns the default routes, once they are all read, as far as
// they lead to different places.
func (d *device) defaultRoutes() []route {
	if d.defaults == nil {
		d.defaults = []route{}
		for _, r := range d.routes {
			same := func(x route) bool { return x.hop == r.hop && x.over == r.over && x.to == r.to }
			if r.to.Bits() == 0 && len(d.defaults) < 4*maxOutside && !slices.ContainsFunc(d.defaults, same) {
				d.defaults = append(d.defaults, r)
			}
		}
	}
	return d.defaults
}

// line returns the line that ends on an interface, making it where it is new.
func (d *device) line(iface, typ, place string) *line {
	if l := d.lineOn[iface]; l != nil {
		return l
	}
	l := &line{fact: fact.Line{Name: iface, Type: typ, Configured: true}, iface: iface, place: place}
	if iface != "" && room(d, d.lines) {
		d.lines = append(d.lines, l)
		d.lineOn[iface] = l
	}
	return l
}
