package resolve_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// config is what a configuration tells of a router.
func config(t *testing.T, input, id, name, vendor string, addresses ...string) []fact.Observation {
	t.Helper()
	a := fact.AgentID("config:" + id)
	out := []fact.Observation{
		seen(t, input, fact.SystemGroup{Agent: a, SysName: name}),
		seen(t, input, fact.PhysicalEntity{Agent: a, Index: 1, Class: "chassis", Vendor: vendor}),
	}
	for i, p := range addresses {
		n := uint32(fact.ConfigIndex + i)
		out = append(out,
			seen(t, input, fact.Interface{Agent: a, IfIndex: n, Name: []string{"lan1", "pp1", "lan3"}[i], Type: 6}),
			seen(t, input, fact.InterfaceAddress{Agent: a, IfIndex: n, Address: netip.MustParsePrefix(p)}))
	}
	return out
}

// walked is what an SNMP agent tells of one.
func walked(t *testing.T, input, name, vendor string, addresses ...string) []fact.Observation {
	t.Helper()
	a := fact.AgentID("engine:" + input)
	out := []fact.Observation{
		seen(t, input, fact.SystemGroup{Agent: a, SysName: name, EngineID: input}),
		seen(t, input, fact.PhysicalEntity{Agent: a, Index: 1, Class: "chassis", Vendor: vendor}),
	}
	for i, p := range addresses {
		out = append(out,
			seen(t, input, fact.Interface{Agent: a, IfIndex: uint32(i + 1), Name: []string{"LAN1", "PP[01]", "LAN3"}[i], Type: 6}),
			seen(t, input, fact.InterfaceAddress{Agent: a, IfIndex: uint32(i + 1), Address: netip.MustParsePrefix(p)}))
	}
	return out
}

func TestResolveConfig(t *testing.T) {
	yamaha := mac(t, "00:a0:de:00:00:01")
	cisco := mac(t, "00:00:0c:00:00:01")
	join := func(lists ...[]fact.Observation) []fact.Observation {
		var out []fact.Observation
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	for _, tt := range []struct {
		name string
		in   []fact.Observation
		want int // devices
	}{
		{
			name: "same name and an address",
			in:   join(config(t, "c", "name:rtx@10.1.0.1", "rtx", "Yamaha", "10.1.0.1/24"), walked(t, "w", "rtx.example", "Yamaha", "10.1.0.1/24")),
			want: 1,
		},
		{
			name: "two addresses under different names",
			in: join(config(t, "c", "name:a@10.1.0.1", "a", "Yamaha", "10.1.0.1/24", "10.2.0.1/24"),
				walked(t, "w", "b", "Yamaha", "10.1.0.1/24", "10.2.0.1/24")),
			want: 1,
		},
		{
			name: "one private address alone",
			in:   join(config(t, "c", "name:a@192.168.1.1", "a", "Yamaha", "192.168.1.1/24"), walked(t, "w", "b", "Yamaha", "192.168.1.1/24")),
			want: 2,
		},
		{
			name: "another maker",
			in: join(config(t, "c", "name:gw@10.1.0.1", "gw", "Yamaha", "10.1.0.1/24", "10.2.0.1/24"),
				walked(t, "w", "gw", "Cisco", "10.1.0.1/24", "10.2.0.1/24")),
			want: 2,
		},
		{
			name: "which of two agents is not known",
			in: join(config(t, "c", "name:a@10.1.0.1", "a", "Yamaha", "10.1.0.1/24", "10.2.0.1/24"),
				walked(t, "v", "x", "Yamaha", "10.1.0.1/24", "10.2.0.1/24"), walked(t, "w", "y", "Yamaha", "10.1.0.1/24", "10.2.0.1/24")),
			want: 3,
		},
		{
			name: "on the wire",
			in:   join(config(t, "c", "name:a@10.1.0.1", "a", "Yamaha", "10.1.0.1/24"), []fact.Observation{seen(t, "p", arp("10.1.0.1", yamaha))}),
			want: 1,
		},
		{
			name: "its address on the wire with the MAC address of another maker",
			in:   join(config(t, "c", "name:a@10.1.0.1", "a", "Yamaha", "10.1.0.1/24"), []fact.Observation{seen(t, "p", arp("10.1.0.1", cisco))}),
			want: 2,
		},
		{
			name: "by the MAC address in its header",
			in: join(config(t, "c", "mac:00:a0:de:00:00:01", "", "Yamaha", "10.1.0.1/24"), []fact.Observation{
				seen(t, "c", fact.Interface{Agent: "config:mac:00:a0:de:00:00:01", IfIndex: fact.ConfigIndex, Name: "lan1", MAC: yamaha}),
				seen(t, "p", fact.Station{MAC: yamaha}),
			}),
			want: 1,
		},
		{
			name: "by its serial number",
			in: join(config(t, "c", "serial:yamaha/s123456", "a", "Yamaha", "10.9.0.1/24"), walked(t, "w", "b", "Yamaha"), []fact.Observation{
				seen(t, "c", fact.PhysicalEntity{Agent: "config:serial:yamaha/s123456", Index: 1, Class: "chassis", Vendor: "Yamaha", Serial: "S123456"}),
				seen(t, "w", fact.PhysicalEntity{Agent: "engine:w", Index: 1, Class: "chassis", Vendor: "Yamaha", Serial: "S123456"}),
			}),
			want: 1,
		},
		{
			name: "two texts of one router",
			in:   join(config(t, "c", "name:rtx@10.1.0.1", "rtx", "Yamaha", "10.1.0.1/24"), config(t, "d", "name:rtx@10.1.0.1", "rtx", "Yamaha", "10.1.0.1/24", "10.2.0.1/24")),
			want: 1,
		},
		{
			name: "two routers that nobody named",
			in:   join(config(t, "c", "name:Router@192.168.1.1", "Router", "Cisco", "192.168.1.1/24"), config(t, "d", "name:Router@192.168.1.1", "Router", "Cisco", "192.168.1.1/24", "10.2.0.1/24")),
			want: 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			devices := resolve.Resolve(tt.in, topology.Site{}).Devices()
			if len(devices) != tt.want {
				var names []string
				for _, d := range devices {
					names = append(names, d.Name+" "+d.Vendor)
				}
				t.Errorf("%d devices, want %d: %q", len(devices), tt.want, names)
			}
		})
	}
}

// TestConfigInterfaces joins the interfaces of a configuration with those of the
// agent of the same device by their names.
func TestConfigInterfaces(t *testing.T) {
	obs := append(config(t, "c", "name:rtx@10.1.0.1", "rtx", "Yamaha", "10.1.0.1/24", "203.0.113.5/32", "10.3.0.1/24"),
		walked(t, "w", "rtx", "Yamaha", "10.1.0.1/24", "203.0.113.5/32")...)
	devices := resolve.Resolve(obs, topology.Site{}).Devices()
	if len(devices) != 1 {
		t.Fatalf("%d devices", len(devices))
	}
	want := []topology.Interface{
		{Name: "LAN1", Index: 1, Type: "ethernetCsmacd", IPs: []string{"10.1.0.1/24"}},
		{Name: "PP[01]", Index: 2, Type: "ethernetCsmacd", IPs: []string{"203.0.113.5"}},
		{Name: "lan3", Type: "ethernetCsmacd", IPs: []string{"10.3.0.1/24"}},
	}
	if d := cmp.Diff(want, devices[0].Interfaces); d != "" {
		t.Errorf("interfaces (-want +got):\n%s", d)
	}
}
