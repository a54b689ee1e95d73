package snmp_test

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

// TestVeil holds that agents that repeat what they are asked with do not bring it
// into evidence.
func TestVeil(t *testing.T) {
	t.Parallel()
	const short, long, other = "k4nm0n", "not-for-others", "passphrase-of-another"
	for i, tt := range []struct{ name, community, text, want string }{
		{"the whole text", short, short, "[secret]"},
		{"a word", short, "snmp(" + short + ") ro", "snmp([secret]) ro"},
		{"twice", short, short + " " + short, "[secret] [secret]"},
		{"a part of a word", short, "x" + short + " " + short, "x" + short + " [secret]"},
		{"long, within a word", long, "x" + long + "x", "x[secret]x"},
		{"of another agent", short, "auth " + other, "auth [secret]"},
		{"no secret", "public", "public", "public"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree := snmpfarm.Switch(1, 2, 2, 1000).VLAN(7, tt.text).Model(snmpfarm.OID{1, 3, 6, 1, 4, 1, 32473, 1}, "a switch, "+tt.text)
			for _, whole := range []bool{false, true} {
				at := startFarm(t, &snmpfarm.Agent{Tree: tree}, fmt.Sprintf("127.66.%d.1", i))
				opts, fs, walk := liveOptions(at.Port()), &facts{}, &kept{}
				opts.Targets = []netip.Addr{at.Addr()}
				opts.Credentials.Community = snmp.NewSecret(tt.community)
				opts.Keys = snmp.Keyring{{For: netip.MustParsePrefix("192.0.2.0/24"), Credentials: snmp.Credentials{Version: "2c", Community: snmp.NewSecret(other)}}}
				opts.Whole, opts.Record = whole, func(netip.Addr) (io.WriteCloser, error) { return walk, nil }
				if err := snmp.Collect(t.Context(), opts, &openGate{}, fs); err != nil {
					t.Fatal(err)
				}
				if len(fs.vlans) != 1 || fs.vlans[0].Name != tt.want || len(fs.systems) != 1 || fs.systems[0].SysDescr != "a switch, "+tt.want {
					t.Errorf("whole %v: VLANs %+v, systems %+v", whole, fs.vlans, fs.systems)
				}
				if !strings.Contains(walk.String(), tt.want) || tt.want != tt.text && strings.Contains(walk.String(), "|"+tt.text) {
					t.Errorf("whole %v: recorded\n%s", whole, walk.String())
				}
			}
		})
	}
}
