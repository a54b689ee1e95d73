package oxid_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/oxid"
)

// answer builds a response to ServerAlive2 after C706, 12.6.4.10, and [MS-DCOM]
// 2.2.19.
func answer(bindings ...string) []byte {
	var words []uint16
	for _, s := range bindings {
		words = append(append(append(words, 7), utf16.Encode([]rune(s))...), 0)
	}
	words = append(words, 0)
	security := len(words)
	words = append(words, 10, 0xffff, 0, 0)
	b := []byte{5, 0, 2, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 2, 0}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(words)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(words)))
	b = binary.LittleEndian.AppendUint16(b, uint16(security))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint16(b, w)
	}
	b = append(b, make([]byte, 8)...)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(b)))
	return b
}

func TestDecode(t *testing.T) {
	t.Parallel()
	tether := answer("CT-CONSOLE", "10.1.2.3[49664]", "192.168.42.17", "fd00::1")
	for _, tt := range []struct {
		name string
		in   []byte
		want oxid.Alive
	}{
		{name: "second interface", in: tether, want: oxid.Alive{Name: "CT-CONSOLE", Addresses: []netip.Addr{
			netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("192.168.42.17"), netip.MustParseAddr("fd00::1"),
		}}},
		{name: "cut", in: tether[:len(tether)-30]},
		{name: "other response", in: append([]byte{5, 0, 2, 3, 0x10, 0, 0, 0, 64, 0, 0, 0}, make([]byte, 52)...)},
		{name: "no binding", in: answer()},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := oxid.Decode(tt.in)
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" || ok != (tt.want.Name != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(answer("A", "10.0.0.1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := oxid.Decode(b); ok && (!oxid.IsRPC(b) || len(a.Addresses) > 64) {
			t.Errorf("%+v", a)
		}
	})
}
