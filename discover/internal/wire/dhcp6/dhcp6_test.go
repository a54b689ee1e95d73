package dhcp6_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/dhcp6"
)

func option(code uint16, parts ...[]byte) []byte {
	v := slices.Concat(parts...)
	return append([]byte{byte(code >> 8), byte(code), byte(len(v) >> 8), byte(len(v))}, v...)
}

func message(kind byte, options ...[]byte) []byte {
	return append([]byte{kind, 1, 2, 3}, slices.Concat(options...)...)
}

func relay(kind byte, options ...[]byte) []byte {
	return slices.Concat([]byte{kind, 0}, make([]byte, 32), slices.Concat(options...))
}

func address(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

func TestDecode(t *testing.T) {
	t.Parallel()
	duid := []byte{0, 3, 0, 1, 2, 0, 0, 0, 0, 7}
	solicit := message(1, option(1, duid), option(6, []byte{0, 23, 0, 64}), option(39, []byte{0}, []byte("\x02pc\x07example")), option(16, []byte{0, 0, 1, 55, 0, 8}, []byte("MSFT 5.0")))
	client := dhcp6.Message{Type: dhcp6.Solicit, ClientDUID: "00030001020000000007", HostName: "pc.example", VendorClass: "MSFT 5.0", Fingerprint: "23,64"}
	relayed := client
	relayed.Relayed, relayed.RelayMAC = true, [6]byte{2, 0, 0, 0, 0, 7}
	linked := dhcp6.Message{Type: dhcp6.Reply, Relayed: true, Link: netip.MustParseAddr("2001:db8:1::1"), ServerIP: netip.MustParseAddr("2001:db8:9::7")}
	at := func(kind byte, link string, options ...[]byte) []byte {
		return slices.Concat([]byte{kind, 0}, address(link), address("fe80::7"), slices.Concat(options...))
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want dhcp6.Message
		err  error
	}{
		{name: "solicit", in: solicit, want: client},
		{name: "relayed twice", want: relayed, in: relay(12, option(9, relay(12, option(79, []byte{0, 1, 2, 0, 0, 0, 0, 7}), option(9, solicit))))},
		{
			name: "reply of a DS-Lite line", in: message(7, option(1, duid), option(2, duid),
				option(3, make([]byte, 12), option(5, address("2001:db8::7"), make([]byte, 8))),
				option(25, make([]byte, 12), option(26, make([]byte, 8), []byte{56}, address("2001:db8:1:ff::"))),
				option(23, address("2404:1a8::1")), option(24, []byte("\x0aflets-east\x02jp\x00")), option(64, []byte("\x02gw\x07transix\x02jp\x00")), option(94, nil), option(94, nil)),
			want: dhcp6.Message{
				Type: dhcp6.Reply, ClientDUID: "00030001020000000007", ServerDUID: "00030001020000000007", AFTRName: "gw.transix.jp", S46: []string{"map-e"},
				Addresses: []netip.Addr{netip.MustParseAddr("2001:db8::7")}, Delegated: []netip.Prefix{netip.MustParsePrefix("2001:db8:1::/56")},
				DNSServers: []netip.Addr{netip.MustParseAddr("2404:1a8::1")}, SearchDomains: []string{"flets-east.jp"},
			},
		},
		{name: "link of the relay next to the client", want: linked, in: at(13, "2001:db8:5::1", option(9, at(13, "2001:db8:1::1", option(9, message(7, option(12, address("2001:db8:9::7")))))))},
		{name: "option too long", in: message(1, option(1, duid), []byte{0, 6, 0, 99}), want: dhcp6.Message{Type: 1, ClientDUID: "00030001020000000007"}, err: dhcp6.ErrOption},
		{name: "relay without a message", in: relay(12), want: dhcp6.Message{Type: 12, Relayed: true}, err: dhcp6.ErrRelay},
		{name: "type", in: []byte{99, 0, 0, 0}, want: dhcp6.Message{Type: 99}, err: dhcp6.ErrOther},
		{name: "cut", in: []byte{1}, err: dhcp6.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := dhcp6.Decode(tt.in)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			opts := cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}
			if diff := cmp.Diff(tt.want, got, opts); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRelaysInRelays(t *testing.T) {
	t.Parallel()
	b := message(1)
	for range 100 {
		b = relay(12, option(9, b))
	}
	if _, err := dhcp6.Decode(b); !errors.Is(err, dhcp6.ErrRelay) {
		t.Errorf("error %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(relay(12, option(9, message(7, option(25, make([]byte, 12), option(26, make([]byte, 25))), option(64, []byte{1, 'a'})))))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, _ := dhcp6.Decode(b); len(m.Addresses) > 64 || len(m.Delegated) > 64 || len(m.S46) > 3 {
			t.Errorf("not bounded: %+v", m)
		}
	})
}
