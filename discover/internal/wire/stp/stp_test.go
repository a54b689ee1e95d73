package stp_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/stp"
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
		{name: "topology change", in: bpdu("00", "80", ""), want: stp.BPDU{Version: "stp", TopoOnly: true}},
		{name: "cut", in: bpdu("00", "00", config)[:60], err: stp.ErrShort},
		{name: "version", in: bpdu("09", "00", config), err: stp.ErrOther},
		{name: "empty", err: stp.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := hex.DecodeString(tt.in)
			if err != nil {
				t.Fatal(err)
			}
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

func FuzzDecode(f *testing.F) {
	f.Add(make([]byte, 35))
	f.Add(append([]byte{0, 0, 3, 2}, make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if u, err := stp.Decode(b); err == nil && u.Version == "" {
			t.Error("no version")
		}
	})
}
