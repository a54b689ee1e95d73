package resolve_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// What a configuration tells and what the agent of the same device tells is of
// one device; a configuration with an address that others have too is not.
func TestConfigurationAndAgent(t *testing.T) {
	snmp := func(agent fact.AgentID, name string, m int, addrs ...string) []fact.Observation {
		out := []fact.Observation{
			seen(t, string(agent), fact.SystemGroup{Agent: agent, SysName: name}),
			seen(t, string(agent), fact.Interface{Agent: agent, IfIndex: 1, Name: "lan1", Type: 6, MAC: macN(m)}),
		}
		for _, a := range addrs {
			out = append(out, seen(t, string(agent), fact.InterfaceAddress{Agent: agent, IfIndex: 1, Address: netip.MustParsePrefix(a)}))
		}
		return out
	}
	conf := func(name string, addrs ...string) []fact.Observation {
		agent := fact.AgentID("config:name:" + name)
		out := []fact.Observation{seen(t, "c", fact.SystemGroup{Agent: agent, SysName: name})}
		for i, a := range addrs {
			out = append(out, seen(t, "c", fact.InterfaceAddress{Agent: agent, IfIndex: fact.ConfigIndex + uint32(i), Address: netip.MustParsePrefix(a)}))
		}
		return out
	}
	for _, tt := range []struct {
		name string
		in   [][]fact.Observation
		want []string
	}{
		{"an address and the name", [][]fact.Observation{snmp("a", "rtx", 1, "192.168.10.1/24"), conf("RTX", "192.168.10.1/24", "192.168.20.1/24")}, []string{"RTX"}},
		{"two addresses", [][]fact.Observation{snmp("a", "honkan", 1, "192.168.10.1/24", "192.168.20.1/24"), conf("rtx", "192.168.10.1/24", "192.168.20.1/24")}, []string{"honkan"}},
		{"one address under another name", [][]fact.Observation{snmp("a", "honkan", 1, "192.168.10.1/24", "10.0.0.1/24"), conf("rtx", "192.168.10.1/24", "192.168.20.1/24")}, []string{"honkan", "rtx"}},
		{"two agents that may be meant", [][]fact.Observation{snmp("a", "x", 1, "192.168.10.1/24", "192.168.20.1/24"), snmp("b", "y", 2, "192.168.10.1/24", "192.168.20.1/24"), conf("rtx", "192.168.10.1/24", "192.168.20.1/24")}, []string{"rtx", "x", "y"}},
	} {
		var in []fact.Observation
		for _, part := range tt.in {
			in = append(in, part...)
		}
		if diff := cmp.Diff(tt.want, names(resolve.Resolve(in, topology.Site{}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
