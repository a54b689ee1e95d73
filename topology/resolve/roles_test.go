package resolve_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// What a neighbour announces itself to be; CDP has no bit for access points.
func TestNeighborRoles(t *testing.T) {
	tests := []struct {
		name         string
		platform     string
		capabilities []string
		want         []topology.Role
	}{
		{"a switch", "cisco WS-C2960X-24TS-L", []string{"switch"}, []topology.Role{topology.RoleSwitch}},
		{"a router that bridges", "Cisco ISR4331/K9", []string{"router", "switch"}, []topology.Role{topology.RoleRouter, topology.RoleSwitch}},
		{"an access point that says it bridges", "cisco AIR-AP2702I-UXK9", []string{"transparentBridge", "switch"}, []topology.Role{topology.RoleAP}},
		{"one that says it routes", "cisco C9120AXI-Q", []string{"router", "transparentBridge"}, []topology.Role{topology.RoleAP}},
		{"a controller of access points", "AIR-CT5508-K9", []string{"host"}, []topology.Role{topology.RoleController}},
		{"an access point by LLDP", "", []string{"bridge", "wlanAccessPoint"}, []topology.Role{topology.RoleAP}},
		{"a telephone with a socket", "Cisco IP Phone 7962", []string{"telephone", "bridge"}, []topology.Role{topology.RolePhone}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := fact.RemoteNeighbor{Agent: "engine:a", Protocol: "cdp", LocalPort: "Gi0/1", IfIndex: 1, Neighbor: fact.Neighbor{
				ChassisID: "far.example", PortID: "Gi0", Platform: tt.platform, Capabilities: tt.capabilities,
			}}
			o, err := fact.New("test", f, fact.Sighting{Input: "a"})
			if err != nil {
				t.Fatal(err)
			}
			n := resolve.Resolve([]fact.Observation{o}, topology.Site{})
			id, ok := n.DeviceByNeighbor(o.ID)
			d, _ := n.Device(id)
			if diff := cmp.Diff(tt.want, d.Roles); !ok || diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}

// A machine that makes images asks for the list of who is to be examined, also
// where no site file tells that it stands in radiology. A server that others call
// asks for them.
func TestModality(t *testing.T) {
	host := func(s string) fact.Endpoint { return fact.Endpoint{IP: addr(s)} }
	asks := fact.SelfDescription{Host: host("10.0.0.5"), Protocol: "dicom", Field: "proposes", Value: "modality-worklist"}
	call := func(client, server string) fact.Fact {
		return fact.Flow{Client: host(client), Server: fact.Endpoint{IP: addr(server), Port: 104}, Protocol: "tcp", App: "dicom", Answered: true}
	}
	for _, tt := range []struct {
		name string
		in   []fact.Fact
		want []topology.Role
	}{
		{"it asks", []fact.Fact{asks, call("10.0.0.5", "10.0.0.9")}, []topology.Role{topology.RoleModality}},
		{"it only sends", []fact.Fact{call("10.0.0.5", "10.0.0.9")}, nil},
		{"it is told that all arrived", []fact.Fact{asks, call("10.0.0.5", "10.0.0.9"), call("10.0.0.9", "10.0.0.5")}, []topology.Role{topology.RoleModality}},
		{"others call it", []fact.Fact{asks, call("10.0.0.6", "10.0.0.5"), call("10.0.0.7", "10.0.0.5")}, []topology.Role{topology.RoleServer}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var obs []fact.Observation
			for _, f := range tt.in {
				o, err := fact.New("test", f, fact.Sighting{Input: "a"})
				if err != nil {
					t.Fatal(err)
				}
				obs = append(obs, o)
			}
			n := resolve.Resolve(obs, topology.Site{})
			id, _ := n.DeviceByIP(addr("10.0.0.5"))
			d, _ := n.Device(id)
			if diff := cmp.Diff(tt.want, d.Roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}
