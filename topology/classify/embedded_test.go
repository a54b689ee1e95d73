package classify_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
)

// TestEmbedded: what the signatures that come with kanmon make of single facts.
// What only looks like a service, and makers' pages, are none.
func TestEmbedded(t *testing.T) {
	const out = "192.0.2.44"
	called := func(name string) fact.Fact {
		return fact.ServerName{Name: name, Protocol: "tls", Client: end("10.0.0.10", pcMAC), Server: end(out+":443", "")}
	}
	warp := tunnel("wireguard", "10.0.0.10", pcMAC, out+":2408", "", true)
	warp.Detail = "Cloudflare WARP"
	agent := func(value string) fact.Fact {
		return fact.SelfDescription{Host: end("10.0.0.10", pcMAC), Protocol: "http", Field: "user-agent", Value: value}
	}
	issuer := func(value string) []fact.Fact {
		return []fact.Fact{
			fact.SelfDescription{Host: end(out+":443", gwMAC), Protocol: "tls", Field: "certificate-issuer", Value: value},
			flow("10.0.0.10", pcMAC, out+":443", gwMAC, "tls"),
		}
	}
	for _, tt := range []struct {
		name string
		in   []fact.Fact
		want []string
	}{
		{"WARP in WireGuard", []fact.Fact{warp}, []string{"vendor-vpn cloudflare-warp"}},
		{"ZeroTier", []fact.Fact{tunnel("zerotier", "10.0.0.10", pcMAC, out+":9993", "", true)}, []string{"vendor-vpn zerotier"}},
		{"any WireGuard", []fact.Fact{tunnel("wireguard", "10.0.0.10", pcMAC, out+":51820", "", true)}, []string{"vendor-vpn "}},
		{"TeamViewer over HTTP", []fact.Fact{agent("Mozilla/4.0 (compatible; MSIE 6.0; DynGate)")}, []string{"remote-support teamviewer"}},
		{"a browser", []fact.Fact{agent("Mozilla/4.0 (compatible; MSIE 6.0)")}, nil},
		{"Zscaler signs", issuer("Zscaler Intermediate Root CA (zscalertwo.net) (t)"), []string{"vendor-vpn zscaler"}},
		{"cloud of a cellular router", []fact.Fact{called("stream.cradlepointecm.com")}, []string{"vendor-lte netcloud"}},
		{"its page for people", []fact.Fact{called("www.cradlepointecm.com")}, nil},
		{"page of a mobile router", []fact.Fact{called("speedwifi.home")}, []string{"usb-tether mobile-router-page"}},
		{"regional network", []fact.Fact{called("www.medical-care.net")}, []string{"partner-exchange medicalcare-station"}},
		{"maker's remote service", []fact.Fact{called("insite.gehealthcare.com")}, []string{"remote-support ge-insite"}},
		{"maker's site", []fact.Fact{called("www.gehealthcare.com")}, nil},
		{"tunnel for visitors", []fact.Fact{called("region1.v2.argotunnel.com")}, []string{"vendor-vpn cloudflare-tunnel"}},
		{"resolver is no way out of its own", []fact.Fact{called("dns.google")}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, c := range classify.Connections(observe(t, tt.in), newFake(small()), topology.Site{}, signatures(t)) {
				if c.Category != topology.Internet && c.Category != topology.Unclassified { // the gateway that traffic takes
					got = append(got, string(c.Category)+" "+c.Signature)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
