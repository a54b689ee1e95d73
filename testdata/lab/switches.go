package lab

// Access to the agents. They are the lab's own, and no secrets.
var (
	commonAccess = Access{Community: "hospital-ro"}
	labAccess    = Access{Community: "kensa-ro"}
	v3Access     = Access{User: "auditor", AuthPW: "lab-auth-only", PrivPW: "lab-priv-only"}
)

// switches are the core router and what hangs on it.
func switches(p *Plan) {
	c := p.AddSwitch(Switch{
		Name: core, OUI: "00:1a:eb", Descr: "AlliedWare Plus (TM) 5.5.3, x950-28XSQ", ObjectID: ".1.3.6.1.4.1.207.1.4.240",
		Management: "10.99.0.1/24", Access: commonAccess,
		VLANs: []int{clinical, radiology, laboratory, office, catering, server, management},
	})
	c.Forward = true
	for _, s := range p.Segments {
		c.gatewayOf(s)
	}
	for _, s := range []Switch{
		{Name: "sw-clinical-1", Management: "10.99.0.11/24", VLANs: []int{clinical}, Access: commonAccess},
		{Name: "sw-clinical-2", Management: "10.99.0.12/24", VLANs: []int{clinical}, Access: commonAccess},
		{Name: "sw-radiology", Management: "10.99.0.13/24", VLANs: []int{radiology}, Access: v3Access},
		{Name: "sw-lab", Management: "10.99.0.14/24", VLANs: []int{laboratory}, Access: labAccess},
		{Name: "sw-office", Management: "10.99.0.15/24", VLANs: []int{office}, Access: commonAccess},
		{Name: "sw-server", Management: "10.99.0.17/24", VLANs: []int{server}, Access: commonAccess},
	} {
		s.OUI, s.Descr, s.ObjectID = "00:1a:eb", "AlliedWare Plus (TM) 5.5.3, x530-28GTXm", ".1.3.6.1.4.1.207.1.4.201"
		p.Uplink(p.AddSwitch(s), c)
	}
	p.Uplink(p.AddUnmanaged("sw-catering", "00:3a:9d", catering), c)
}
