package capwap_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/capwap"
	"kanmon/discover/internal/wire/wiretest"
)

// Of tests/cfgs/default/pcap/capwap.pcap of nDPI: a request, its response, and a
// frame of a client with the octets of its frame control in reverse, up to the
// header of IP.
const (
	request  = "002002100000000006580a20690e20e800000001000066000014000100002700280202000100409600000000040100000000409600000100040705660000409600000200040c0419000029000104002c0001010025000a0040960000cf01000001002500160040960000054150623833382e363166332e30356163"
	response = "0010020000000000000000020000650000010024000003e8000000050201000300409600000100040705660000409600000000040100000100040009436973636f32353034041800050000000000000a0006c0a80a090000002500070040960000d0000025000b00409600009754c7045f00"
	client   = "00204320000000000104ed4d0000000001082c00580a20690e201caba7f2139dffffffffffff0000aaaa03000000080045000148ec5a0000ff11ce4a00000000ffffffff"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	// A join request as RFC 5415, 4.6 builds it, in the clear.
	join := slices.Concat([]byte{0, 0x10, 0x02, 0, 0, 0, 0, 0}, []byte{0, 0, 0, 3, 0, 0, 0, 0},
		[]byte{0, 45, 0, 5}, []byte("ap-3f"),
		[]byte{0, 38, 0, 23, 0, 0, 0x41, 0, 0, 0, 0, 5}, []byte("AX100"), []byte{0, 1, 0, 6}, []byte("SN1234"),
		[]byte{0, 39, 0, 17, 1, 1, 1, 1, 0, 3, 0, 0, 0x41, 0, 0, 1, 0, 3}, []byte("4.2"))
	for _, tt := range []struct {
		name string
		in   []byte
		want capwap.Message
		ok   bool
	}{
		{name: "discovery request", in: wiretest.Hex(request), want: capwap.Message{Name: "APb838.61f3.05ac", Software: "7.5.102.0", Hardware: "1.0.0.0"}, ok: true},
		{name: "discovery response", in: wiretest.Hex(response), want: capwap.Message{Controller: true, Name: "Cisco2504", Software: "7.5.102.0", Hardware: "1.0.0.1", Addresses: []netip.Addr{netip.MustParseAddr("192.168.10.9")}}, ok: true},
		{name: "join request", in: join, want: capwap.Message{Name: "ap-3f", Model: "AX100", Serial: "SN1234", Software: "4.2"}, ok: true},
		{name: "without elements", in: join[:16], want: capwap.Message{}, ok: true},
		{name: "cut", in: join[:24], want: capwap.Message{}, ok: true},
		{name: "fragment", in: append([]byte{0, 0x10, 0x02, 0x80}, join[4:]...)},
		{name: "header longer than all", in: append([]byte{0, 0xf8, 0x02, 0}, join[4:20]...)},
		{name: "encrypted", in: append([]byte{1}, join[1:]...)},
		{name: "echo request", in: append(slices.Clone(join[:8]), 0, 0, 0, 13, 0, 0, 0, 0)},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := capwap.Decode(tt.in)
			if ok != tt.ok {
				t.Fatalf("taken: %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestData(t *testing.T) {
	t.Parallel()
	ether := slices.Concat(wiretest.Hex("ffffffffffff1caba7f2139d0806"), make([]byte, 28))
	order := slices.Clone(wiretest.Hex(client))
	order[16], order[17] = order[17], order[16]
	from, to, payload := [6]byte(wiretest.Hex("1caba7f2139d")), [6]byte(wiretest.Hex("ffffffffffff")), wiretest.Hex("45000148ec5a0000ff11ce4a00000000ffffffff")
	for _, tt := range []struct {
		name string
		in   []byte
		want capwap.Frame
		ok   bool
	}{
		{name: "frame control in reverse", in: wiretest.Hex(client), want: capwap.Frame{From: from, To: to, Type: 0x0800, Payload: payload}, ok: true},
		{name: "frame control in order", in: order, want: capwap.Frame{From: from, To: to, Type: 0x0800, Payload: payload}, ok: true},
		{name: "Ethernet", in: append(wiretest.Hex("0010020000000000"), ether...), want: capwap.Frame{Ethernet: ether}, ok: true},
		{name: "keep-alive", in: append(wiretest.Hex("0010020800000000"), 0, 22), ok: true},
		{name: "fragment", in: append(wiretest.Hex("0010028000000000"), ether...), ok: true},
		{name: "beacon", in: slices.Concat(wiretest.Hex("0010030000000000"), []byte{0x80, 0}, make([]byte, 30)), ok: true},
		{name: "encrypted Wi-Fi", in: slices.Concat(wiretest.Hex("0010030000000000"), []byte{0x08, 0x41}, make([]byte, 30)), ok: true},
		{name: "four addresses, cut", in: slices.Concat(wiretest.Hex("0010030000000000"), []byte{0x08, 0x03}, make([]byte, 24))},
		{name: "reserved bits", in: append(wiretest.Hex("0010020700000000"), ether...)},
		{name: "another radio", in: append(wiretest.Hex("0010050000000000"), ether...)},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := capwap.Data(tt.in)
			if ok != tt.ok {
				t.Fatalf("taken: %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got); ok && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncrypted(t *testing.T) {
	t.Parallel()
	hello := wiretest.Hex("0100000016feff000000000000000000c3")
	if !capwap.Encrypted(hello) || capwap.Encrypted(hello[:16]) || capwap.Encrypted(hello[4:]) || capwap.Encrypted(make([]byte, 32)) {
		t.Error("DTLS behind the preamble of CAPWAP, and only that")
	}
}

func TestIsControl(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   string
		want bool
	}{
		"request": {request, true}, "response": {response, true}, "encrypted": {"0100000016feff000000000000000000c3", true},
		"cut": {request[:100], false}, "frame": {client, false}, "nothing": {"", false},
	} {
		if got := capwap.IsControl(wiretest.Hex(tt.in)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{request, response, client} {
		f.Add(wiretest.Hex(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := capwap.Decode(b); ok && len(m.Addresses) > 16 {
			t.Errorf("%d addresses", len(m.Addresses))
		}
		if d, ok := capwap.Data(b); ok && d.Ethernet != nil && len(d.Ethernet) < 14 {
			t.Errorf("frame of %d octets", len(d.Ethernet))
		}
	})
}
