package classify_test

import (
	"net/netip"
	"strings"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// A line comes with a prefix for many networks: the other ones of the hospital
// are not parties outside.
func TestOtherNetworksOfOneLine(t *testing.T) {
	hosts := small(
		host{name: "a", mac: "00:00:5e:00:53:b1", ips: []string{"2400:8500:77:1010::a"}},
		host{name: "b", mac: "00:00:5e:00:53:b2", ips: []string{"2400:8500:77:1010::b"}},
	)
	ra := fact.RouterAdvertisement{Router: ip("fe80::a4"), MAC: mac(gwMAC), DefaultRouter: true, Prefixes: prefixes("2400:8500:77:1010::/64")}
	line := []string{"internet gw reported outbound ipoe+ipv6"}
	dicom := func(to string) fact.Fact {
		return flow("2400:8500:77:1010::a", "00:00:5e:00:53:b1", to, gwMAC, "dicom")
	}
	runRules(t, []ruleTest{
		{"another network of the same line", hosts, topology.Site{}, []fact.Fact{ra, dicom("[2400:8500:77:1020::5]:104")}, line},
		{"another line of the same provider", hosts, topology.Site{}, []fact.Fact{ra, dicom("[2400:8500:77:1120::5]:104")}, []string{
			"internet gw confirmed outbound ipoe+ipv6 behind:a", "partner-exchange a confirmed outbound dicom @2400:8500:77:1120::5",
		}},
		{"a prefix in which nobody lives makes nothing the hospital's", small(host{name: "a", mac: "00:00:5e:00:53:b1", ips: []string{"2400:8500:77:1010::a"}}), topology.Site{Inside: prefixes("2400:8500:77:1010::a/128")}, []fact.Fact{
			fact.RouterAdvertisement{MAC: mac(gwMAC), Prefixes: prefixes("2001:db8:9:1000::/64")}, dicom("[2001:db8:9:1020::5]:104"),
		}, []string{"partner-exchange a confirmed outbound dicom @2001:db8:9:1020::5"}},
	})
}

// The switch that announces a prefix inside is not the way out where its packets
// are seen to be handed on.
func TestAnnouncerBeforeTheWayOut(t *testing.T) {
	hosts := small(host{name: "a", mac: "00:00:5e:00:53:b1", ips: []string{"2400:8500:77:1010::a"}}, host{name: "b", mac: "00:00:5e:00:53:b2", ips: []string{"2400:8500:77:1010::b"}})
	ra := fact.RouterAdvertisement{Router: ip("fe80::a3"), MAC: mac(gwMAC), DefaultRouter: true, Prefixes: prefixes("2400:8500:77:1010::/64")}
	runRules(t, []ruleTest{{
		"handed on", hosts,
		topology.Site{},
		[]fact.Fact{
			ra,
			flow("2400:8500:77:1010::a", "00:00:5e:00:53:b1", "[2001:db8:1::1]:443", gwMAC, "tls"),
			flow("2400:8500:77:1010::a", gwMAC, "[2001:db8:1::1]:443", gw2MAC, "tls"),
		},
		[]string{"internet gw2 confirmed outbound ipoe+ipv6 behind:a"},
	}})
}

// Somebody inside who writes addresses outside into packets, to which the others
// answer by way of the gateway, is no way out that was seen both ways.
func TestMadeUpSendersAreNotConfirmed(t *testing.T) {
	var in []fact.Fact
	for i := range 3 {
		addr, m := client(i)
		for k := range 4 {
			f := flow("", boxMAC, addr, m, "")
			f.Client.IP = netip.AddrFrom4([4]byte{20, byte(k), 3, 4})
			in = append(in, f)
		}
	}
	for _, x := range find(t, boxes(), topology.Site{}, in) {
		if x.Grade == topology.Confirmed {
			t.Errorf("%s of %s is confirmed: %q", x.Category, x.Device, x.Because)
		}
	}
}

// What was seen both ways is not also told as seen one way.
func TestOneWayIsNotToldTwice(t *testing.T) {
	one := tunnel("esp", "10.0.0.10", pcMAC, "203.0.113.9", gwMAC, false)
	both := tunnel("ipsec-nat-t", "10.0.0.10", pcMAC, "203.0.113.9", gwMAC, true)
	for _, x := range find(t, small(), topology.Site{}, []fact.Fact{one, both}) {
		if said := strings.Join(x.Because, " "); strings.Contains(said, "one way") {
			t.Errorf("%s: %q", x.Category, x.Because)
		}
	}
}
