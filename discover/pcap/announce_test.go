package pcap_test

import (
	"net/netip"
	"testing"

	"kanmon/discover/fact"
)

func TestNeighbors(t *testing.T) {
	t.Parallel()
	group := fact.MAC{1, 0x80, 0xc2, 0, 0, 0x0e}
	cdp := join([]byte{0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0, 2, 180, 0, 0}, be16(1), be16(10), []byte("sw-lab"), be16(3), be16(9), []byte("Gi0/1"))
	bpdu := join([]byte{0x42, 0x42, 3, 0, 0, 2, 2, 0}, be16(0x8001), macB[:], be32(4), be16(0x9001), macC[:], be16(0x8005), make([]byte, 9))
	r := read(t,
		eth(group, macC, 0x88cc, lldpUnit("core-sw")),
		eth(group, macC, uint16(len(cdp)), cdp),
		eth(group, macC, uint16(len(bpdu)), bpdu),
	)
	compare(t, r,
		fact.NeighborAnnouncement{Protocol: "lldp", MAC: macC, Neighbor: fact.Neighbor{
			ChassisID: macC.String(), ChassisIDSubtype: "macAddress", PortID: "12", PortIDSubtype: "local", SystemName: "core-sw",
		}},
		fact.NeighborAnnouncement{Protocol: "cdp", MAC: macC, Neighbor: fact.Neighbor{ChassisID: "sw-lab", PortID: "Gi0/1"}},
	)
	compare(t, r, fact.BridgeProtocol{
		MAC: macC, Version: "rstp", RootMAC: macB, RootPriority: 0x8001, BridgeMAC: macC, BridgePriority: 0x9001, PortID: 0x8005,
	})
}

func TestNeighborDiscovery(t *testing.T) {
	t.Parallel()
	group := fact.MAC{0x33, 0x33, 0, 0, 0, 1}
	sll := join([]byte{1, 1}, macA[:])
	prefix := join([]byte{3, 4, 64, 0xc0}, be32(1), be32(1), be32(0), addr("2404:1a8:1::"))
	rdnss := join([]byte{25, 3, 0, 0}, be32(9), addr("2404:1a8:f583:d00::53:1"))
	advertisement := join([]byte{134, 0, 0, 0, 64, 0x40, 0, 180}, be32(0), be32(0), sll, prefix, rdnss)
	neighbor := func(kind, option byte, target string) []byte {
		return join([]byte{kind, 0, 0, 0, 0, 0, 0, 0}, addr(target), []byte{option, 1}, macB[:])
	}
	in := func(src, dst string, hops byte, b []byte) []byte {
		return eth(group, macA, 0x86dd, ip6(src, dst, 58, hops, b))
	}
	r := read(t,
		in("fe80::a", "ff02::1", 255, advertisement),
		in("fe80::bad", "ff02::1", 64, advertisement),                         // from another network
		in("2001:db8::1", "ff02::1", 255, advertisement),                      // not a router's address
		in("fe80::b", "ff02::1:ff00:1", 255, neighbor(135, 1, "2001:db8::1")), // asks: tells of itself
		in("::", "ff02::1:ff00:2", 255, neighbor(135, 1, "2001:db8::2")),      // looks whether the address is free
		in("fe80::c", "ff02::1", 255, neighbor(136, 2, "2001:db8::3")),
	)
	compare(t, r, fact.RouterAdvertisement{
		Router: ip("fe80::a"), MAC: macA, DefaultRouter: true, Other: true,
		Prefixes: []netip.Prefix{netip.MustParsePrefix("2404:1a8:1::/64")}, DNSServers: []netip.Addr{ip("2404:1a8:f583:d00::53:1")},
	})
	compare(t, r,
		fact.AddressBinding{IP: ip("fe80::a"), MAC: macA},
		fact.AddressBinding{IP: ip("fe80::b"), MAC: macB},
		fact.AddressBinding{IP: ip("2001:db8::3"), MAC: macB},
	)
}

func dhcpMessage(op byte, yiaddr, giaddr string, options ...[]byte) []byte {
	return join([]byte{op, 1, 6, 0}, make([]byte, 12), addr(yiaddr), be32(0), addr(giaddr), macA[:], make([]byte, 202), be32(0x63825363), join(options...), []byte{255})
}

func TestDHCP(t *testing.T) {
	t.Parallel()
	request := dhcpMessage(1, "0.0.0.0", "0.0.0.0", []byte{53, 1, 3, 12, 6}, []byte("RUT241"), []byte{55, 3, 1, 3, 6, 50, 4}, addr("10.30.0.77"))
	given := join([]byte{53, 1, 5, 54, 4}, addr("10.30.0.1"), []byte{1, 4, 255, 255, 255, 0, 3, 4}, addr("10.30.0.1"), []byte{6, 4}, addr("10.60.0.53"), []byte{15, 1, 'x'})
	tagged := func(b []byte) []byte { return join(be16(30), be16(0x0800), b) }
	r := read(t,
		eth(all1, macA, 0x8100, tagged(ip4("0.0.0.0", "255.255.255.255", 17, udp(68, 67, request)))),
		eth(macA, macB, 0x8100, tagged(ip4("10.30.0.1", "10.30.0.77", 17, udp(67, 68, dhcpMessage(2, "10.30.0.77", "0.0.0.0", given))))),
		eth(macC, macB, 0x8100, tagged(ip4("10.30.0.1", "10.60.0.2", 17, udp(67, 67, dhcpMessage(2, "10.30.0.77", "10.30.0.254", given))))), // to a relay
	)
	compare(t, r,
		fact.DHCPClient{MAC: macA, Version: 4, IP: ip("10.30.0.77"), HostName: "RUT241", Fingerprint: "1,3,6", VID: 30},
		fact.DHCPClient{MAC: macA, Version: 4, IP: ip("10.30.0.77"), VID: 30},
		fact.DHCPClient{MAC: macA, Version: 4, IP: ip("10.30.0.77"), Relay: ip("10.30.0.254")},
	)
	server := fact.DHCPServer{
		IP: ip("10.30.0.1"), MAC: macB, Version: 4, Subnet: netip.MustParsePrefix("10.30.0.0/24"), Routers: []netip.Addr{ip("10.30.0.1")},
		DNSServers: []netip.Addr{ip("10.60.0.53")}, SearchDomains: []string{"x"}, VID: 30,
	}
	relayed := server
	relayed.MAC, relayed.VID = fact.MAC{}, 0
	compare(t, r, server, relayed)
	compare(t, r, fact.NameClaim{Name: "RUT241", Protocol: "dhcp", MAC: macA})
}

func TestDHCPv6(t *testing.T) {
	t.Parallel()
	option := func(code uint16, v []byte) []byte { return join(be16(code), be16(uint16(len(v))), v) }
	duid := []byte{0, 3, 0, 1, 2, 0, 0, 0, 0, 0x0b}
	reply := join([]byte{7, 1, 2, 3}, option(2, duid), option(64, dnsName("gw", "transix", "jp")), option(94, nil), option(23, addr("2404:1a8::1")))
	compare(t, read(t, eth(macA, macB, 0x86dd, ip6("fe80::b", "fe80::a", 17, 64, udp(547, 546, reply)))), fact.DHCPServer{
		IP: ip("fe80::b"), MAC: macB, DUID: "0003000102000000000b", Version: 6, AFTRName: "gw.transix.jp", S46: []string{"map-e"}, DNSServers: []netip.Addr{ip("2404:1a8::1")},
	})
}

// netBIOSName writes a name in the first-level encoding.
func netBIOSName(text string, suffix byte) []byte {
	out := []byte{32}
	for i := range 16 {
		c := byte(' ')
		switch {
		case i == 15:
			c = suffix
		case i < len(text):
			c = text[i]
		}
		out = append(out, 'A'+c>>4, 'A'+c&15)
	}
	return append(out, 0)
}

func TestNetBIOS(t *testing.T) {
	t.Parallel()
	name := netBIOSName("KENSA-PC3", 0)
	entry := func(flags uint16, address string) []byte {
		return join(be16(1), be16(flags), be16(0), be16(1), be32(0), name, be16(0x20), be16(1), be32(60), be16(6), be16(0), addr(address))
	}
	register := func(address string) []byte {
		return eth(all1, macA, 0x0800, ip4("10.30.0.22", "10.30.0.255", 17, udp(137, 137, join(be16(1), be16(0x2910), be16(1), be32(0), be16(1), name, be16(0x20), be16(1), []byte{0xc0, 12}, be16(0x20), be16(1), be32(60), be16(6), be16(0), addr(address)))))
	}
	server := eth(macC, macB, 0x0800, ip4("10.60.0.5", "10.30.0.9", 17, udp(137, 137, entry(0x8500, "10.30.0.40"))))
	r := read(t, register("10.30.0.22"), register("172.20.10.2"), server)
	compare(t, r,
		fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.22"), MAC: macA},
		fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("172.20.10.2"), MAC: macA},
		fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.40")}, // a name server's word
	)
	compare(t, r,
		fact.AddressSet{MAC: macA, From: ip("10.30.0.22"), Name: "KENSA-PC3", Protocol: "nbns", Addresses: []netip.Addr{ip("10.30.0.22")}},
		fact.AddressSet{MAC: macA, From: ip("10.30.0.22"), Name: "KENSA-PC3", Protocol: "nbns", Addresses: []netip.Addr{ip("172.20.10.2")}},
	)
}
