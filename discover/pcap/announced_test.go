package pcap_test

import (
	"net/netip"
	"testing"

	"kanmon/discover/fact"
)

// TestQuestionsToGroups: who looks for what without a name server.
func TestQuestionsToGroups(t *testing.T) {
	t.Parallel()
	ask := func(name []byte) []byte { return dnsMessage(0, [][]byte{question(name, 1)}, nil) }
	nbns := join(be16(1), be16(0x0110), be16(1), make([]byte, 6), netBIOSName("FILESV", 0x20), be16(0x20), be16(1))
	user := join(be16(1), be16(0x0110), be16(1), make([]byte, 6), netBIOSName("YAMADA", 0x03), be16(0x20), be16(1))
	client := fact.Endpoint{IP: ip("10.30.0.22"), MAC: macA}
	r := read(t,
		eth(group4, macA, 0x0800, ip4("10.30.0.22", "224.0.0.251", 17, udp(5353, 5353, ask(dnsName("_ipp", "_tcp", "local"))))),
		eth(group4, macA, 0x0800, ip4("10.30.0.22", "224.0.0.252", 17, udp(50000, 5355, ask(dnsName("isatap"))))),
		eth(all1, macA, 0x0800, ip4("10.30.0.22", "10.30.0.255", 17, udp(137, 137, nbns))),
		eth(all1, macA, 0x0800, ip4("10.30.0.22", "10.30.0.255", 17, udp(137, 137, user))), // may be the name of a person
		eth(macB, macA, 0x0800, ip4("10.30.0.22", "10.60.0.5", 17, udp(137, 137, nbns))),   // a WINS server
		eth(all1, macA, 0x0800, ip4("10.30.0.22", "255.255.255.255", 17, udp(50000, 53, ask(dnsName("cisco-capwap-controller"))))),
	)
	everybody := ip("255.255.255.255")
	compare(t, r,
		fact.NameQuery{Name: "_ipp._tcp.local", Type: "A", Client: client, Server: fact.Endpoint{IP: ip("224.0.0.251"), Port: 5353}},
		fact.NameQuery{Name: "isatap", Type: "A", Client: client, Server: fact.Endpoint{IP: ip("224.0.0.252"), Port: 5355}},
		fact.NameQuery{Name: "filesv", Type: "NB", Client: client, Server: fact.Endpoint{IP: everybody, Port: 137}},
		fact.NameQuery{Name: "filesv", Type: "NB", Client: client, Server: fact.Endpoint{IP: ip("10.60.0.5"), Port: 137, MAC: macB}},
		fact.NameQuery{Name: "cisco-capwap-controller", Type: "A", Client: client, Server: fact.Endpoint{IP: everybody, Port: 53}},
	)
}

// TestModels: what mDNS tells of the machine, and nothing of its owner.
func TestModels(t *testing.T) {
	t.Parallel()
	text := func(list ...string) (b []byte) {
		for _, s := range list {
			b = append(append(b, byte(len(s))), s...)
		}
		return b
	}
	txt := record(dnsName("x", "_ipp", "_tcp", "local"), 16, text("txtvers=1", "ty=RICOH MP C3004", "note=Room of Dr. Sato", "product=(RICOH MP C3004)", "fn=Sato"))
	cut := record(dnsName("y", "_ipp", "_tcp", "local"), 16, []byte{200, 't', 'y', '=', 'x'})
	r := read(t, eth(group4, macA, 0x0800, ip4("10.30.0.50", "224.0.0.251", 17, udp(5353, 5353, dnsMessage(0x8400, nil, [][]byte{txt, cut})))))
	host := fact.Endpoint{IP: ip("10.30.0.50"), MAC: macA}
	compare(t, r,
		fact.SelfDescription{Host: host, Protocol: "mdns", Field: "ty", Value: "RICOH MP C3004"},
		fact.SelfDescription{Host: host, Protocol: "mdns", Field: "product", Value: "RICOH MP C3004"},
	)
}

// TestSecondAddresses: what a host says of where it can be reached shows a second
// interface.
func TestSecondAddresses(t *testing.T) {
	t.Parallel()
	notify := func(location string) []byte {
		return []byte("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nLOCATION: " + location + "\r\n\r\n")
	}
	hello := []byte(`<e xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><d:Hello><d:Types>pub:Computer</d:Types><d:XAddrs>http://10.30.0.22:5357/x http://192.168.42.129:5357/x</d:XAddrs></d:Hello></e>`)
	from := netBIOSName("KENSA-PC3", 0)
	datagram := join([]byte{0x11, 0x0a, 0, 1}, addr("172.20.10.2"), be16(138), be16(100), be16(0), from, netBIOSName("HOSPITAL", 0x1d))
	send := func(port uint16, b []byte) []byte {
		return eth(group4, macA, 0x0800, ip4("10.30.0.22", "239.255.255.250", 17, udp(port, port, b)))
	}
	r := read(t,
		send(1900, notify("http://10.30.0.22:80/d.xml")), // the one it sends from: nothing new
		send(1900, notify("http://192.168.43.1:49152/d.xml")),
		send(3702, hello),
		eth(all1, macA, 0x0800, ip4("10.30.0.22", "10.30.0.255", 17, udp(138, 138, datagram))),
		eth(macB, macA, 0x0800, ip4("10.30.0.22", "10.30.0.9", 17, udp(5351, 50000, join([]byte{0, 128, 0, 0}, be32(9), addr("203.0.113.7"))))),
	)
	set := func(protocol string, list ...netip.Addr) fact.AddressSet {
		return fact.AddressSet{MAC: macA, From: ip("10.30.0.22"), Protocol: protocol, Addresses: list}
	}
	compare(t, r, set("ssdp", ip("192.168.43.1")), set("ws-discovery", ip("10.30.0.22"), ip("192.168.42.129")), set("netbios-dgm", ip("172.20.10.2")), set("nat-pmp", ip("203.0.113.7")))
	compare(t, r, fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.22"), MAC: macA})
	compare(t, r,
		fact.ServiceAnnouncement{Protocol: "ssdp", Service: "upnp:rootdevice", IP: ip("10.30.0.22"), MAC: macA},
		fact.ServiceAnnouncement{Protocol: "ws-discovery", Service: "Computer", IP: ip("10.30.0.22"), MAC: macA},
	)
}

// TestReleasedName: a host that goes away told its name.
func TestReleasedName(t *testing.T) {
	t.Parallel()
	name := netBIOSName("KENSA-PC3", 0)
	release := join(be16(1), be16(0x3010), be16(1), be32(0), be16(1), name, be16(0x20), be16(1), []byte{0xc0, 12}, be16(0x20), be16(1), be32(0), be16(6), be16(0), addr("10.30.0.22"))
	compare(t, read(t, eth(all1, macA, 0x0800, ip4("10.30.0.22", "10.30.0.255", 17, udp(137, 137, release)))),
		fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.22"), MAC: macA})
}

// TestPassedOn: what a router passed on is not said of the router.
func TestPassedOn(t *testing.T) {
	t.Parallel()
	name := netBIOSName("KENSA-PC3", 0)
	register := join(be16(1), be16(0x2900), be16(1), be32(0), be16(1), name, be16(0x20), be16(1), []byte{0xc0, 12}, be16(0x20), be16(1), be32(60), be16(6), be16(0), addr("10.30.0.22"))
	routed := ip4("10.30.0.22", "10.60.0.5", 17, udp(137, 137, register))
	routed[8] = 127
	given := join([]byte{53, 1, 5, 54, 4}, addr("10.60.0.7"), []byte{1, 4, 255, 255, 255, 0})
	renewed := ip4("10.60.0.7", "10.30.0.77", 17, udp(67, 68, dhcpMessage(2, "10.30.0.77", "0.0.0.0", given)))
	renewed[8] = 63
	r := read(t, eth(macB, macA, 0x0800, routed), eth(macC, macA, 0x0800, renewed))
	compare(t, r, fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.22")})
	compare(t, r, fact.AddressSet{From: ip("10.30.0.22"), Name: "KENSA-PC3", Protocol: "nbns", Addresses: []netip.Addr{ip("10.30.0.22")}})
	compare(t, r, fact.DHCPServer{IP: ip("10.60.0.7"), Version: 4, Subnet: netip.MustParsePrefix("10.30.0.0/24")})
}

// TestNodeStatus: the MAC address in an answer may be anybody's, and is not
// believed.
func TestNodeStatus(t *testing.T) {
	t.Parallel()
	entry := func(text string, suffix, flags byte) []byte {
		b := []byte("               ")
		copy(b, text)
		return append(b, suffix, flags, 0)
	}
	status := func(unit fact.MAC) []byte {
		names := join([]byte{4}, entry("KENSA-PC3", 0, 4), entry("HOSPITAL", 0, 0x84), entry("KENSA-PC3", 0x20, 4), entry("YAMADA", 3, 4), unit[:], make([]byte, 40))
		b := ip4("10.30.0.22", "10.60.0.5", 17, udp(137, 137, join(be16(1), be16(0x8400), be16(0), be16(1), be32(0), netBIOSName("*", 0), be16(0x21), be16(1), be32(0), be16(uint16(len(names))), names)))
		b[8] = 127
		return eth(macB, macA, 0x0800, b)
	}
	r := read(t, status(macC))
	compare(t, r, fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.22")})
	compare(t, r, fact.SelfDescription{Host: fact.Endpoint{IP: ip("10.30.0.22")}, Protocol: "nbns", Field: "workgroup", Value: "HOSPITAL"})
}

// TestReflectedModels: a reflector of mDNS is not the printer it repeats.
func TestReflectedModels(t *testing.T) {
	t.Parallel()
	txt := record(dnsName("x", "_ipp", "_tcp", "local"), 16, []byte("\x04ty=P"))
	own := record(dnsName("printer", "local"), 1, addr("10.30.0.50"))
	send := func(src string) []byte {
		return eth(group4, macA, 0x0800, ip4(src, "224.0.0.251", 17, udp(5353, 5353, dnsMessage(0x8400, nil, [][]byte{txt, own}))))
	}
	compare(t, read(t, send("10.30.0.1"), send("10.30.0.50")), fact.SelfDescription{Host: fact.Endpoint{IP: ip("10.30.0.50"), MAC: macA}, Protocol: "mdns", Field: "ty", Value: "P"})
}
