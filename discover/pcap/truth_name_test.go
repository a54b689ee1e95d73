package pcap_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

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
