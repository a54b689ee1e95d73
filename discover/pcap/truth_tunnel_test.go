package pcap_test

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// tunnelKinds returns the types of Tunnel that a name of tshark's or nDPI's
// stands for; none where it is no tunnel.
func tunnelKinds(label string) []string {
	label, _, _ = strings.Cut(label, ".")
	switch label {
	case "pppoes", "pppoed":
		return []string{"pppoe"}
	case "4in6", "4in4", "6in4", "teredo", "openvpn", "vxlan", "l2tp", "pptp", "esp":
		return []string{label}
	case "gre", "pptp-gre", "erspan", "nhrp":
		return []string{"gre"}
	case "isakmp":
		return []string{"ike"}
	case "udpencap":
		return []string{"ipsec-nat-t", "ike"}
	case "wg", "WireGuard":
		return []string{"wireguard"}
	case "OpenVPN", "PPTP", "Softether", "Tailscale", "TINC":
		return []string{strings.ToLower(label)}
	case "IPSec":
		return []string{"ike", "esp", "ipsec-nat-t"}
	case "CiscoVPN":
		return []string{"anyconnect"}
	}
	return nil
}

// noTunnels are lines of tshark's that name no tunnel.
func noTunnels() map[string]string {
	return map[string]string{
		"remote/ndpi__teamviewer.pcap wg": "a datagram of TeamViewer, which by chance begins like WireGuard's transport messages",
		// Damaged on purpose, and known to tshark by the port or the protocol number only.
		"corrupt/tcpdump__l2tp-avp-overflow.pcap l2tp": "version 0 and an offset, lengths and session beyond the datagram",
		"corrupt/ndpi__fuzz-2006-06-26-2594.pcap 6in4": "no IPv6 packet within",
	}
}

func checkTunnels(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	for _, row := range rows {
		want := tunnelKinds(row[1])
		if row[1] == "esp" {
			want = append(want, "ipsec-nat-t")
		}
		if want == nil {
			continue
		}
		if why := noTunnels()[row[0]+" "+row[1]]; why != "" {
			t.Logf("left out: %q: %s", row, why)
			continue
		}
		hit := slices.ContainsFunc(facts[fact.Tunnel](corpus[row[0]].obs), func(f fact.Tunnel) bool {
			a, b, _ := strings.Cut(row[2], "<->")
			return slices.Contains(want, f.Type) && (f.Type == "pppoe" || sameHosts(f.A, f.B, a, b))
		})
		s.add("tunnel ends", hit)
		s.add("tunnel ends/"+row[1], hit)
		if !hit {
			t.Errorf("not found: %q", row)
		}
	}
}

// TestCameUp has the captures in which a key exchange goes through.
func TestCameUp(t *testing.T) {
	t.Parallel()
	corpus := readCorpus(t, captureFolder(t))
	for name, vendor := range map[string]string{
		"vpn-ipsec/tcpdump__ISAKMP_sa_setup.pcap": "Cisco Unity", // quick mode
		"vpn-ipsec/tcpdump__ikev2four.pcap":       "",            // child SAs
		"vpn-ipsec/ndpi__esp.pcapng":              "Cisco",       // ESP after it
		"vpn-ipsec/scapy__ikev2_nat_t.pcapng":     "",            // ESP in UDP after it
	} {
		if !slices.ContainsFunc(facts[fact.Tunnel](corpus[name].obs), func(f fact.Tunnel) bool {
			return f.Type == "ike" && f.Established && f.Detail == vendor
		}) {
			t.Errorf("%s: no IKE that came up, of %q", name, vendor)
		}
	}
}

// sameHosts reports whether two ends have the addresses a and b, whichever is
// which.
func sameHosts(x, y fact.Endpoint, a, b string) bool {
	return x.IP.String() == a && y.IP.String() == b || x.IP.String() == b && y.IP.String() == a
}

// notFound are flows of nDPI's that cannot be told by what they carry.
func notFound() map[string]string {
	return map[string]string{
		"vpn-other/ndpi__anyconnect-vpn.pcap 10.0.0.227:56865": "the end of a connection without any payload, which nDPI names by its port; the port is that of a television stick there",
	}
}

// checkFlows wants every flow that nDPI says is of a VPN or for remote access:
// as a tunnel of its kind between its ends, as a flow whose App is that tool, or
// by a name or a self-description at its ends that holds the tool's name.
func checkFlows(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	for _, row := range rows {
		kind := map[string]string{"VPN": "vpn flow", "RemoteAccess": "remote flow"}[row[5]]
		if kind == "" {
			continue
		}
		how := foundAs(corpus[row[0]].obs, row)
		s.add(kind, how != "")
		if why := notFound()[row[0]+" "+row[2]]; how == "" && why == "" {
			t.Errorf("not found: %q", row)
		} else {
			t.Logf("%-40s %-26s %s", row[0], row[4], cmp.Or(how, "not found: "+why))
		}
	}
}

// foundAs tells which fact shows a flow of nDPI's to be what it says; empty
// where none does.
func foundAs(obs []fact.Observation, row []string) string {
	a, errA := netip.ParseAddrPort(row[2])
	b, errB := netip.ParseAddrPort(row[3])
	if errA != nil || errB != nil {
		return ""
	}
	ends := func(x, y fact.Endpoint) bool {
		at := func(e fact.Endpoint, p netip.AddrPort) bool {
			return e.IP == p.Addr() && (e.Port == 0 || e.Port == p.Port())
		}
		return at(x, a) && at(y, b) || at(x, b) && at(y, a)
	}
	parts := strings.Split(row[4], ".")
	label := strings.ToLower(parts[len(parts)-1])
	for _, f := range facts[fact.Tunnel](obs) {
		for _, p := range parts {
			if slices.Contains(tunnelKinds(p), f.Type) && ends(f.A, f.B) {
				return "tunnel " + f.Type
			}
		}
		if f.Type == label && ends(f.A, f.B) {
			return "tunnel " + f.Type
		}
	}
	for _, f := range facts[fact.Flow](obs) {
		if f.App == label && ends(f.Client, f.Server) {
			return "app " + f.App
		}
	}
	for _, f := range facts[fact.ServerName](obs) {
		if strings.Contains(f.Name, label) && ends(f.Client, f.Server) {
			return "name " + f.Name
		}
	}
	for _, f := range facts[fact.SelfDescription](obs) {
		if strings.ToLower(strings.ReplaceAll(f.Value, " ", "")) == label && (f.Host.IP == a.Addr() || f.Host.IP == b.Addr()) {
			return "says " + f.Value
		}
	}
	return ""
}

// remoteApps are those apps whose flows are remote access.
func remoteApp(app string) bool {
	switch app {
	case "teamviewer", "radmin", "rdp", "vnc", "telnet", "ssh", "citrix", "anydesk", "rustdesk":
		return true
	}
	return false
}

// checkNothingElse wants no tunnel and no remote access between hosts for which
// neither tshark nor nDPI names any.
func checkNothingElse(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	type pair struct{ capture, a, b string }
	named := map[pair]bool{}
	add := func(capture, a, b string) { named[pair{capture, a, b}], named[pair{capture, b, a}] = true, true }
	for _, row := range rows {
		if a, b, ok := strings.Cut(row[2], "<->"); ok {
			add(row[0], a, b)
			continue
		}
		label := row[4][strings.LastIndex(row[4], ".")+1:]
		a, errA := netip.ParseAddrPort(row[2])
		b, errB := netip.ParseAddrPort(row[3])
		if errA == nil && errB == nil && (row[5] == "VPN" || row[5] == "RemoteAccess" || label == "Citrix" || tunnelKinds(label) != nil) {
			add(row[0], a.Addr().String(), b.Addr().String())
		}
	}
	for name, r := range corpus {
		for _, f := range facts[fact.Tunnel](r.obs) {
			if f.Type != "pppoe" && !named[pair{name, f.A.IP.String(), f.B.IP.String()}] && sure(name, f) == "" {
				t.Errorf("%s: neither tshark nor nDPI names a tunnel there: %+v", name, f)
				s.of("tunnel ends").wrong++
			}
		}
		for _, f := range facts[fact.Flow](r.obs) {
			if name == "gre/sv__bug-5633-gre-02__gre-sample.pcap" {
				continue // tshark names SSH within the tunnel by the tunnel's ends
			}
			if remoteApp(f.App) && !named[pair{name, f.Client.IP.String(), f.Server.IP.String()}] {
				t.Errorf("%s: neither tshark nor nDPI names remote access there: %+v", name, f)
				s.of("remote flow").wrong++
			}
		}
	}
}

// sure tells why a tunnel is one though neither tshark nor nDPI names it.
func sure(capture string, f fact.Tunnel) string {
	switch {
	case capture == "vpn-other/ndpi__tor.pcap" && f.Type == "tor":
		return "the other flows to the same relays, and to others with such certificates"
	case capture == "vpn-other/ndpi__anyconnect-vpn.pcap" && f.Type == "anyconnect":
		return "the capture's name, and a version of DTLS that only this VPN speaks"
	}
	return ""
}
