package stp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/stp"
	"kanmon/discover/internal/wire/wiretest"
)

const (
	root   = "8001001906eab880"
	bridge = "9001001906eab881"
)

func bpdu(version, kind, rest string) string { return "0000" + version + kind + rest }

func TestDecode(t *testing.T) {
	t.Parallel()
	rootID := stp.BridgeID{Priority: 0x8001, MAC: [6]byte{0, 0x19, 6, 0xea, 0xb8, 0x80}}
	bridgeID := stp.BridgeID{Priority: 0x9001, MAC: [6]byte{0, 0x19, 6, 0xea, 0xb8, 0x81}}
	config := "00" + root + "00000004" + bridge + "8005" + "0000140002000f00"
	mst := "00" + root + "00000004" + root + "8005" + "0000140002000f00" + "00" + "0040" + strings.Repeat("00", 51) + "00000000" + bridge + "14"
	for _, tt := range []struct {
		name string
		in   string
		want stp.BPDU
		err  error
	}{
		{name: "configuration", in: bpdu("00", "00", config), want: stp.BPDU{Version: "stp", Root: rootID, Bridge: bridgeID, PortID: 0x8005}},
		{name: "rapid", in: bpdu("02", "02", config+"00"), want: stp.BPDU{Version: "rstp", Root: rootID, Bridge: bridgeID, PortID: 0x8005}},
		{name: "multiple: the sender is not the regional root", in: bpdu("03", "02", mst), want: stp.BPDU{Version: "mstp", Root: rootID, Bridge: bridgeID, PortID: 0x8005}},
		// tests/MSTP_Intra-Region_BPDUs.pcap of tcpdump.
		{
			name: "multiple, with a region", in: "00000302380000001f27b47d8000030d408000001646b58c8080120100140002000f0000006000427265776572790000000000000000000000000000000000000000000000000000009357ebb7a8d74dd5fef4f2bab50531aa00030d408000001ef705a88014fc6001001ef705a88000000000608014f88002001646b58c8000030d40808014",
			want: stp.BPDU{Version: "mstp", Root: stp.BridgeID{MAC: [6]byte{0, 0x1f, 0x27, 0xb4, 0x7d, 0x80}}, Bridge: stp.BridgeID{Priority: 0x8000, MAC: [6]byte{0, 0x1e, 0xf7, 5, 0xa8, 0x80}}, PortID: 0x8012, Region: "Brewery"},
		},
		{name: "topology change", in: bpdu("00", "80", ""), want: stp.BPDU{Version: "stp", TopoOnly: true}},
		{name: "cut", in: bpdu("00", "00", config)[:60], err: stp.ErrShort},
		{name: "version", in: bpdu("09", "00", config), err: stp.ErrOther},
		{name: "empty", err: stp.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := wiretest.Hex(tt.in)
			got, err := stp.Decode(b)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodePVST(t *testing.T) {
	t.Parallel()
	tree := bpdu("02", "02", "00"+root+"00000004"+bridge+"8005"+"0000140002000f00"+"00")
	for in, want := range map[string]uint16{tree + "0000" + "0002" + "000a": 10, tree: 0, tree + "0000" + "0009" + "000a": 0} {
		b := wiretest.Hex(in)
		if u, err := stp.DecodePVST(b); err != nil || u.VLAN != want {
			t.Errorf("%s: VLAN %d, %v; want %d", in, u.VLAN, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(make([]byte, 35))
	f.Add(append([]byte{0, 0, 3, 2}, make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if u, err := stp.DecodePVST(b); err == nil && u.Version == "" {
			t.Error("no version")
		}
	})
}
