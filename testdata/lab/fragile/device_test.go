package fragile_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab/fragile"
)

// sent is an IPv4 frame to the device.
func sent(proto byte, into uint16, flags byte, payload string) []byte {
	transport := make([]byte, 8)
	if proto == 6 {
		transport = make([]byte, 20)
		transport[12], transport[13] = 5<<4, flags
	}
	binary.BigEndian.PutUint16(transport, 40000)
	binary.BigEndian.PutUint16(transport[2:], into)
	ip := make([]byte, 20)
	ip[0], ip[9] = 0x45, proto
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+len(transport)+len(payload)))
	frame := append(make([]byte, 12), 0x08, 0x00)
	return append(append(append(frame, ip...), transport...), payload...)
}

const (
	syn   = 0x02
	ack   = 0x10
	hello = "\x01\x00\x00\x00\x00\xcd\x00\x01" // how an association request begins
)

func TestReceive(t *testing.T) {
	connections := func(n int, apart time.Duration) (frames [][]byte, gap time.Duration) {
		for range n {
			frames = append(frames, sent(6, 104, syn, ""))
		}
		return frames, apart
	}
	scan := func(n int, apart time.Duration) (frames [][]byte, gap time.Duration) {
		for port := range n {
			frames = append(frames, sent(6, uint16(port+1), syn, ""))
		}
		return frames, apart
	}
	words := func(frames ...[]byte) ([][]byte, time.Duration) { return frames, time.Millisecond }
	type in struct {
		frames [][]byte
		apart  time.Duration
	}
	of := func(frames [][]byte, apart time.Duration) in { return in{frames, apart} }
	for _, tt := range []struct {
		name string
		in   in
		want string
	}{
		{"twenty connections at once", of(connections(20, 0)), ""},
		{"twenty-one connections at once", of(connections(21, 0)), "more than 20 connections within a second"},
		{"many connections, ten a second", of(connections(200, 100*time.Millisecond)), ""},
		{"a hundred ports, slowly", of(scan(100, time.Second)), ""},
		{"a hundred and one ports, slowly", of(scan(101, time.Second)), "a scan of more than 100 ports"},
		{"two hundred ports over an hour", of(scan(200, 18*time.Second)), ""},
		{"a connection to the printer's port", of(words(sent(6, 9100, syn, ""), sent(6, 9100, ack, ""))), ""},
		{"a byte on the printer's port", of(words(sent(6, 9100, ack, "x"))), "1 bytes on the printer's port 9100"},
		{"the same over UDP", of(words(sent(17, 9100, 0, "x"))), "1 bytes on the printer's port 9100"},
		{"an association request and its image", of(words(sent(6, 104, syn, ""), sent(6, 104, ack, hello), sent(6, 104, ack, "any"))), ""},
		{"a web request on the DICOM port", of(words(sent(6, 104, ack, "GET / HTTP/1.0"))), "14 bytes on port 104 that are not its protocol"},
		{"a request whose length is absurd", of(words(sent(6, 104, ack, "\x01\x00\xff\xff\xff\xff"))), "6 bytes on port 104 that are not its protocol"},
		{"wrong at the second time", of(words(sent(6, 104, ack, hello), sent(6, 104, syn, ""), sent(6, 104, ack, "x"))), "1 bytes on port 104 that are not its protocol"},
		{"an HL7 block", of(words(sent(6, 2575, ack, "\x0bMSH|"))), ""},
		{"HL7 without its block", of(words(sent(6, 2575, ack, "MSH|"))), "4 bytes on port 2575 that are not its protocol"},
		{"anything to a port that is nothing", of(words(sent(6, 80, ack, "GET /"), sent(17, 161, 0, "x"))), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d fragile.Device
			at, got := time.Unix(1_000_000, 0), ""
			for n, frame := range tt.in.frames {
				if got != "" {
					t.Fatalf("died at packet %d of %d: %s", n, len(tt.in.frames), got)
				}
				got = d.Receive(frame, at)
				at = at.Add(tt.in.apart)
			}
			if got != tt.want {
				t.Errorf("died of %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	var d fragile.Device
	for _, frame := range [][]byte{
		sent(6, 104, syn, ""), sent(6, 104, ack, hello), sent(6, 104, ack, ""), sent(17, 161, 0, "x"), sent(1, 0, 0, ""),
		append(make([]byte, 12), 0x08, 0x06), append(make([]byte, 12), 0x88, 0xcc),
		{1},
		append(make([]byte, 12), 0x86, 0xdd),
		sent(6, 104, syn, "")[:30],
	} {
		d.Receive(frame, time.Unix(0, 0))
	}
	want := map[string]int{
		"tcp 104 syn": 1, "tcp 104": 2, "udp 161": 1, "icmp 156": 1, "arp": 1, "ethernet 88cc": 1, "cut short": 1,
		"ipv6 cut short": 1, "ip cut short": 1,
	}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func FuzzReceive(f *testing.F) {
	f.Add(sent(6, 104, syn, hello))
	f.Add(sent(17, 9100, 0, "x"))
	f.Add(append(make([]byte, 12), 0x86, 0xdd, 0x60))
	f.Fuzz(func(t *testing.T, frame []byte) {
		var d fragile.Device
		for range 3 {
			d.Receive(frame, time.Unix(0, 0))
		}
		n := 0
		for _, count := range d.Counts() {
			n += count
		}
		if n != 3 {
			t.Errorf("%d packets counted of 3", n)
		}
	})
}
