package tzsp_test

import (
	"bytes"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/tzsp"
)

func frame() []byte { return append(make([]byte, 12), 0x08, 0x06, 1, 2, 3) }

func TestEthernet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		head []byte
		want bool
	}{
		{"as MikroTik sends it", []byte{1, 0, 0, 1, 1}, true},
		{"transmitted", []byte{1, 1, 0, 1, 1}, true},
		{"with padding and tags", []byte{1, 0, 0, 1, 0, 10, 1, 0xd5, 12, 2, 0, 9, 1}, true},
		{"keep-alive", []byte{1, 4, 0, 1, 1}, false},
		{"another version", []byte{2, 0, 0, 1, 1}, false},
		{"802.11", []byte{1, 0, 0, 18, 1}, false},
		{"no end of tags", []byte{1, 0, 0, 1, 10, 200}, false},
	} {
		got, ok := tzsp.Ethernet(slices.Concat(tt.head, frame()))
		if ok != tt.want || ok && !bytes.Equal(got, frame()) {
			t.Errorf("%s: %x, %t", tt.name, got, ok)
		}
	}
	if _, ok := tzsp.Ethernet([]byte{1, 0, 0, 1, 1, 0, 0}); ok {
		t.Error("a frame of two octets was taken")
	}
}

func FuzzEthernet(f *testing.F) {
	f.Add(slices.Concat([]byte{1, 0, 0, 1, 0, 10, 1, 0xd5, 1}, frame()))
	f.Add([]byte{1, 0, 0, 1, 10})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, ok := tzsp.Ethernet(b); ok && (len(got) < 14 || !bytes.HasSuffix(b, got)) {
			t.Errorf("%x is not the end of %x", got, b)
		}
	})
}
