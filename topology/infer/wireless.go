package infer

import (
	"kanmon/discover/fact"
	"kanmon/topology"
)

// wireless links stations to the access points that they are associated with,
// as these or their controllers tell. Where a station was told of at several,
// the newest word counts.
func (in *inferer) wireless() {
	newest := make(map[fact.MAC]int)
	for i := range in.obs {
		f, ok := in.obs[i].Fact.(fact.WirelessClient)
		if !ok {
			continue
		}
		if have, ok := newest[f.MAC]; !ok || in.obs[i].Last().After(in.obs[have].Last()) {
			newest[f.MAC] = i
		}
	}
	for m, i := range newest {
		o := &in.obs[i]
		d, ok := in.net.DeviceByMAC(m)
		if !ok {
			continue
		}
		f, _ := o.Fact.(fact.WirelessClient)
		ap := topology.Endpoint{}
		if f.AccessPoint.IsZero() {
			for _, agent := range in.agents(o, f.Agent) {
				ap = topology.Endpoint{Device: agent, Port: in.ports.names[portNumber{agent, f.IfIndex}]}
			}
		} else {
			ap.Device, _ = in.net.DeviceByMAC(f.AccessPoint)
		}
		if ap.Device == "" || ap.Device == d {
			continue
		}
		in.radios[m] = true
		in.links.add(claim{2, "wireless", topology.Reported}, ap, topology.Endpoint{Device: d}, evidenceOf(o))
		in.out.Attached[d] = append(in.out.Attached[d], topology.Attachment{Switch: ap.Device, Port: ap.Port})
	}
}
