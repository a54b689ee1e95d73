package lab

import "net/netip"

// VLANs of the hospital.
const (
	clinical   = 10
	radiology  = 20
	laboratory = 30
	office     = 40
	catering   = 50
	server     = 60
	management = 99
)

// segments are the seven VLANs.
func segments(p *Plan) {
	for _, s := range []struct {
		name   string
		vlan   int
		prefix string
	}{
		{"clinical", clinical, "10.10.0.0/24"},
		{"radiology", radiology, "10.20.0.0/24"},
		{"laboratory", laboratory, "10.30.0.0/24"},
		{"office", office, "10.40.0.0/24"},
		{"catering", catering, "10.50.0.0/24"},
		{"server", server, "10.60.0.0/24"},
		{"management", management, "10.99.0.0/24"},
	} {
		p.Segments = append(p.Segments, Segment{Name: s.name, VLAN: s.vlan, Prefix: netip.MustParsePrefix(s.prefix)})
	}
}
