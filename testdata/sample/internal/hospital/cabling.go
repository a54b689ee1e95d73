package hospital

import (
	"fmt"

	"kanmon/discover/fact"
)

// Switch is a switch whose own tables are among the evidence.
type Switch struct {
	*Host
	Style  string // "allied", "hp", "cisco": how it numbers and names its ports
	Ports  int
	Uplink int // port towards core-sw; 0 for core-sw itself
	Core   int // port of core-sw that its uplink ends in
	Mirror int // port that a capture was made on; 0 if none
	VLANs  []uint16
}

// unmanagedPort is the port of core-sw that the catering segment hangs on: a
// switch without an address of its own.
const unmanagedPort = 6

// onsSecondPort is the port of sw-office for the card of ONS01 that has IPv6
// alone.
const onsSecondPort = 47

// cable plugs every device in.
func (p *Plan) cable() {
	p.Switches = []*Switch{
		{p.Host("core-sw"), "allied", 24, 0, 0, 20, []uint16{10, 20, 30, 40, 50, 60, 99}},
		{p.Host("sw-clinical-1"), "allied", 50, 49, 1, 0, []uint16{10, 99}},
		{p.Host("sw-clinical-2"), "allied", 50, 49, 2, 0, []uint16{10, 99}},
		{p.Host("sw-radiology"), "hp", 48, 48, 3, 47, []uint16{20, 99}},
		{p.Host("sw-lab"), "cisco", 26, 25, 4, 23, []uint16{30, 99}},
		{p.Host("sw-office"), "allied", 50, 49, 5, 46, []uint16{40, 99}},
		{p.Host("sw-server"), "hp", 24, 24, 7, 23, []uint16{60, 99}},
	}
	for _, s := range p.Switches[1:] {
		s.Switch, s.Port = "core-sw", s.Core
	}
	for name, at := range map[string]struct {
		sw   string
		port int
	}{
		"fw-1": {"core-sw", 8}, "ups-1": {"core-sw", 9}, "kanri-pc": {"core-sw", 10},
		"ap-clinical-1": {"sw-clinical-1", 48}, "ap-clinical-2": {"sw-clinical-2", 48},
		"ap-office-1": {"sw-office", 48}, "ap-lab-1": {"sw-lab", 24}, "RUT241": {"sw-lab", 7},
	} {
		h := p.Host(name)
		h.Switch, h.Port = at.sw, at.port
	}
	for i, h := range p.in("clinical") {
		h.Switch, h.Port = fmt.Sprintf("sw-clinical-%d", 1+i%2), 1+i/2
	}
	p.plug("radiology", "sw-radiology")
	p.plug("laboratory", "sw-lab")
	p.plug("office", "sw-office")
	p.plug("server", "sw-server")
	for _, h := range p.in("catering") {
		h.Switch, h.Port = "core-sw", unmanagedPort
	}
}

// plug gives the devices of zone that have no port yet the free ports of sw.
func (p *Plan) plug(zone, sw string) {
	used, port := map[int]bool{}, 1
	for _, h := range p.Hosts {
		if h.Switch == sw {
			used[h.Port] = true
		}
	}
	for _, h := range p.in(zone) {
		if h.Switch != "" {
			continue
		}
		for used[port] {
			port++
		}
		h.Switch, h.Port = sw, port
		used[port] = true
	}
}

// Find returns the switch called name, or nil.
func (p *Plan) Find(name string) *Switch {
	for _, s := range p.Switches {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// PortName is ifName of a port.
func (s *Switch) PortName(n int) string {
	switch s.Style {
	case "allied":
		return fmt.Sprintf("port1.0.%d", n)
	case "cisco":
		return fmt.Sprintf("Gi0/%d", n)
	default:
		return fmt.Sprint(n)
	}
}

// IfIndex is ifIndex of a port.
func (s *Switch) IfIndex(n int) int {
	switch s.Style {
	case "allied":
		return 5000 + n
	case "cisco":
		return 10100 + n
	default:
		return n
	}
}

// PortMAC is the address of a port: core-sw and the others have one address for
// all, but Cisco switches have one for each.
func (s *Switch) PortMAC(n int) fact.MAC {
	m := s.MAC
	if s.Style == "cisco" {
		m[4], m[5] = m[5], byte(n)
	}
	return m
}

// station is an address that a switch forwards to.
type station struct {
	mac  fact.MAC
	vid  uint16
	name string
	path []hop // switches between it and core-sw, outermost first
}

type hop struct {
	sw   string
	port int
}

// stations lists every address with the ports behind which each switch has it.
func (p *Plan) stations() []station {
	var out []station
	for _, h := range p.Hosts {
		if h.Name == "core-sw" {
			continue
		}
		path := []hop{{h.Switch, h.Port}}
		if s := p.Find(h.Switch); s != nil && s.Uplink != 0 {
			path = append(path, hop{"core-sw", s.Core})
		}
		vid := p.zone(h.Zone).VID
		out = append(out, station{h.MAC, vid, h.Name, path})
		if h.Name == "ONS01" {
			out = append(out, station{h.MACs[0], vid, h.Name, []hop{{h.Switch, onsSecondPort}, path[1]}})
		}
	}
	return out
}

// fdbPort returns the port behind which s has learned st, and 0 where it has
// not.
func (p *Plan) fdbPort(s *Switch, st station) int {
	if st.name == s.Name {
		return 0
	}
	for _, h := range st.path {
		if h.sw == s.Name {
			return h.port
		}
	}
	for _, v := range s.VLANs {
		if v == st.vid {
			return s.Uplink
		}
	}
	return 0
}
