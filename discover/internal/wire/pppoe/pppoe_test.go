package pppoe_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/pppoe"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []byte
		want pppoe.Packet
		err  error
	}{
		{name: "PADO", in: []byte{0x11, 7, 0, 0, 0, 12, 1, 1, 0, 0, 1, 2, 0, 4, 'B', 'A', 'S', '1', 0, 0}, want: pppoe.Packet{Code: pppoe.PADO, ACName: "BAS1"}},
		{name: "session", in: []byte{0x11, 0, 0, 9, 0, 3, 0, 0x21, 'x', 'y'}, want: pppoe.Packet{SessionID: 9, Protocol: 0x21, Payload: []byte("x")}},
		{name: "session, compressed", in: []byte{0x11, 0, 0, 9, 0, 2, 0x21, 'x'}, want: pppoe.Packet{SessionID: 9, Protocol: 0x21, Payload: []byte("x")}},
		{name: "tag too long", in: []byte{0x11, 7, 0, 0, 0, 6, 1, 2, 0, 99, 'B', 'A'}, want: pppoe.Packet{Code: pppoe.PADO}},
		{name: "version", in: []byte{0x21, 7, 0, 0, 0, 0}, err: pppoe.ErrOther},
		{name: "code", in: []byte{0x11, 99, 0, 0, 0, 0}, err: pppoe.ErrOther},
		{name: "cut", in: []byte{0x11, 7, 0}, err: pppoe.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := pppoe.Decode(tt.in)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x11, 7, 0, 0, 0, 8, 1, 2, 0, 4, 'B', 'A', 'S', '1'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, _ := pppoe.Decode(b); len(p.Payload)+len(p.ACName) > len(b) {
			t.Error("more than was there")
		}
	})
}
