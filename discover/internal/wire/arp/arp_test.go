package arp_test

import (
	"errors"
	"net/netip"
	"testing"

	"kanmon/discover/internal/wire/arp"
	"kanmon/discover/internal/wire/wiretest"
)

const request = "0001080006040001020000000001c0000201000000000000c0000202"

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		in    string
		err   error
		owner string // empty: none
	}{
		{name: "request", in: request, owner: "192.0.2.1"},
		{name: "padded", in: request + "0000000000000000", owner: "192.0.2.1"},
		{name: "reply", in: "0001080006040002020000000001c0000201020000000002c0000202", owner: "192.0.2.1"},
		{name: "probe", in: "0001080006040001020000000001" + "00000000" + "000000000000c0000202"},
		{name: "inverse request", in: "0001080006040008020000000001c0000201000000000000c0000202"},
		{name: "zero link address", in: "0001080006040001000000000000c0000201000000000000c0000202"},
		{name: "IPv4 over ATM", in: "0013080004040001020000000001c0000201000000000000c0000202", err: arp.ErrOther},
		{name: "cut", in: request[:54], err: arp.ErrShort},
		{name: "empty", in: "", err: arp.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := arp.Decode(wiretest.Hex(tt.in))
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			ip, mac, ok := p.Binding()
			if ok != (tt.owner != "") || ok && (ip != netip.MustParseAddr(tt.owner) || mac != [6]byte{2, 0, 0, 0, 0, 1}) {
				t.Errorf("binding %v %x %v, want %q", ip, mac, ok, tt.owner)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(wiretest.Hex(request))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := arp.Decode(b)
		if _, mac, ok := p.Binding(); ok && (err != nil || mac[0]&1 != 0) {
			t.Errorf("binding of %x", b)
		}
	})
}
