package pcap_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// score is how much of one kind the truth holds, and how much of it was found.
type score struct{ expected, found, wrong int }

// scores is the table that TestTruth prints.
type scores map[string]*score

func (s scores) of(kind string) *score {
	if s[kind] == nil {
		s[kind] = new(score)
	}
	return s[kind]
}

func (s scores) add(kind string, found bool) {
	x := s.of(kind)
	x.expected++
	if found {
		x.found++
	}
}

func (s scores) String() string {
	kinds := make([]string, 0, len(s))
	for k := range s {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %8s %6s %6s %6s\n", "kind", "expected", "found", "wrong", "%")
	for _, k := range kinds {
		x := s[k]
		fmt.Fprintf(&b, "%-22s %8d %6d %6d %6.1f\n", k, x.expected, x.found, x.wrong, 100*float64(x.found)/float64(max(1, x.expected)))
	}
	return b.String()
}

// TestTruth compares what is learned from the captures with what tshark and nDPI
// say of them. The floors are what was reached; what is left out has its reason
// beside it.
func TestTruth(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	corpus := readCorpus(t, folder)
	read := func(name string) [][]string { return table(t, filepath.Join(folder, "derived", name)) }
	s := scores{}
	checkL2(t, s, read("capture_l2.tsv"), corpus)
	checkTunnels(t, s, read("capture_tunnels.tsv"), corpus)
	checkFlows(t, s, read("capture_ndpi_flows.tsv"), corpus)
	checkNames(t, s, read("capture_names.tsv"), corpus)
	checkApps(t, s, read("capture_ndpi_flows.tsv"), corpus)
	checkNothingElse(t, s, append(read("capture_tunnels.tsv"), read("capture_ndpi_flows.tsv")...), corpus)
	t.Logf("\n%v", s)
	for kind, floor := range floors() {
		x := s.of(kind)
		if x.found*100 < x.expected*floor.percent || x.wrong > floor.wrong {
			t.Errorf("%s: %d of %d found and %d wrong, want %d%% and at most %d", kind, x.found, x.expected, x.wrong, floor.percent, floor.wrong)
		}
	}
}

type floor struct{ percent, wrong int }

func floors() map[string]floor {
	return map[string]floor{
		"link/arp": {percent: 100}, "link/cdp": {percent: 100}, "link/lldp": {percent: 100}, "link/stp": {percent: 100},
		"app": {percent: 94}, "tunnel ends": {percent: 100}, "vpn flow": {percent: 95}, "remote flow": {percent: 95},
		"name/dns": {percent: 100}, "name/sni": {percent: 100}, "name/host": {percent: 100}, "name/dhcp_name": {percent: 100},
		"name/dhcp_vc": {percent: 100}, "name/nbns": {percent: 100}, "name/aftr": {percent: 100}, "name/cdp_dev": {percent: 100}, "name/lldp_name": {percent: 100},
		// Names that were damaged on purpose are no names any more, as a rule.
		"name/dns damaged": {percent: 82}, "name/nbns damaged": {percent: 53}, "name/dhcp_name damaged": {}, "name/dhcp_vc damaged": {},
	}
}

// checkL2 wants every announcement, BPDU and ARP binding that tshark found.
func checkL2(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	for _, row := range rows {
		r, kind, who, address := corpus[row[0]], row[1], row[2], row[5]
		switch {
		case who == "": // damaged: no chassis ID, or no 48-bit address
			continue
		case strings.HasSuffix(row[0], ".snoop"): // refused, with a hint
			continue
		}
		ok := false
		switch kind {
		case "arp":
			for _, b := range facts[fact.AddressBinding](r.obs) {
				ok = ok || b.MAC.String() == who && b.IP.String() == address
			}
		case "stp":
			for _, b := range facts[fact.BridgeProtocol](r.obs) {
				ok = ok || "root="+b.RootMAC.String() == address
			}
		default:
			for _, n := range facts[fact.NeighborAnnouncement](r.obs) {
				last := who[strings.LastIndex(who, ";")+1:]
				ok = ok || n.Protocol == kind && (n.MAC.String() == last || n.Neighbor.ChassisID == who) &&
					(row[4] == "" || row[4] == n.Neighbor.SystemName || row[4] == n.Neighbor.ChassisID) && (row[3] == "" || n.Neighbor.PortID == row[3])
			}
		}
		s.add("link/"+kind, ok)
		if !ok {
			t.Errorf("not found: %q", row)
		}
	}
}

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

func checkNames(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	for _, row := range rows {
		kind, value := row[1], strings.ToLower(strings.TrimSuffix(row[2], "."))
		switch kind {
		case "nbns":
			value, _, _ = strings.Cut(value, "<")
		case "host":
			value, _, _ = strings.Cut(value, ":")
		}
		if _, err := netip.ParseAddr(value); err == nil || strings.HasPrefix(value, "[") || value == "" || value == "*" {
			continue // an address is no name, nor is what asks for all, or the one that browsers share
		}
		if strings.HasSuffix(row[0], ".snoop") { // refused, with a hint
			continue
		}
		names, known := namesOf(kind, corpus[row[0]].obs)
		if !known {
			continue
		}
		hit := slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, value) })
		if strings.HasPrefix(row[0], "corrupt/") {
			kind += " damaged"
		}
		s.add("name/"+kind, hit)
		if !hit && testing.Verbose() {
			t.Logf("name not found: %q", row)
		}
	}
}

// namesOf returns the names of a kind of tshark's, and whether there is such a
// kind.
func namesOf(kind string, obs []fact.Observation) (names []string, known bool) {
	add := func(s ...string) { names = append(names, s...) }
	switch kind {
	case "dns":
		for _, f := range facts[fact.NameQuery](obs) {
			add(f.Name)
		}
		for _, f := range facts[fact.NameAnswer](obs) {
			add(f.Name)
		}
	case "sni", "host":
		for _, f := range facts[fact.ServerName](obs) {
			add(f.Name)
		}
	case "dhcp_name", "dhcp_vc":
		for _, f := range facts[fact.DHCPClient](obs) {
			add(f.HostName, f.VendorClass)
		}
	case "nbns":
		for _, f := range facts[fact.NameClaim](obs) {
			add(f.Name)
		}
		for _, f := range facts[fact.NameQuery](obs) {
			add(f.Name)
		}
	case "aftr":
		for _, f := range facts[fact.DHCPServer](obs) {
			add(f.AFTRName)
		}
	case "cdp_dev", "lldp_name":
		for _, f := range facts[fact.NeighborAnnouncement](obs) {
			add(f.Neighbor.ChassisID, f.Neighbor.SystemName)
		}
	default:
		return nil, false
	}
	return names, true
}

// appsOf returns what nDPI's name of a flow stands for here. Nothing means that
// such flows are not told by their octets.
func appsOf(label string) []string {
	base, rest, _ := strings.Cut(label, ".")
	switch base {
	case "DNS", "HTTP", "TLS", "QUIC", "STUN", "SSH", "VNC", "RDP", "SIP", "SNMP", "NTP", "Syslog", "Kerberos", "BACnet", "HL7", "DHCP",
		"Radmin", "Citrix", "TeamViewer", "Telnet", "RADIUS", "Tailscale", "TINC", "PPTP", "Softether", "OpenVPN", "WireGuard", "Teredo", "DTLS":
		apps := []string{strings.ToLower(base)}
		switch rest {
		case "RDP", "Tor", "DoH_DoT":
			apps = append(apps, strings.ToLower(rest))
		}
		if base == "HTTP" || base == "TLS" { // one may begin as the other
			apps = append(apps, "http", "tls", "tor")
		}
		if base == "Tailscale" {
			apps = append(apps, "wireguard")
		}
		return apps
	case "HTTP_Connect":
		return []string{"http"}
	case "SMTPS", "SMTP":
		return []string{"smtp", "tls"}
	case "IMAPS":
		return []string{"tls", "imap"}
	case "NetBIOS":
		if rest == "SMBv1" {
			return []string{"smb", "netbios-ssn"}
		}
		return []string{"netbios-ssn", "nbns"}
	case "CAPWAP":
		return []string{"capwap"}
	case "SMBv23":
		return []string{"smb"}
	case "IPSec":
		return []string{"ike", "ipsec"}
	case "FTP_CONTROL":
		return []string{"ftp"}
	}
	return nil
}

// checkApps wants no flow to be called otherwise than nDPI calls it. What is
// called nothing is counted, not wanted: much begins before the capture does.
func checkApps(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	for _, row := range rows {
		if row[4] == "Unknown" || strings.HasPrefix(row[0], "corrupt/") || notFound()[row[0]+" "+row[2]] != "" {
			continue
		}
		want := appsOf(row[4])
		app, ok := appBetween(corpus[row[0]].obs, row)
		if !ok || want == nil && app == "" {
			continue
		}
		s.add("app", app != "")
		if app != "" && !slices.Contains(want, app) {
			s.of("app").wrong++
			t.Logf("called %s: %q", app, row)
		} else if app == "" {
			t.Logf("called nothing: %q", row)
		}
	}
}

// appBetween returns what the flow of a line of nDPI's is called, and whether
// there is one.
func appBetween(obs []fact.Observation, row []string) (app string, ok bool) {
	a, errA := netip.ParseAddrPort(row[2])
	b, errB := netip.ParseAddrPort(row[3])
	if errA != nil || errB != nil {
		return "", false
	}
	at := func(e fact.Endpoint, p netip.AddrPort) bool {
		return e.IP == p.Addr() && (e.Port == 0 || e.Port == p.Port())
	}
	for _, f := range facts[fact.Flow](obs) {
		if strings.EqualFold(f.Protocol, row[1]) && (at(f.Client, a) && at(f.Server, b) || at(f.Client, b) && at(f.Server, a)) {
			if ok = true; f.App != "" {
				return f.App, true
			}
		}
	}
	return "", ok
}
