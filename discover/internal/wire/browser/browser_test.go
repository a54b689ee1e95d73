package browser_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/browser"
	"kanmon/discover/internal/wire/wiretest"
)

// Of tests/cfgs/default/pcap/1kxun.pcap of nDPI: a laptop with Samba, whose name
// is longer than NetBIOS allows and whose comment is not kept.
const announcement = "110a2e43c0a80543008a00e600002046444542454f454b454a434e454d454a45474546454345504550454c434e41410020464845504643454c45484643455046464641434143414341434143414341424f00ff534d42250000000000000000000000000000000000000000000000000000001100004c000000000000000000000000000000000000004c00560003000100010002005d005c4d41494c534c4f545c42524f575345000f50e093040053414e4a492d4c494645424f4f4b2d4c0409039a84000f0155aa73616e6a692d4c494645424f4f4b2d4c4835333120736572766572202853616d62612c205562756e74752900"

func name(text string, suffix byte) []byte {
	out := []byte{32}
	for i := range 16 {
		c := byte(' ')
		switch {
		case i == 15:
			c = suffix
		case i < len(text):
			c = text[i]
		}
		out = append(out, 'A'+c>>4, 'A'+c&15)
	}
	return append(out, 0)
}

// datagram writes a NetBIOS datagram with an announcement by mailslot.
func datagram(from, to []byte, body []byte) []byte {
	le := binary.LittleEndian.AppendUint16
	smb := slices.Concat([]byte{0xff, 'S', 'M', 'B', 0x25}, make([]byte, 27), []byte{17}, make([]byte, 22))
	smb = le(le(smb, uint16(len(body))), 86)
	smb = le(slices.Concat(smb, []byte{3, 0, 1, 0, 1, 0, 2, 0}), uint16(17+len(body)))
	smb = slices.Concat(smb, []byte("\\MAILSLOT\\BROWSE\x00"), body)
	return slices.Concat([]byte{0x11, 0x0a, 0, 1, 10, 30, 0, 22, 0, 138, 0, 200, 0, 0}, from, to, smb)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	host := slices.Concat([]byte{1, 0, 0x60, 0xea, 0, 0}, []byte("KENSA-DC\x00\x00\x00\x00\x00\x00\x00\x00"), []byte{10, 0}, []byte{0x0b, 0x10, 0x04, 0}, []byte{15, 1, 0x55, 0xaa}, []byte("secret words\x00"))
	domain := append([]byte{12}, host[1:]...)
	source := netip.MustParseAddr("10.30.0.22")
	for _, tt := range []struct {
		name string
		in   []byte
		want browser.Datagram
		ok   bool
	}{
		{
			name: "Samba", in: wiretest.Hex(announcement), ok: true,
			want: browser.Datagram{Source: netip.MustParseAddr("192.168.5.67"), Name: "SANJI-LIFEBOOK-", To: "WORKGROUP", ToKind: 0x1e, Host: &browser.Host{
				Name: "SANJI-LIFEBOOK-L", OS: "4.9", Roles: []string{"print-server", "unix-server", "master-browser"},
			}},
		},
		{
			name: "domain controller", in: datagram(name("KENSA-DC", 0x20), name("HOSPITAL", 0x1d), host), ok: true,
			want: browser.Datagram{Source: source, Name: "KENSA-DC", Kind: 0x20, To: "HOSPITAL", ToKind: 0x1d, Host: &browser.Host{
				Name: "KENSA-DC", OS: "10.0", Roles: []string{"domain-controller", "master-browser"},
			}},
		},
		{name: "of a domain", in: datagram(name("KENSA-DC", 0), name("\x01\x02__MSBROWSE__\x02", 1), domain), want: browser.Datagram{Source: source, Name: "KENSA-DC", To: "\x01\x02__MSBROWSE__\x02", ToKind: 1}, ok: true},
		{name: "cut in the announcement", in: datagram(name("KENSA-DC", 0), name("HOSPITAL", 0x1d), host)[:200], want: browser.Datagram{Source: source, Name: "KENSA-DC", To: "HOSPITAL", ToKind: 0x1d}, ok: true},
		{name: "later fragment", in: append([]byte{0x11, 0x0a, 0, 1, 10, 30, 0, 22, 0, 138, 0, 200, 0, 9}, wiretest.Hex(announcement)[14:]...)},
		{name: "error", in: append([]byte{0x13}, wiretest.Hex(announcement)[1:]...)},
		{name: "damaged name", in: datagram(append([]byte{32}, make([]byte, 33)...), name("X", 0), host)},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := browser.Decode(tt.in)
			if ok != tt.ok {
				t.Fatalf("taken: %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); ok && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromHost(t *testing.T) {
	t.Parallel()
	for kind, want := range map[byte]bool{0x00: true, 0x20: true, 0x03: false, 0x1d: false} {
		d := browser.Datagram{Name: "X", Kind: kind}
		if d.FromHost() != want {
			t.Errorf("suffix %#x: %v", kind, !want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(wiretest.Hex(announcement))
	f.Add(datagram(name("A", 0), name("B", 0x1d), make([]byte, 32)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, ok := browser.Decode(b); ok && (len(d.Name) > 15 || d.Host != nil && len(d.Host.Name) > 16) {
			t.Errorf("%+v", d)
		}
	})
}
