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
