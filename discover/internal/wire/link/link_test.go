package link_test

import (
	"slices"
	"testing"

	"kanmon/discover/internal/wire/link"
	"kanmon/discover/internal/wire/wiretest"
)

// lacp is a data unit as IEEE Std 802.1AX-2020, figure 6-8, draws it.
func lacp() []byte {
	return slices.Concat([]byte{1, 1},
		[]byte{1, 20}, wiretest.Hex("8000020000000a01000d0080000a3d000000"),
		[]byte{2, 20}, wiretest.Hex("7fff020000000b0200020080000b3f000000"),
		[]byte{3, 16, 0, 0}, make([]byte, 12), []byte{0, 0}, make([]byte, 50))
}

func TestLACP(t *testing.T) {
	t.Parallel()
	want := link.LACP{
		Actor:   link.System{Priority: 0x8000, MAC: [6]byte{2, 0, 0, 0, 0x0a, 1}, Key: 13, Port: 10, State: 0x3d},
		Partner: link.System{Priority: 0x7fff, MAC: [6]byte{2, 0, 0, 0, 0x0b, 2}, Key: 2, Port: 11, State: 0x3f},
	}
	if got, ok := link.DecodeLACP(lacp()); !ok || got != want || !got.Actor.Synchronized() {
		t.Errorf("%+v, %v; want %+v", got, ok, want)
	}
	for name, b := range map[string][]byte{"empty": nil, "cut": lacp()[:41], "OAM": append([]byte{3}, lacp()[1:]...), "marker": append([]byte{2}, lacp()[1:]...), "no partner": append(lacp()[:22], make([]byte, 30)...)} {
		if got, ok := link.DecodeLACP(b); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDTP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []byte
		want link.Trunk
		ok   bool
	}{
		// tests/DTP.pcap of tcpdump.
		{name: "auto", in: wiretest.Hex("01000100084c616200000200050400030005400004000a001906eab885"), want: link.Trunk{Domain: "Lab", Status: "access", Sender: [6]byte{0, 0x19, 6, 0xea, 0xb8, 0x85}}, ok: true},
		{name: "trunk", in: wiretest.Hex("010001000500000200058100030005a5"), want: link.Trunk{Status: "trunk"}, ok: true},
		{name: "length of nothing", in: wiretest.Hex("0100010000")},
		{name: "another version", in: wiretest.Hex("020002000581")},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := link.DTP(tt.in); ok != tt.ok || ok && got != tt.want {
				t.Errorf("%+v, %v; want %+v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestVTP(t *testing.T) {
	t.Parallel()
	summary := slices.Concat([]byte{2, 1, 0, 3}, []byte("Lab"), make([]byte, 29), make([]byte, 36))
	if got, ok := link.VTP(summary); !ok || got != "Lab" {
		t.Errorf("%q, %v", got, ok)
	}
	for name, b := range map[string][]byte{"cut": summary[:20], "domain too long": append([]byte{2, 1, 0, 33}, summary[4:]...), "no domain": append([]byte{2, 1, 0, 0}, summary[4:]...), "code": append([]byte{2, 9, 0, 3}, summary[4:]...)} {
		if got, ok := link.VTP(b); ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(lacp())
	f.Add(wiretest.Hex("01000100084c616200000200050400030005400004000a001906eab885"))
	f.Fuzz(func(t *testing.T, b []byte) {
		link.DecodeLACP(b)
		if d, ok := link.DTP(b); ok && d.Status == "" {
			t.Error("a port without a status")
		}
		if d, ok := link.VTP(b); ok && len(d) > 32 {
			t.Errorf("domain of %d octets", len(d))
		}
	})
}
