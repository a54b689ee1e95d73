package nmap

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	scan "github.com/Ullaakut/nmap/v3"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// The sources of what this package learns: part of the stored format.
const (
	sourceHost   = "nmap/host"
	sourcePort   = "nmap/port"
	sourceOS     = "nmap/os"
	sourceScript = "nmap/script"
)

// emitHost emits the facts that h holds. Of hosts that are down there are none:
// nmap lists every address that did not answer.
func emitHost(in *discover.Input, to discover.Sink, h *scan.Host, run *scan.Run, place string) error {
	if h.Status.State == "down" {
		return nil
	}
	ip, ok := addressOf(h)
	if !ok {
		to.Skip(place, errors.New("it has no address"))
		return nil
	}
	at := sighting(h, run)
	at.Place = "host " + ip.String()
	emit := func(source string, f fact.Fact) error { return in.Emit(to, source, f, at) }

	if h.Status.State == "up" {
		if err := emit(sourceHost, fact.HostStatus{IP: ip, MAC: macOf(h), State: "up", HostNames: namesOf(h)}); err != nil {
			return err
		}
	}
	if code, why := missing(h); why != "" {
		if err := emit(sourceHost, fact.Gap{What: fmt.Sprintf("ports of %s", ip), Why: why, Code: code, Args: []string{ip.String()}}); err != nil {
			return err
		}
	}
	for _, p := range h.Ports {
		f, err := portOf(ip, p)
		if err != nil {
			to.Skip(at.Place, err)
			continue
		}
		if err := emit(sourcePort, f); err != nil {
			return err
		}
	}
	if m, ok := bestMatch(h.OS.Matches); ok {
		if err := emit(sourceOS, osOf(ip, m)); err != nil {
			return err
		}
	}
	for _, s := range h.HostScripts {
		if f := scriptFact(ip, s); f != nil {
			if err := emit(sourceScript, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// missing returns why the ports of h are not known; empty where they are.
func missing(h *scan.Host) (code, why string) {
	switch {
	case isHint(h):
		return fact.GapScanStopped, "nmap was stopped before it had looked at them"
	case h.TimedOut:
		return fact.GapScanGivenUp, "nmap gave up on it after its host timeout"
	}
	return "", ""
}

// addressOf returns the IP address of h. nmap gives one, and takes it for IPv4
// where it has no type (nmap.dtd).
func addressOf(h *scan.Host) (netip.Addr, bool) {
	for _, a := range h.Addresses {
		if a.AddrType == "mac" {
			continue
		}
		if ip, err := netip.ParseAddr(a.Addr); err == nil {
			return ip.Unmap().WithZone(""), true
		}
	}
	return netip.Addr{}, false
}

func macOf(h *scan.Host) fact.MAC {
	for _, a := range h.Addresses {
		if a.AddrType == "mac" {
			if m, err := fact.ParseMAC(a.Addr); err == nil {
				return m
			}
		}
	}
	return fact.MAC{}
}

// namesOf returns the names of h, each once: what the operator typed and what
// the DNS answered may be the same.
func namesOf(h *scan.Host) []string {
	var names []string
	for _, n := range h.Hostnames {
		if n.Name != "" && !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
	}
	return names
}

// sighting returns when h was scanned. Files of old versions, and hosts that
// were only pinged, have the start of the run alone.
func sighting(h *scan.Host, run *scan.Run) fact.Sighting {
	first, last := time.Time(h.StartTime), time.Time(h.EndTime)
	if first.IsZero() {
		first = time.Time(run.Start)
	}
	if last.Before(first) {
		last = first
	}
	return fact.Sighting{First: first, Last: last, Count: 1}
}

// timestamp reads the seconds since 1970; what is none, or no year that JSON
// can hold, is the zero time.
func timestamp(s string) scan.Timestamp {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n >= 253402300800 { // 10000-01-01
		return scan.Timestamp{}
	}
	return scan.Timestamp(time.Unix(n, 0).UTC())
}

// isOpen reports whether a port state is one to keep. UDP ports that did not
// answer are "open|filtered".
func isOpen(state string) bool { return state == "open" || state == "open|filtered" }

// portOf returns the fact of an open port. A service that nmap looked up in its
// table by number is only assumed: something else may be there. A tunnel is never
// from the table; nmap shook hands.
func portOf(ip netip.Addr, p scan.Port) (fact.Port, error) {
	f := fact.Port{IP: ip, Transport: p.Protocol, Port: p.ID, State: p.State.State}
	if f.Transport != "tcp" && f.Transport != "udp" && f.Transport != "sctp" {
		return f, fmt.Errorf("port %d: protocol %q is not tcp, udp or sctp", p.ID, fact.Clean(p.Protocol))
	}
	s := p.Service
	f.Tunnel = s.Tunnel
	if s.Method != "probed" {
		f.Assumed = s.Name
		return f, nil
	}
	f.Service, f.Product, f.Version, f.ExtraInfo = s.Name, s.Product, s.Version, s.ExtraInfo
	return f, nil
}

// bestMatch returns the first of the most accurate matches: nmap lists the more
// likely ones first.
func bestMatch(matches []scan.OSMatch) (scan.OSMatch, bool) {
	if len(matches) == 0 {
		return scan.OSMatch{}, false
	}
	return slices.MaxFunc(matches, func(a, b scan.OSMatch) int { return cmp.Compare(a.Accuracy, b.Accuracy) }), true
}

func osOf(ip netip.Addr, m scan.OSMatch) fact.OSMatch {
	f := fact.OSMatch{IP: ip, Name: m.Name, Accuracy: m.Accuracy}
	if len(m.Classes) > 0 {
		c := slices.MaxFunc(m.Classes, func(a, b scan.OSClass) int { return cmp.Compare(a.Accuracy, b.Accuracy) })
		f.Vendor, f.Family, f.Type = c.Vendor, c.Family, c.Type
	}
	return f
}

// readsScript reports whether something is learned from the output of a script.
func readsScript(id string) bool {
	return id == "nbstat" || id == "nbns-interfaces" || id == "ipv6-node-info"
}

// maxScript bounds the output of a script that is looked at, in octets.
const maxScript = 16 << 10

// scriptFact returns what the output of a script of the NSE says, or nil.
func scriptFact(ip netip.Addr, s scan.Script) fact.Fact {
	if len(s.Output) > maxScript {
		return nil
	}
	switch s.ID {
	case "nbstat":
		return nodeStatus(ip, s.Output)
	case "nbns-interfaces":
		return addressSet(ip, "nbns", s.Output)
	case "ipv6-node-info":
		return addressSet(ip, "node-information", s.Output) // RFC 4620
	}
	return nil
}

// nodeStatus reads the first line of nbstat: "NetBIOS name: A, NetBIOS user: B,
// NetBIOS MAC: C (maker)". The user is a person and is left out.
func nodeStatus(ip netip.Addr, output string) fact.Fact {
	f := fact.NameClaim{Protocol: "nbns", IP: ip}
	line, _, _ := strings.Cut(strings.TrimSpace(output), "\n")
	for part := range strings.SplitSeq(line, ", ") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), ": ")
		switch key {
		case "NetBIOS name":
			f.Name = value
		case "NetBIOS MAC":
			mac, _, _ := strings.Cut(value, " ")
			if m, err := fact.ParseMAC(mac); err == nil {
				f.MAC = m
			}
		}
	}
	if f.Name == "" || f.Name == "<unknown>" {
		return nil
	}
	return f
}

// addressSet returns the addresses that stand in output, where there is more
// than one.
func addressSet(ip netip.Addr, protocol, output string) fact.Fact {
	f := fact.AddressSet{From: ip, Protocol: protocol}
	for word := range strings.FieldsFuncSeq(output, func(r rune) bool { return strings.ContainsRune(" ,\t\r\n", r) }) {
		a, err := netip.ParseAddr(word)
		if err == nil && !slices.Contains(f.Addresses, a.Unmap().WithZone("")) {
			f.Addresses = append(f.Addresses, a.Unmap().WithZone(""))
		}
	}
	if len(f.Addresses) < 2 {
		return nil
	}
	slices.SortFunc(f.Addresses, netip.Addr.Compare)
	return f
}
