package lldp_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/lldp"
)

func tlv(kind int, v ...byte) []byte {
	return append([]byte{byte(kind<<1 | len(v)>>8), byte(len(v))}, v...)
}

func unit(rest ...[]byte) []byte {
	return slices.Concat(tlv(1, 4, 0, 0x11, 0x22, 0x33, 0x44, 0x55), tlv(2, append([]byte{5}, "Gi1/0/1"...)...), tlv(3, 0, 120), slices.Concat(rest...))
}

func TestDecode(t *testing.T) {
	t.Parallel()
	base := lldp.Unit{ChassisID: "00:11:22:33:44:55", ChassisIDSubtype: "macAddress", PortID: "Gi1/0/1", PortIDSubtype: "interfaceName", TTL: 120}
	full := base
	full.PortDescription, full.SystemName, full.SystemDescription = "uplink", "sw-lab", "Switch 1.0"
	full.Capabilities = []string{"bridge", "router"}
	full.ManagementAddresses = []netip.Addr{netip.MustParseAddr("10.99.0.13"), netip.MustParseAddr("2001:db8::1")}
	extended := base
	extended.Extensions = []lldp.Extension{
		{Field: "port-vlan", Value: "30"},
		{Field: "med-class", Value: "endpoint-3"},
		{Field: "med-voice-vlan", Value: "200"},
		{Field: "med-serial", Value: "SN 7"},
		{Field: "med-model", Value: "CP-8811"},
		{Field: "mud-host", Value: "mud.example.com"},
	}
	network := base
	network.ChassisID, network.ChassisIDSubtype, network.PortID, network.PortIDSubtype = "192.0.2.1", "networkAddress", "00ff", "local"
	for _, tt := range []struct {
		name string
		in   []byte
		want lldp.Unit
		err  string
	}{
		{name: "mandatory only", in: unit(tlv(0)), want: base},
		{name: "no end", in: unit(), want: base},
		{
			name: "full", want: full, in: unit(
				tlv(4, []byte("uplink")...), tlv(5, []byte("sw-lab")...), tlv(6, []byte("Switch 1.0")...), tlv(7, 0, 0x14, 0, 0x14),
				tlv(8, 5, 1, 10, 99, 0, 13, 2, 0, 0, 0, 1, 0), tlv(8, append(append([]byte{17, 2}, netip.MustParseAddr("2001:db8::1").AsSlice()...), 2, 0, 0, 0, 1, 0)...),
				tlv(127, 0, 0x12, 0x0f, 1), tlv(0)),
		},
		{
			name: "of other organizations", want: extended, in: unit(
				tlv(127, 0, 0x80, 0xc2, 1, 0, 30), tlv(127, 0, 0x80, 0xc2, 1, 0, 0), tlv(127, 0, 0x80, 0xc2, 3, 0, 30, 1, 'x'),
				tlv(127, 0, 0x12, 0xbb, 1, 0, 0x3f, 3), tlv(127, 0, 0x12, 0xbb, 2, 1, 0x41, 0x91, 0x6e), tlv(127, 0, 0x12, 0xbb, 2, 2, 0x41, 0x91, 0x6e),
				tlv(127, 0, 0x12, 0xbb, 8, 'S', 'N', ' ', '7', ' '), tlv(127, append([]byte{0, 0x12, 0xbb, 10}, "CP-8811"...)...), tlv(127, 0, 0x12, 0xbb, 9),
				tlv(127, append([]byte{0, 0, 0x5e, 1}, "https://mud.example.com/.well-known/mud/v1/x"...)...), tlv(127, 0), tlv(127, 0, 0x12, 0xbb, 1, 0), tlv(0)),
		},
		{name: "other subtypes", want: network, in: slices.Concat(tlv(1, 5, 1, 192, 0, 2, 1), tlv(2, 7, 0, 255), tlv(3, 0, 120), tlv(0))},
		{name: "out of order", in: slices.Concat(tlv(2, 5, 'a'), tlv(1, 4, 1, 2, 3, 4, 5, 6)), err: "stand first"},
		{name: "cut", in: unit(tlv(5, []byte("sw")...))[:26], err: "beyond the end", want: base},
		{name: "empty chassis", in: tlv(1, 4), err: "no identifier"},
		{name: "empty", in: nil, err: "beyond the end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := lldp.Decode(tt.in)
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	med := func(kind byte, s string) []byte { return tlv(127, append([]byte{0, 0x12, 0xbb, kind}, s...)...) }
	for want, in := range map[string][]byte{
		"Yealink T46S": unit(med(9, "Yealink"), med(10, "T46S")), "Polycom VVX": unit(med(10, "Polycom VVX"), med(9, "polycom")), "T46S": unit(med(10, "T46S")), "": unit(med(9, "Yealink")),
	} {
		u, err := lldp.Decode(in)
		if got := u.Platform(); got != want || err != nil {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(unit(tlv(8, 5, 1, 10, 99, 0, 13, 2, 0, 0, 0, 1, 0), tlv(7, 0, 4, 0, 4), tlv(0)))
	f.Add(unit(tlv(127, 0, 0x12, 0xbb, 2, 1, 0x41, 0x91, 0x6e), tlv(127, 0, 0, 0x5e, 1, 'h', ':'), tlv(0)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if u, _ := lldp.Decode(b); len(u.ManagementAddresses) > 64 || len(u.Extensions) > 32 || len(u.SystemName) > 511 {
			t.Errorf("not bounded: %+v", u)
		}
	})
}
