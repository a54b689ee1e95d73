package hospital

import (
	"bytes"
	"net/netip"
	"time"

	"kanmon/discover/fact"
)

// cateringEvidence is what "kanmon sniff" left on the catering segment, where
// there is no switch to ask.
func (p *Plan) cateringEvidence() []byte {
	const input = "live:catering"
	var b bytes.Buffer
	enc, n := fact.NewEncoder(&b), 0
	put := func(source string, f fact.Fact, count uint64) {
		n++
		first := at(14, 30).Add(time.Duration(n) * 1700 * time.Millisecond)
		seen := fact.Sighting{Input: input, Vantage: "catering HUB", First: first, Last: first.Add(time.Duration(count) * time.Second), Count: count}
		o, err := fact.New(source, f, seen)
		if err != nil {
			panic(err)
		}
		if err := enc.Encode(o); err != nil {
			panic(err)
		}
	}
	put("input/read", fact.InputRead{Digest: input, Name: "eth0", Format: "live-capture", LinkTypes: []string{"Ethernet"}, Records: 41233}, 1)

	core, ad := p.Host("core-sw"), p.Host("ad-1")
	gw := ip("10.50.0.1")
	put("pcap/arp", fact.AddressBinding{IP: gw, MAC: core.MAC}, 40)
	put("pcap/station", fact.Station{MAC: core.MAC}, 900)
	for _, h := range p.in("catering") {
		put("pcap/station", fact.Station{MAC: h.MAC}, 120)
		put("pcap/arp", fact.AddressBinding{IP: h.IP, MAC: h.MAC}, 4)
		client := fact.Endpoint{IP: h.IP, MAC: h.MAC}
		switch h.Kind {
		case "pc":
			put("pcap/dhcp", fact.DHCPClient{
				MAC: h.MAC, Version: 4, IP: h.IP, HostName: h.Name, VendorClass: windows,
				Fingerprint: "1,3,6,15,31,33,43,44,46,47,119,121,249,252",
			}, 2)
			put("pcap/dhcp", fact.NameClaim{Name: h.Name, Protocol: "dhcp", IP: h.IP, MAC: h.MAC}, 2)
			sv := p.Host("kyushoku-sv")
			put("pcap/flow", fact.Flow{Client: client, Server: fact.Endpoint{IP: sv.IP, Port: 445, MAC: sv.MAC}, Protocol: "tcp", Answered: true, App: "smb"}, 60)
		case "printer", "camera":
			name := internal(h.Name)
			put("pcap/mdns", fact.NameClaim{Name: h.Name + ".local", Protocol: "mdns", IP: h.IP, MAC: h.MAC}, 3)
			put("pcap/dns", fact.NameAnswer{Name: name, Addresses: []netip.Addr{h.IP}, Server: ad.IP}, 1)
		}
	}
	put("pcap/dhcp", fact.DHCPServer{
		IP: ad.IP, Version: 4, Subnet: p.zone("catering").Prefix, Routers: []netip.Addr{gw},
		DNSServers: []netip.Addr{ad.IP}, SearchDomains: []string{"hospital.example.jp"},
	}, 6)

	sv := p.Host("kyushoku-sv")
	put("pcap/nbns", fact.NameClaim{Name: "KYUSHOKU-SV", Protocol: "nbns", IP: sv.IP, MAC: sv.MAC}, 3)
	put("pcap/dns", fact.NameQuery{
		Name: internal("his"), Type: "A",
		Client: fact.Endpoint{IP: sv.IP, MAC: sv.MAC}, Server: fact.Endpoint{IP: ad.IP, Port: 53, MAC: core.MAC},
	}, 2)
	put("pcap/tunnel", fact.Tunnel{
		Type: "wireguard", Answered: true,
		A: fact.Endpoint{IP: sv.IP, Port: 51820, MAC: sv.MAC}, B: fact.Endpoint{IP: ip(foodVendor), Port: 51820, MAC: core.MAC},
	}, 320)
	put("pcap/flow", fact.Flow{
		Client: fact.Endpoint{IP: sv.IP, MAC: sv.MAC},
		Server: fact.Endpoint{IP: ip(foodVendor), MAC: core.MAC}, Protocol: "udp", Answered: true, App: "wireguard",
	}, 320)
	return b.Bytes()
}
