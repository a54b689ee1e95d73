package hospital

import "fmt"

const ciscoVersion = "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E8, RELEASE SOFTWARE (fc2)"

// model is what an agent says of its make.
type model struct {
	maker, name, version string
	oid                  string // sysObjectID
	descr                string // sysDescr
	class                int    // entPhysicalClass: 3 chassis, 0 where it has no ENTITY-MIB
}

// model returns the make of a device that has an agent or announces itself.
func (h *Host) model() model {
	switch {
	case h.Name == "core-sw":
		return model{"Allied Telesis", "x930-28GTX", "5.5.3-1.4", "1.3.6.1.4.1.207.1.14.114", "Allied Telesis router/switch, AW+ v5.5.3-1.4", 3}
	case h.Name == "sw-radiology" || h.Name == "sw-server":
		name, number := "2530-48G", "J9775A"
		if h.Name == "sw-server" {
			name, number = "2530-24G", "J9776A"
		}
		return model{
			"HP", name, "YA.16.11.0012", "1.3.6.1.4.1.11.2.3.7.11.160",
			fmt.Sprintf("Aruba %s %s Switch, revision YA.16.11.0012, ROM YA.15.20", number, name), 3,
		}
	case h.Name == "sw-lab":
		return model{"Cisco", "WS-C2960X-24TS-L", "15.2(7)E8", "1.3.6.1.4.1.9.1.1208", ciscoVersion, 3}
	case h.Kind == "switch":
		return model{"Allied Telesis", "x530L-52GTX", "5.5.2-2.3", "1.3.6.1.4.1.207.1.14.162", "Allied Telesis router/switch, AW+ v5.5.2-2.3", 3}
	case h.Name == "ap-lab-1":
		return model{
			"Cisco", "AIR-CAP2702I-Q-K9", "15.3(3)JF15", "1.3.6.1.4.1.9.1.2146",
			"Cisco IOS Software, C2700 Software (AP3G2-K9W8-M), Version 15.3(3)JF15, RELEASE SOFTWARE (fc1)", 3,
		}
	case h.Kind == "ap":
		return model{"Allied Telesis", "AT-TQ5403", "6.0.1-6.1", "1.3.6.1.4.1.207.1.13.35", "AT-TQ5403 version 6.0.1-6.1", 0}
	case h.Kind == "ups":
		return model{
			"American Power Conversion", "AP9641", "2.5.0.6", "1.3.6.1.4.1.318.1.3.27",
			"APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.6 PN:apc_hw21_aos_2.5.0.6.bin AF1:v2.5.0.6 AN1:apc_hw21_su_2.5.0.6.bin MN:AP9641 HR:5 SN: SAMPLE000031 MD:01/01/2024)", 0,
		}
	case h.Kind == "printer":
		return model{"Canon", "LBP6670", "", "1.3.6.1.4.1.1602.4.2", "Canon LBP6670 /P", 0}
	case h.Kind == "firewall":
		return model{"Fortinet", "FGT_60F", "v7.4.8", "1.3.6.1.4.1.12356.101.1.644", "Sample firewall", 3}
	case h.Name == "lte-gw":
		return model{"Century Systems", "FutureNet NXR-G120", "21.16.3", "1.3.6.1.4.1.20376.1.30", "FutureNet NXR-G120 Version 21.16.3", 0}
	default:
		return model{
			"Microsoft", "", "10.0", "1.3.6.1.4.1.311.1.1.3.1.1",
			"Hardware: Intel64 Family 6 Model 158 Stepping 10 AT/AT COMPATIBLE - Software: Windows Version 6.3 (Build 19045 Multiprocessor Free)", 0,
		}
	}
}

// serial is the serial number in the tables of h, made of its name's place in
// the plan.
func (p *Plan) serial(h *Host) string {
	for i, o := range p.Hosts {
		if o == h {
			return fmt.Sprintf("SAMPLE%06d", i+1)
		}
	}
	return ""
}

// announce is what h says in LLDP on its port n.
func (p *Plan) announce(h *Host, n int) neighbour {
	v := neighbour{mac: h.MAC, chassis: h.MAC, portKind: 5, name: h.Name, descr: h.model().descr, caps: capBridge, mgmt: h.IP}
	s := p.Find(h.Name)
	switch {
	case h.Name == "core-sw":
		v.caps |= capRouter
		v.port = s.PortName(n)
	case s != nil:
		v.mac, v.port = s.PortMAC(n), s.PortName(n)
		if s.Style == "hp" {
			v.portKind = 7 // locally assigned
		}
	case h.Kind == "firewall":
		v.caps, v.port = capRouter, "internal1"
	case h.Kind == "ap":
		v.caps, v.port = capBridge|capAP, "eth0"
	}
	return v
}
