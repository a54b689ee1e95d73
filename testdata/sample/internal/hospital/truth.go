package hospital

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Truth is what must come out of the evidence.
type Truth struct {
	Site      string        `json:"site"`
	Zones     []TruthZone   `json:"zones"`
	Devices   []TruthDevice `json:"devices"`
	Links     []TruthLink   `json:"links"`
	Ways      []Way         `json:"external_connections"`
	NotSeen   []string      `json:"approved_not_seen"` // IDs in the register that nothing matches
	NotWays   []NotWay      `json:"not_ways_out"`
	Unmanaged []TruthPort   `json:"unmanaged_switches"`
	Outside   []string      `json:"outside_macs"` // heard on the wire, not the hospital's
}

// TruthZone says how many devices of the plan belong to a zone.
type TruthZone struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Devices int    `json:"devices"`
}

// TruthDevice is a device of the plan with all its addresses and the port that it is
// plugged into.
type TruthDevice struct {
	Name     string      `json:"name"` // short; evidence may say it in capitals, or with .local or .hospital.example.jp
	Zone     string      `json:"zone"`
	Kind     string      `json:"kind"`
	Unsaid   bool        `json:"name_never_said,omitempty"` // nothing in the evidence gives the name: found by address only
	IPs      []string    `json:"ips"`
	MACs     []string    `json:"macs"`
	Attached []TruthPort `json:"attached,omitempty"` // of end devices; the cables of the others are links
}

// TruthPort is a port of a switch.
type TruthPort struct {
	Switch string `json:"switch"`
	Port   string `json:"port"`
}

// TruthLink is a cable between two pieces of infrastructure.
type TruthLink struct {
	A       string   `json:"a"`
	APort   string   `json:"a_port"`
	B       string   `json:"b"`
	BPort   string   `json:"b_port"`
	Methods []string `json:"methods"` // at least these
	Grade   string   `json:"grade"`
}

// Way is a way out of the hospital.
type Way struct {
	Number    int      `json:"number"`
	Category  string   `json:"category"`
	Device    string   `json:"device"`
	DeviceIP  string   `json:"device_ip"`
	Names     []string `json:"remote_names,omitempty"`
	Addresses []string `json:"remote_addresses,omitempty"`
	Transport string   `json:"transport,omitempty"`
	Direction string   `json:"direction"`
	Grade     []string `json:"grade"` // any of these is right
	Status    string   `json:"status"`
	Approval  string   `json:"approval,omitempty"`
	Behind    []string `json:"behind,omitempty"` // at least these
	Evidence  []string `json:"evidence"`         // files that show it
	Reason    string   `json:"reason"`
}

// NotWay is a device that looks like a way out and is none.
type NotWay struct {
	Device string `json:"device"`
	Why    string `json:"why"`
}

// Truth returns what the plan says must come out.
func (p *Plan) Truth() Truth {
	t := Truth{
		Site: "見本病院（150床）", Ways: p.ways(), NotSeen: []string{"isdn-claims"}, NotWays: notWays(),
		Unmanaged: []TruthPort{{"core-sw", p.Find("core-sw").PortName(unmanagedPort)}},
		Outside:   []string{providerMAC().String(), phoneMAC().String()},
	}
	for _, z := range p.Zones {
		t.Zones = append(t.Zones, TruthZone{z.Name, z.Kind, len(p.in(z.Kind))})
	}
	for _, h := range p.Hosts {
		d := TruthDevice{Name: h.Name, Zone: p.zone(h.Zone).Name, Kind: h.Kind, Unsaid: h.unsaid(), IPs: []string{h.IP.String()}, MACs: []string{h.MAC.String()}}
		for _, a := range h.IPs {
			d.IPs = append(d.IPs, a.String())
		}
		for _, m := range h.MACs {
			d.MACs = append(d.MACs, m.String())
		}
		if s := p.Find(h.Switch); s != nil && !h.isInfrastructure() {
			d.Attached = []TruthPort{{s.Name, s.PortName(h.Port)}}
			if h.Name == "ONS01" {
				d.Attached = append(d.Attached, TruthPort{s.Name, s.PortName(onsSecondPort)})
			}
		}
		t.Devices = append(t.Devices, d)
	}
	for _, s := range p.Switches[1:] {
		t.Links = append(t.Links, TruthLink{"core-sw", p.Find("core-sw").PortName(s.Core), s.Name, s.PortName(s.Uplink), []string{"lldp"}, "confirmed"})
	}
	for _, h := range p.Hosts {
		s := p.Find(h.Switch)
		if s == nil || h.Kind == "switch" || !h.isInfrastructure() {
			continue
		}
		method, remote := "lldp", p.announce(h, 0).port
		if s.Style == "cisco" {
			method, remote = "cdp", "GigabitEthernet0"
		}
		grade := "reported"
		if h.Name == askedAP {
			grade = "confirmed"
		}
		t.Links = append(t.Links, TruthLink{s.Name, s.PortName(h.Port), h.Name, remote, []string{method}, grade})
	}
	return t
}

// isInfrastructure reports whether the cable of h is a link of the map.
func (h *Host) isInfrastructure() bool {
	return h.Kind == "switch" || h.Kind == "ap" || h.Kind == "firewall"
}

// unsaid reports whether no evidence gives the name of h.
func (h *Host) unsaid() bool {
	return h.Kind == "monitor" || h.Kind == "unknown" || h.Name == "oqs-router"
}

// Files returns every generated file by its path below testdata/sample.
func Files() (map[string][]byte, error) {
	p := NewPlan()
	truth, err := truthJSON(p.Truth())
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{"truth.json": truth}
	for name, b := range p.evidence() {
		out["evidence/"+name] = b
	}
	return out, nil
}

func truthJSON(t Truth) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(t); err != nil {
		return nil, fmt.Errorf("encode truth: %w", err)
	}
	return b.Bytes(), nil
}

// Names returns the paths of files, sorted.
func Names(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
