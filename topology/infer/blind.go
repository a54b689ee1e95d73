package infer

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// maxBlind bounds the blind spots of one kind; the rest are counted in one.
const maxBlind = 50

// BlindSpots returns what was not looked at, or could not be seen, sorted.
func BlindSpots(obs []fact.Observation, net *resolve.Network, site topology.Site) []topology.BlindSpot {
	b := blind{
		net: net, site: site, seen: make(map[topology.BlindSpot]bool), read: make(map[topology.DeviceID]bool),
		vlans: make(map[uint16]string), tagged: make(map[uint16]bool), vantages: make(map[string]*vantage),
		public: make(map[netip.Prefix]map[fact.MAC]bool), hosts: newVLANHosts(),
	}
	for i := range obs {
		b.look(&obs[i])
	}
	b.sources()
	b.devices()
	b.subnets()
	b.uncaptured()
	b.undeclared()
	b.mirrors()
	return b.list()
}

// blind gathers blind spots.
type blind struct {
	net                 *resolve.Network
	site                topology.Site
	seen                map[topology.BlindSpot]bool
	capture, walk, scan bool
	read                map[topology.DeviceID]bool         // devices whose own tables were read
	vlans               map[uint16]string                  // VLANs that agents know
	tagged              map[uint16]bool                    // VLANs heard
	heard               []netip.Addr                       // addresses bound on the wire
	public              map[netip.Prefix]map[fact.MAC]bool // stations with addresses that are not the hospital's, by network
	vantages            map[string]*vantage                // by input
	hosts               vlanHosts
}

func (b *blind) add(kind, what, why, ja string) {
	b.seen[topology.BlindSpot{Kind: kind, What: what, Why: why, WhyJA: ja}] = true
}

// howMany says how many records a gap is about, where that was counted.
func howMany(o *fact.Observation) string {
	var n uint64
	for _, s := range o.Seen {
		n += s.Count
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d)", n)
}

func (b *blind) gap(o *fact.Observation, f fact.Gap) {
	s := topology.BlindSpot{Kind: topology.BlindGap, What: f.What, Why: f.Why + howMany(o)}
	if strings.HasPrefix(o.Source, "routerconf/") {
		s.Kind, s.Why = topology.BlindFilter, f.Why
	}
	if s.WhatJA, s.WhyJA = inJapanese(f); s.WhyJA != "" && s.Kind == topology.BlindGap {
		s.WhyJA += howMany(o)
	}
	b.seen[s] = true
}

func (b *blind) look(o *fact.Observation) {
	switch f := o.Fact.(type) {
	case fact.InputRead:
		b.input(f)
	case fact.Gap:
		b.gap(o, f)
	case fact.SystemGroup:
		b.agent(o, f.Agent)
	case fact.Interface:
		b.agent(o, f.Agent)
		b.hosts.inter(f)
	case fact.InterfaceAddress:
		b.hosts.address(f)
	case fact.FDBEntry:
		b.hosts.forwards(f)
	case fact.VLAN:
		b.walk = b.walk || !f.Agent.IsConfig()
		if have, ok := b.vlans[f.VID]; f.VID != 0 && (!ok || have == "" || f.Name != "" && f.Name < have) {
			b.vlans[f.VID] = f.Name
		}
	case fact.HostStatus, fact.Port, fact.OSMatch:
		b.scan = true
	case fact.Station:
		b.capture, b.tagged[f.VID] = true, true
		b.station(o, f.MAC, f.VID)
	case fact.AddressBinding:
		b.capture, b.tagged[f.VID] = true, true
		b.heard = append(b.heard, f.IP)
		b.onCable(f)
	case fact.Flow:
		b.capture, b.tagged[f.VID] = true, true
		b.conversation(o, f)
	}
}

func (b *blind) agent(o *fact.Observation, a fact.AgentID) {
	b.walk = b.walk || !a.IsConfig()
	for _, s := range o.Seen {
		if id, ok := b.net.DeviceByAgentIn(a, s.Input); ok {
			b.read[id] = true
		}
	}
}

func (b *blind) input(f fact.InputRead) {
	name := f.Name
	if name == "" {
		name = f.Digest
	}
	switch f.Format {
	case "pcap", "pcapng", "live-capture":
		b.capture = true
		v := b.vantage(f.Digest)
		v.capture, v.name, v.frames = true, name, v.frames+f.Records
	case "snmprec", "snmpwalk", "live-snmp":
		b.walk = true
	case "nmap-xml":
		b.scan = true
	}
	if f.Incomplete != "" {
		b.add(topology.BlindInput, name, f.Incomplete, "途中までしか読めていない（"+f.Incomplete+"）")
	}
	if f.Skipped > 0 {
		why := fmt.Sprintf("%d of %d records could not be read", f.Skipped, f.Records+f.Skipped)
		ja := fmt.Sprintf("%d レコードのうち %d を読めなかった", f.Records+f.Skipped, f.Skipped)
		if len(f.SkipReason) > 0 {
			why += ": " + f.SkipReason[0]
			ja += "（" + f.SkipReason[0] + "）"
		}
		b.add(topology.BlindInput, name, why, ja)
	}
}

func (b *blind) sources() {
	for _, s := range []struct {
		used                     bool
		what, whatJA, why, whyJA string
	}{
		{
			b.capture, "captures", "キャプチャ",
			"nothing was heard on the wire: tunnels, names asked for and passing traffic are not seen",
			"通信を聞いていないため、トンネル、問い合わされた名前、通り過ぎる通信が見えない",
		},
		{
			b.walk, "SNMP", "SNMP",
			"no switch or router was asked: cables, routes and cellular interfaces are not seen",
			"スイッチにもルータにも尋ねていないため、配線、経路、携帯回線のインタフェースが見えない",
		},
		{
			b.scan, "scans", "スキャン",
			"no scan was read: services that listen, VPN entrances among them, are not seen",
			"スキャンの結果がないため、VPNの入口など、待ち受けているサービスが見えない",
		},
	} {
		if !s.used {
			b.seen[topology.BlindSpot{Kind: topology.BlindNoSource, What: s.what, WhatJA: s.whatJA, Why: s.why, WhyJA: s.whyJA}] = true
		}
	}
}

func (b *blind) devices() {
	for _, d := range b.net.Devices() {
		infra := slices.ContainsFunc(d.Roles, func(r topology.Role) bool {
			return r == topology.RoleRouter || r == topology.RoleSwitch || r == topology.RoleFirewall
		})
		if infra && !b.read[d.ID] {
			b.add(topology.BlindNoSNMP, d.Name,
				"its own tables were not read: what is plugged into it, and where it leads, is known from others only",
				"この機器自身の表を読んでいない。何がつながり、どこへ通じるかは、ほかの機器から分かることだけである")
		}
	}
}

func (b *blind) subnets() {
	for _, s := range b.net.Subnets() {
		if !s.Heard && b.site.IsInside(s.Prefix.Addr()) {
			b.add(topology.BlindSubnet, s.Prefix.String(),
				"a route, an interface or the site file names it, and no host was heard in it",
				"経路、インタフェース、サイトファイルのどれかにあるが、そこにいる機器の通信を聞いていない")
		}
	}
}

// onCable takes note of a station here that has an IPv4 address which counts as
// one outside.
func (b *blind) onCable(f fact.AddressBinding) {
	p, err := f.IP.Unmap().Prefix(24)
	if err != nil || !f.IP.Unmap().Is4() || b.site.IsInside(f.IP) {
		return
	}
	if b.public[p] == nil {
		b.public[p] = make(map[fact.MAC]bool)
	}
	b.public[p][f.MAC] = true
}

// undeclared finds networks whose addresses are of the outside, and are those of
// several stations on the cable: a hospital with public addresses of its own, or
// a capture on the provider's side of the router. The map is wrong where this is
// not declared, and may be empty.
func (b *blind) undeclared() {
	for p, stations := range b.public {
		if n := len(stations); n > 1 {
			b.add(topology.BlindPublic, p.String(),
				fmt.Sprintf("%d stations on the cable have addresses of it, and it counts as outside: if it is the hospital's own, name it under \"inside\" in the site file; if not, the capture was made on the provider's side of the router", n),
				fmt.Sprintf("このケーブルの %d 台がこの範囲のアドレスを持つが、院外として扱っている。自院の範囲ならサイトファイルの inside に書く。そうでなければ、ルータの回線側で取ったキャプチャである", n))
		}
	}
}

// uncaptured finds the VLANs in which nothing was heard, neither with their tag
// nor, untagged, from one of their hosts or an address of their zone.
func (b *blind) uncaptured() {
	b.heardUntagged()
	for _, z := range b.site.Zones {
		for _, v := range z.VLANs {
			if _, ok := b.vlans[v]; !ok {
				b.vlans[v] = z.Name
			}
			if b.heardIn(z.Prefixes) {
				b.tagged[v] = true
			}
		}
	}
	for v, name := range b.vlans {
		if b.tagged[v] {
			continue
		}
		what := fmt.Sprintf("VLAN %d", v)
		if name != "" {
			what += " " + name
		}
		b.add(topology.BlindPassive, what, "the VLAN is known, and no capture shows traffic of it",
			"あることは分かっているが、どのキャプチャにもその通信がない")
	}
}

func (b *blind) heardIn(prefixes []netip.Prefix) bool {
	return slices.ContainsFunc(b.heard, func(a netip.Addr) bool {
		return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
	})
}

// list returns the blind spots sorted, and of each kind a bounded number.
func (b *blind) list() []topology.BlindSpot {
	all := make([]topology.BlindSpot, 0, len(b.seen))
	for s := range b.seen {
		all = append(all, s)
	}
	compare := func(x, y topology.BlindSpot) int {
		for _, c := range []int{strings.Compare(x.Kind, y.Kind), strings.Compare(x.What, y.What), strings.Compare(x.Why, y.Why)} {
			if c != 0 {
				return c
			}
		}
		return 0
	}
	slices.SortFunc(all, compare)
	count := make(map[string]int)
	var out []topology.BlindSpot
	for _, s := range all {
		if count[s.Kind]++; count[s.Kind] <= maxBlind {
			out = append(out, s)
		}
	}
	for kind, n := range count {
		if n > maxBlind {
			out = append(out, topology.BlindSpot{
				Kind: kind,
				What: fmt.Sprintf("%d more", n-maxBlind), WhatJA: fmt.Sprintf("ほか %d 件", n-maxBlind),
				Why: "of the same kind; not listed one by one", WhyJA: "同じ種類。一つずつは示していない",
			})
		}
	}
	slices.SortFunc(out, compare)
	return out
}
