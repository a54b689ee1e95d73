package pcap_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// near makes an IPv4 packet with a time to live of 255, as only a neighbour can
// send it.
func near(src, dst string, proto byte, payload []byte) []byte {
	b := ip4(src, dst, proto, payload)
	b[8] = 255
	return b
}

// Group addresses of the link layer.
var (
	group4 = fact.MAC{0x01, 0, 0x5e, 0, 0, 0x12}
	group6 = fact.MAC{0x33, 0x33, 0, 0, 0, 1}
	slow   = fact.MAC{0x01, 0x80, 0xc2, 0, 0, 2}
	cisco  = fact.MAC{0x01, 0, 0x0c, 0xcc, 0xcc, 0xcc}
)

func snap(src fact.MAC, oui []byte, pid uint16, b []byte) []byte {
	b = join([]byte{0xaa, 0xaa, 3}, oui, be16(pid), b)
	return eth(cisco, src, uint16(len(b)), b)
}

func TestGateways(t *testing.T) {
	t.Parallel()
	virtual := fact.MAC{0, 0, 0x5e, 0, 1, 7}
	vrrp := join([]byte{0x31, 7, 200, 1, 0, 100}, be16(0), addr("10.30.0.1"))
	carp := join([]byte{0x21, 9, 0, 7, 0, 1}, be16(0), make([]byte, 28))
	hsrp := join([]byte{0, 0, 8, 3, 10, 100, 5, 0}, []byte("cisco\x00\x00\x00"), addr("10.40.0.1"))
	r := read(t,
		eth(group4, virtual, 0x0800, near("10.30.0.2", "224.0.0.18", 112, vrrp)),
		eth(group4, virtual, 0x0800, ip4("10.30.0.66", "224.0.0.18", 112, vrrp)), // came from another network
		eth(group4, macA, 0x0800, near("10.30.0.3", "224.0.0.18", 112, carp)),
		eth(group4, macB, 0x0800, ip4("10.40.0.3", "224.0.0.2", 17, udp(1985, 1985, hsrp))),
	)
	compare(t, r,
		fact.ControlSpeaker{Protocol: "vrrp", Role: "master", IP: ip("10.30.0.2"), MAC: virtual, Domain: "7", Virtual: []netip.Addr{ip("10.30.0.1")}},
		fact.ControlSpeaker{Protocol: "carp", Role: "master", IP: ip("10.30.0.3"), MAC: macA, Domain: "9"},
		fact.ControlSpeaker{Protocol: "hsrp", Role: "standby", IP: ip("10.40.0.3"), MAC: macB, Domain: "5", Virtual: []netip.Addr{ip("10.40.0.1")}},
	)
}

func TestRouters(t *testing.T) {
	t.Parallel()
	ospf := join([]byte{2, 1}, be16(44), addr("10.0.0.9"), be32(0), make([]byte, 12), be32(0xffffff00), be16(10), []byte{2, 1}, be32(40), addr("10.30.0.2"), addr("10.30.0.3"))
	rip := join([]byte{2, 2, 0, 0}, be16(2), be16(0), be32(0), be32(0), be32(0), be32(1))
	eigrp := join([]byte{2, 5}, make([]byte, 16), be16(100))
	open := join(make([]byte, 0, 29), []byte(strings.Repeat("\xff", 16)), be16(29), []byte{1, 4}, be16(65001), be16(90), addr("10.0.0.1"), []byte{0})
	answer := join(open[:20], be16(65002), be16(90), addr("10.0.0.2"), []byte{0})
	isis := join([]byte{0xfe, 0xfe, 3, 0x83, 20, 1, 0, 17, 1, 0, 0, 2, 0x19, 0x21, 0x68, 0, 0x10, 1}, be16(30), be16(20), []byte{1})
	frames := [][]byte{
		eth(group4, macA, 0x0800, ip4("10.30.0.2", "224.0.0.5", 89, ospf)),
		eth(group4, macB, 0x0800, ip4("10.30.0.3", "224.0.0.9", 17, udp(520, 520, rip))),
		eth(macA, macB, 0x0800, ip4("10.30.0.9", "10.30.0.2", 17, udp(40000, 520, rip))), // not from a router's port
		eth(group4, macC, 0x0800, ip4("10.30.0.4", "224.0.0.10", 88, eigrp)),
		eth(group4, macC, 0x0800, ip4("10.30.0.4", "224.0.0.13", 103, []byte{0x20, 0, 0, 0, 0, 1, 0, 2, 0, 105})),
		eth(cisco, macC, uint16(len(isis)), isis),
		eth(group4, macA, 0x0800, ip4("10.30.0.2", "224.0.0.1", 2, join([]byte{0x11, 100}, be16(0), be32(0), []byte{2, 125, 0, 0}))),
		eth(group4, macC, 0x0800, ip4("10.30.0.20", "239.1.1.1", 2, join([]byte{0x16, 0}, be16(0), addr("239.1.1.1")))), // a member
		eth(group4, macB, 0x0800, ip4("0.0.0.0", "224.0.0.1", 2, join([]byte{0x11, 100}, be16(0), be32(0)))),            // a switch without an address
		eth(group6, macA, 0x86dd, ip6("fe80::2", "ff02::1", 0, 1, join([]byte{58, 0, 5, 2, 0, 0, 1, 0}, []byte{130, 0, 0, 0, 3, 0xe8, 0, 0}, make([]byte, 20)))),
	}
	talk := (&conversation{client: "10.0.0.1", server: "10.0.0.2"}).up(6, tcp(40000, 179, 1, ack, open)).down(6, tcp(179, 40000, 1, ack, answer))
	r := read(t, append(frames, talk.frames...)...)
	compare(t, r,
		fact.ControlSpeaker{Protocol: "ospf", Role: "dr", IP: ip("10.30.0.2"), MAC: macA, ID: "10.0.0.9", Domain: "0.0.0.0"},
		fact.ControlSpeaker{Protocol: "rip", Role: "default-route", IP: ip("10.30.0.3"), MAC: macB},
		fact.ControlSpeaker{Protocol: "eigrp", IP: ip("10.30.0.4"), MAC: macC, Domain: "100"},
		fact.ControlSpeaker{Protocol: "pim", IP: ip("10.30.0.4"), MAC: macC},
		fact.ControlSpeaker{Protocol: "isis", Role: "point-to-point", MAC: macC, ID: "1921.6800.1001"},
		fact.ControlSpeaker{Protocol: "igmp", Role: "querier", IP: ip("10.30.0.2"), MAC: macA},
		fact.ControlSpeaker{Protocol: "igmp", Role: "querier", MAC: macB},
		fact.ControlSpeaker{Protocol: "mld", Role: "querier", IP: ip("fe80::2"), MAC: macA},
		fact.ControlSpeaker{Protocol: "bgp", IP: ip("10.0.0.1"), MAC: macA, ID: "10.0.0.1", Domain: "65001"},
		fact.ControlSpeaker{Protocol: "bgp", IP: ip("10.0.0.2"), MAC: macB, ID: "10.0.0.2", Domain: "65002"},
	)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	system := func(mac fact.MAC, key uint16) []byte {
		return join(be16(0x8000), mac[:], be16(key), be16(0x80), be16(10), []byte{0x3d, 0, 0, 0})
	}
	lacp := join([]byte{1, 1, 1, 20}, system(macB, 13), []byte{2, 20}, system(macC, 2), make([]byte, 68))
	silent := join([]byte{1, 1, 1, 20}, system(macB, 14), []byte{2, 20}, system(fact.MAC{}, 0), make([]byte, 68))
	dtp := join([]byte{1}, be16(1), be16(8), []byte("Lab\x00"), be16(2), be16(5), []byte{0x81}, be16(4), be16(10), macB[:])
	vtp := join([]byte{2, 1, 0, 3}, []byte("Lab"), make([]byte, 65))
	pvst := join([]byte{0, 0, 2, 2, 0}, be16(0x800a), macB[:], be32(0), be16(0x800a), macC[:], be16(0x8005), make([]byte, 9), be16(0), be16(2), be16(10))
	r := read(t,
		eth(slow, macA, 0x8809, lacp), eth(slow, macA, 0x8809, silent),
		snap(macA, []byte{0, 0, 0x0c}, 0x2004, dtp), snap(macA, []byte{0, 0, 0x0c}, 0x2003, vtp), snap(macA, []byte{0, 0, 0x0c}, 0x010b, pvst),
	)
	compare(t, r,
		fact.ControlSpeaker{Protocol: "lacp", Role: "actor", MAC: macA, ID: macB.String(), Domain: "13"},
		fact.ControlSpeaker{Protocol: "lacp", Role: "partner", MAC: macA, ID: macC.String(), Domain: "2"},
		fact.ControlSpeaker{Protocol: "lacp", Role: "actor", MAC: macA, ID: macB.String(), Domain: "14"},
		fact.ControlSpeaker{Protocol: "dtp", Role: "trunk", MAC: macA, ID: macB.String(), Domain: "Lab"},
		fact.ControlSpeaker{Protocol: "vtp", MAC: macA, Domain: "Lab"},
		fact.ControlSpeaker{Protocol: "pvst", MAC: macA, ID: macC.String(), Domain: "10"},
	)
	compare(t, r, fact.BridgeProtocol{MAC: macA, Version: "rstp", RootMAC: macB, RootPriority: 0x800a, BridgeMAC: macC, BridgePriority: 0x800a, PortID: 0x8005})
}

func TestSmallerNeighborProtocols(t *testing.T) {
	t.Parallel()
	edp := join([]byte{1, 0}, be16(16+11+36), be32(7), be16(0), macB[:], []byte{0x99, 1}, be16(11), []byte("core-x\x00"), []byte{0x99, 2}, be16(36), be16(0), be16(4), make([]byte, 8), []byte{15, 3, 1, 4}, make([]byte, 16))
	sonmp := join(addr("10.1.0.9"), []byte{0, 1, 24, 1, 12, 1, 1})
	udld := join([]byte{0x21, 0, 0, 0}, be16(1), be16(7), []byte("FOX"), be16(2), be16(9), []byte("Gi0/1"))
	mndp := join(be32(1), be16(1), be16(6), macC[:], be16(5), be16(4), []byte("rt-1"), be16(16), be16(6), []byte("ether2"))
	r := read(t,
		snap(macA, []byte{0, 0xe0, 0x2b}, 0x00bb, edp), snap(macA, []byte{0, 0, 0x81}, 0x01a2, sonmp), snap(macA, []byte{0, 0, 0x0c}, 0x0111, udld),
		eth(all1, macC, 0x0800, ip4("10.30.0.1", "255.255.255.255", 17, udp(5678, 5678, mndp))),
	)
	compare(t, r,
		fact.NeighborAnnouncement{Protocol: "edp", MAC: macA, Neighbor: fact.Neighbor{ChassisID: macB.String(), ChassisIDSubtype: "macAddress", PortID: "1/5", PortIDSubtype: "interfaceName", SystemName: "core-x", SystemDescription: "15.3.1.4"}},
		fact.NeighborAnnouncement{Protocol: "sonmp", MAC: macA, Neighbor: fact.Neighbor{ChassisID: "10.1.0.9", ChassisIDSubtype: "networkAddress", PortID: "1/24", PortIDSubtype: "local", ManagementAddresses: []netip.Addr{ip("10.1.0.9")}}},
		fact.NeighborAnnouncement{Protocol: "udld", MAC: macA, Neighbor: fact.Neighbor{ChassisID: "FOX", PortID: "Gi0/1"}},
		fact.NeighborAnnouncement{Protocol: "mndp", MAC: macC, Neighbor: fact.Neighbor{ChassisID: macC.String(), ChassisIDSubtype: "macAddress", PortID: "ether2", PortIDSubtype: "interfaceName", SystemName: "rt-1"}},
	)
}

func TestUbiquiti(t *testing.T) {
	t.Parallel()
	body := join([]byte{2, 0, 10}, macA[:], addr("192.168.1.20"), []byte{2, 0, 10}, macA[:], addr("100.64.7.1"), []byte{11, 0, 4}, []byte("ap-1"), []byte{6, 0, 4}, []byte("taro"), []byte{21, 0, 3}, []byte("U7P"))
	r := read(t, eth(macB, macA, 0x0800, ip4("192.168.1.20", "192.168.1.9", 17, udp(10001, 40000, join([]byte{2, 6}, be16(uint16(len(body))), body)))))
	compare(t, r, fact.AddressSet{MAC: macA, From: ip("192.168.1.20"), Name: "ap-1", Protocol: "ubnt", Addresses: []netip.Addr{ip("100.64.7.1"), ip("192.168.1.20")}})
	compare(t, r, fact.SelfDescription{Host: fact.Endpoint{IP: ip("192.168.1.20"), Port: 10001, MAC: macA}, Protocol: "ubnt", Field: "model", Value: "U7P"})
}

func TestCAPWAP(t *testing.T) {
	t.Parallel()
	header := []byte{0, 0x10, 2, 0, 0, 0, 0, 0}
	response := join(header, be32(2), []byte{0, 0, 21, 0}, be16(4), be16(4), []byte("ac-1"), be16(10), be16(6), addr("203.0.113.9"), be16(0))
	request := join(header, be32(1), []byte{0, 0, 12, 0}, be16(45), be16(5), []byte("ap-3f"))
	discover := dhcpMessage(1, "0.0.0.0", "0.0.0.0", []byte{53, 1, 1, 12, 4}, []byte("ipad"))
	inner := join([]byte{0x08, 1, 0, 0}, macB[:], macC[:], all1[:], []byte{0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, ip4("0.0.0.0", "255.255.255.255", 17, udp(68, 67, discover)))
	r := read(t,
		eth(all1, macB, 0x0800, ip4("10.30.0.8", "255.255.255.255", 17, udp(12380, 5246, request))),
		eth(macB, macA, 0x0800, ip4("10.30.0.7", "10.30.0.8", 17, udp(5246, 12380, response))),
		eth(macA, macB, 0x0800, ip4("10.30.0.8", "10.30.0.7", 17, udp(12380, 5247, join([]byte{0, 0x10, 3, 0, 0, 0, 0, 0}, inner)))),
	)
	compare(t, r,
		fact.ControlSpeaker{Protocol: "capwap", Role: "wtp", IP: ip("10.30.0.8"), MAC: macB, ID: "ap-3f"},
		fact.ControlSpeaker{Protocol: "capwap", Role: "ac", IP: ip("10.30.0.7"), MAC: macA, ID: "ac-1"},
	)
	compare(t, r, fact.AddressSet{MAC: macA, From: ip("10.30.0.7"), Protocol: "capwap", Addresses: []netip.Addr{ip("203.0.113.9")}})
	compare(t, r, fact.DHCPClient{MAC: macA, Version: 4, HostName: "ipad"}) // chaddr of dhcpMessage
	compare(t, r, fact.Station{MAC: macA}, fact.Station{MAC: macB}, fact.Station{MAC: macC})
	for _, f := range facts[fact.Flow](r.obs) {
		if f.App != "capwap" {
			t.Errorf("%+v", f)
		}
	}
}

// TestControlBounded invents routers: the table keeps so many and says so, and
// the one that is there stays.
func TestControlBounded(t *testing.T) {
	t.Parallel()
	eigrp := func(src string, as int) []byte {
		return eth(group4, macA, 0x0800, ip4(src, "224.0.0.10", 88, join([]byte{2, 5}, make([]byte, 16), be16(uint16(as)))))
	}
	frames := [][]byte{eigrp("10.30.0.1", 1), eigrp("10.30.0.1", 1)}
	for i := range 10_000 {
		frames = append(frames, eigrp("10.30.0.4", i))
	}
	r := read(t, frames...)
	speakers := facts[fact.ControlSpeaker](r.obs)
	if len(speakers) > 4096 || !slices.ContainsFunc(speakers, func(f fact.ControlSpeaker) bool { return f.IP == ip("10.30.0.1") }) {
		t.Errorf("%d speakers", len(speakers))
	}
	if !slices.ContainsFunc(facts[fact.Gap](r.obs), func(g fact.Gap) bool { return g.What == "control speakers" }) {
		t.Error("no gap is told")
	}
}
