package dhcp_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/dhcp"
)

func message(op byte, yiaddr, giaddr [4]byte, options ...[]byte) []byte {
	b := make([]byte, 236)
	b[0], b[1], b[2] = op, 1, 6
	copy(b[16:], yiaddr[:])
	copy(b[24:], giaddr[:])
	copy(b[28:], []byte{2, 0, 0, 0, 0, 7})
	return slices.Concat(b, []byte{0x63, 0x82, 0x53, 0x63}, slices.Concat(options...))
}

func option(code byte, v ...byte) []byte { return append([]byte{code, byte(len(v))}, v...) }

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestDecode(t *testing.T) {
	t.Parallel()
	none := ip("0.0.0.0")
	base := dhcp.Message{Client: [6]byte{2, 0, 0, 0, 0, 7}, ClientIP: none, YourIP: none, RelayIP: none}
	request := base
	request.Type, request.HostName, request.VendorClass, request.Fingerprint, request.RequestedIP = dhcp.Request, "RUT241", "udhcp 1.34", "1,3,6,15", ip("10.30.0.77")
	ack := base
	ack.Type, ack.Reply, ack.YourIP, ack.RelayIP, ack.ServerID, ack.MaskBits = dhcp.Ack, true, ip("10.30.0.77"), ip("10.30.0.1"), ip("10.60.0.53"), 24
	ack.Routers, ack.DNSServers, ack.DomainName = []netip.Addr{ip("10.30.0.1")}, []netip.Addr{ip("10.60.0.53"), ip("10.60.0.54")}, "hospital.example"
	ack.SearchDomains = []string{"a.example", "b.example"}
	named := base
	named.Type, named.HostName = dhcp.Discover, "pc.example"
	routed := base
	routed.Type, routed.Reply, routed.YourIP, routed.SixRD, routed.ProxyHost = dhcp.Ack, true, ip("10.30.0.77"), true, "wpad.hospital.example"
	routed.Routers = []netip.Addr{ip("10.30.0.1"), ip("10.30.0.5"), ip("10.30.0.254")}
	spread := base
	spread.Type, spread.HostName, spread.VendorClass = dhcp.Discover, "in-file", "in-sname"
	overloaded := message(1, [4]byte{}, [4]byte{}, option(53, 1), option(52, 3), []byte{255})
	copy(overloaded[108:], append(option(12, []byte("in-file")...), 255))
	copy(overloaded[44:], append(option(60, []byte("in-sname")...), 255))
	cut := base
	cut.Type = dhcp.Discover
	for _, tt := range []struct {
		name string
		in   []byte
		want dhcp.Message
		err  error
	}{
		{name: "request", want: request, in: message(1, [4]byte{}, [4]byte{}, []byte{0, 0}, option(53, 3), option(12, []byte("RUT241")...), option(60, []byte("udhcp 1.34")...), option(55, 1, 3, 6, 15), option(50, 10, 30, 0, 77), []byte{255})},
		{name: "relayed acknowledgement", want: ack, in: message(2, [4]byte{10, 30, 0, 77}, [4]byte{10, 30, 0, 1}, option(53, 5), option(54, 10, 60, 0, 53), option(1, 255, 255, 255, 0),
			option(3, 10, 30, 0, 1), option(6, 10, 60, 0, 53, 10, 60, 0, 54), option(15, []byte("Hospital.example\x00")...),
			option(119, []byte("\x01a\x07example\x00\x01b")...), option(119, 0xc0, 2), []byte{255})},
		{name: "client FQDN", want: named, in: message(1, [4]byte{}, [4]byte{}, option(53, 1), option(81, append([]byte{4, 0, 0}, "\x02PC\x07example\x00"...)...), []byte{255})},
		{name: "routers of static routes", want: routed, in: message(2, [4]byte{10, 30, 0, 77}, [4]byte{}, option(53, 5), option(3, 10, 30, 0, 1), option(33, 10, 9, 0, 0, 10, 30, 0, 5),
			option(121, 24, 10, 8, 0, 10, 30, 0, 254, 0, 10, 30), option(121, 0, 1, 16, 10, 7, 0, 0, 0, 0), option(249, 99), option(212, make([]byte, 22)...), option(252, []byte("http://wpad.hospital.example/wpad.dat\n")...), []byte{255})},
		{name: "options in other fields", want: spread, in: overloaded},
		{name: "plain BOOTP", want: base, in: message(1, [4]byte{}, [4]byte{})[:236]},
		{name: "option too long", want: cut, err: dhcp.ErrOption, in: message(1, [4]byte{}, [4]byte{}, option(53, 1), []byte{12, 99, 'a'})},
		{name: "cut", err: dhcp.ErrShort, in: make([]byte, 200)},
		{name: "not a BOOTP message", err: dhcp.ErrOther, in: make([]byte, 300)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := dhcp.Decode(tt.in)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	m, err := dhcp.Decode(message(2, [4]byte{10, 0, 0, 1}, [4]byte{}, option(1, 255, 0, 255, 0), []byte{255}))
	if err != nil || m.MaskBits != 0 {
		t.Errorf("mask with a hole: %d bits, %v", m.MaskBits, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(message(1, [4]byte{}, [4]byte{}, option(53, 1), option(119, 1, 'a', 0, 0xc0, 0), option(81, 4, 0, 0, 1, 'a'), []byte{255}))
	f.Add(message(2, [4]byte{10, 30, 0, 77}, [4]byte{}, option(53, 5), option(52, 3), option(121, 24, 10, 8, 0, 10, 30, 0, 254), option(252, 'h', ':'), []byte{255}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, _ := dhcp.Decode(b); len(m.Routers) > 32 || len(m.SearchDomains) > 32 || m.MaskBits > 32 {
			t.Errorf("not bounded: %+v", m)
		}
	})
}
