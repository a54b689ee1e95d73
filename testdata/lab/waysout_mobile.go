package lab

import (
	"strings"
	"time"

	"kanmon/topology"
)

// lteVendor is the machine of the vendor behind the LTE router.
const lteVendor = "198.51.100.60"

// carrier is a mobile carrier: addresses of RFC 6598 towards its customers, and
// one address towards the internet for all of them.
func carrier(p *Plan) {
	c := p.Add(Host{Name: "carrier", OUI: "00:00:0c", Forward: true})
	p.Cross(c, p.Host("internet"), "wan0", "203.0.113.202/30", "mno", "203.0.113.201/30")
	c.Route("default", "203.0.113.201")
	c.NAT("wan0")
}

// OnAir gives the host a line to the carrier: here is the interface and the
// host's address, there the carrier's.
func (p *Plan) OnAir(h *Host, name, here, there string) {
	c := p.Host("carrier")
	p.Cross(h, c, name, here, h.Name, there)
}

// AgentAs is Agent with an interface table of its own: lines such as
// "wan0 243 LTE modem" say what the interfaces stand for (agent.Override).
func (h *Host) AgentAs(descr, objectID string, access Access, overrides ...string) {
	h.File("interfaces.txt", strings.Join(overrides, "\n")+"\n")
	const agent = " {lab} agent interfaces {dir}/interfaces.txt"
	h.Agent(descr, objectID, access, "pass_persist .1.3.6.1.2.1.2"+agent, "pass_persist .1.3.6.1.2.1.31"+agent)
	snmpd := &h.Procs[len(h.Procs)-1]
	snmpd.Argv = append(snmpd.Argv, "-I", "-ifTable,-ifXTable")
}

// Descriptions of agents. The enterprise 20376 is Century Systems, 311 is
// Microsoft; the last parts of Century's are the lab's own.
const (
	windowsDescr = "Hardware: Intel64 Family 6 Model 142 Stepping 12 AT/AT COMPATIBLE - Software: Windows Version 6.3 (Build 19045 Multiprocessor Free)"
	windowsID    = ".1.3.6.1.4.1.311.1.1.3.1.1"
	linuxID      = ".1.3.6.1.4.1.8072.3.2.10"
	centuryID    = ".1.3.6.1.4.1.20376.1.9999"
)

// lteWayOut is a vendor's router with a modem in the radiology department, and
// the machine that is kept up through it.
func lteWayOut(p *Plan) {
	carrier(p)
	internet := p.Host("internet")
	internet.Also(lteVendor + "/32")
	internet.Run(Proc{Name: "lte-vendor", Argv: []string{"{lab}", "serve", "https", lteVendor + ":443", "support.example.net"}})

	r := p.Add(Host{Name: "lte-gw", OUI: "00:80:6d", Forward: true})
	r.Plug("eth0", "sw-radiology", "10.20.0.240/24")
	p.OnAir(r, "mobile0", "100.64.12.34/30", "100.64.12.33/30")
	r.Route("default", "100.64.12.33")
	r.Route("10.0.0.0/8", p.Segment(radiology).Gateway().String())
	r.NAT("mobile0")
	r.AgentAs("FutureNet NXR-G110", centuryID, commonAccess, "mobile0 243 mobile0")
	r.Do(30*time.Second, "ping", "-c", "1", "-W", "1", "100.64.12.33")

	echo := p.Station("echo-01", "00:19:b9", "sw-radiology", radiology, "10.20.0.12")
	echo.Route(lteVendor+"/32", "10.20.0.240")
	echo.Do(12*time.Second, "{lab}", "ask", "https", "https://"+lteVendor+"/")
	echo.Do(14*time.Second, "echoscu", "-aet", "ECHO01", "-aec", "PACS", "10.60.0.20", "11112")

	p.WayOut(Truth{
		ID: "lte-gw", Category: topology.VendorLTE, Device: "lte-gw", Behind: []string{"echo-01"}, Remote: []string{lteVendor, "100.64.12.33"},
		Transport: []string{"lte"}, Approved: true, Known: []Vantage{BySNMP},
	})
}

// phone is a telephone that shares its line with a PC by cable. The PC has a
// second default route, that it takes when the first is gone.
func (p *Plan) phone(name, oui, pc, nic, phoneAddr, pcAddr, air, carrierAddr string) {
	ph := p.Add(Host{Name: name, OUI: oui, Forward: true})
	h := p.Host(pc)
	p.Cross(h, ph, nic, pcAddr, "usb0", phoneAddr)
	p.OnAir(ph, "rmnet0", air, carrierAddr)
	ph.Route("default", addrOf(carrierAddr))
	ph.NAT("rmnet0")
	h.Setup = append(h.Setup, []string{"ip", "route", "add", "default", "via", addrOf(phoneAddr), "metric", "50"})
	h.Run(Proc{Name: "names", Argv: []string{"{lab}", "respond", "names", pc}})
	h.Run(Proc{Name: "oxid", Argv: []string{"{lab}", "respond", "oxid", pc}, Ready: "tcp " + h.Addr().String() + ":135"})
	h.Do(15*time.Second, "ping", "-I", nic, "-c", "1", "-W", "1", internetWeb)
}

func addrOf(prefix string) string {
	addr, _, _ := strings.Cut(prefix, "/")
	return addr
}

// tetherWayOut are two PCs with a telephone at a USB port: one as Android is
// seen, on a PC with an agent; one as an iPhone is seen, on a PC that tells its
// addresses only when it says its name.
func tetherWayOut(p *Plan) {
	p.phone("android", "02:1a:11", "byoto-pc12", "usb0", "192.168.42.129/24", "192.168.42.23/24", "100.64.20.2/30", "100.64.20.1/30")
	p.Host("byoto-pc12").AgentAs(windowsDescr, windowsID, commonAccess,
		"eth0 6 Realtek PCIe GbE Family Controller", "usb0 6 Remote NDIS based Internet Sharing Device")
	p.phone("iphone", "02:1c:b3", "kensa-pc3", "usb0", "172.20.10.1/28", "172.20.10.2/28", "100.64.21.2/30", "100.64.21.1/30")
	// Somebody opens a folder on the PC, by its name.
	p.Host("ekaru-07").Do(25*time.Second, "{lab}", "inquire", "nbns", "byoto-pc12@10.10.0.255")

	p.WayOut(Truth{
		ID: "tether-android", Category: topology.USBTether, Device: "byoto-pc12", Remote: []string{"192.168.42.129"},
		Transport: []string{"usb"}, Known: []Vantage{AtMirror0, BySNMP, ByProbe},
	})
	p.WayOut(Truth{
		ID: "tether-iphone", Category: topology.USBTether, Device: "kensa-pc3", Remote: []string{"172.20.10.1"},
		Transport: []string{"usb"}, Known: []Vantage{AtMirror2, ByProbe},
	})
}

// wwanWayOut is a computer with a modem in it: a second default route, in its
// agent's tables.
func wwanWayOut(p *Plan) {
	h := p.Station("jimu-note1", "00:1b:78", "sw-office", office, "10.40.0.25")
	p.OnAir(h, "wwan0", "100.64.30.2/30", "100.64.30.1/30")
	h.Setup = append(h.Setup, []string{"ip", "route", "add", "default", "via", "100.64.30.1", "metric", "700"})
	h.AgentAs("Linux jimu-note1 6.1.0 x86_64", linuxID, commonAccess, "wwan0 243 wwan0")
	h.Do(15*time.Second, "ping", "-I", "wwan0", "-c", "1", "-W", "1", internetWeb)
	h.Do(20*time.Second, "{lab}", "ask", "https", "https://file-sv."+domain+"/")

	p.WayOut(Truth{
		ID: "wwan", Category: topology.USBTether, Device: "jimu-note1", Remote: []string{"100.64.30.1"},
		Transport: []string{"lte"}, Known: []Vantage{BySNMP}, Note: "no telephone but a modem of its own",
	})
}
