package lab_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"kanmon/testdata/lab"
)

// datagram is UDP from 10.0.0.1:4500 to 10.0.0.2:4501, in an Ethernet frame.
func datagram(payload []byte) []byte {
	frame := append(make([]byte, 12), 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, unix.IPPROTO_UDP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
	for _, n := range []int{4500, 4501, 8 + len(payload), 0} {
		frame = binary.BigEndian.AppendUint16(frame, uint16(n))
	}
	return append(frame, payload...)
}

func TestReadPacket(t *testing.T) {
	whole := datagram([]byte("payload"))
	protocol, from, to, payload, ok := lab.ReadPacket(whole)
	if !ok || protocol != unix.IPPROTO_UDP || from.String() != "10.0.0.1:4500" || to.String() != "10.0.0.2:4501" || string(payload) != "payload" {
		t.Errorf("got %d %s > %s %q, %v", protocol, from, to, payload, ok)
	}
	for n := range 14 + 20 + 8 {
		if _, _, _, _, ok := lab.ReadPacket(whole[:n]); ok {
			t.Errorf("%d octets are a packet", n)
		}
	}
}

func TestKindOf(t *testing.T) {
	ike := append(append(bytes.Repeat([]byte{7}, 16), 33, 0x20), make([]byte, 10)...)
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"IKE", ike, "ike"},
		{"IKE behind four zeros", append(make([]byte, 4), ike...), "ike on 4500"},
		{"ESP", bytes.Repeat([]byte{7}, 40), "esp"},
		{"a keepalive of one octet", []byte{0xff}, ""},
		{"WireGuard's keepalive", append([]byte{4, 0, 0, 0}, make([]byte, 28)...), "wireguard"},
		{"OpenVPN's data", append([]byte{9 << 3, 0, 0, 1}, make([]byte, 20)...), "openvpn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := lab.KindOf(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzReadPacket(f *testing.F) {
	f.Add(datagram([]byte("payload")))
	f.Add(datagram(nil)[:34])
	f.Fuzz(func(t *testing.T, frame []byte) {
		_, _, _, payload, ok := lab.ReadPacket(frame)
		if ok && len(payload) > len(frame)-14-20-8 {
			t.Errorf("a payload of %d octets in %d", len(payload), len(frame))
		}
		lab.KindOf(payload)
	})
}
