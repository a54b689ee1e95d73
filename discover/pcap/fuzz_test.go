package pcap_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kanmon/discover"
	"kanmon/discover/pcap"
)

// FuzzRead reads whole files: whatever they hold, reading ends, and does not
// panic.
func FuzzRead(f *testing.F) {
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	f.Add(classicFile(1, arp, eth(macB, macA, 0x0800, ip4("10.0.0.1", "10.0.0.2", 6, tcp(50000, 443, 1, ack, clientHello("a.example", 0))))))
	f.Add(ngFile(binary.LittleEndian, 1, arp))
	f.Add(ngFile(binary.BigEndian, 113, arp))
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, format := range pcap.Formats() {
			if !format.Match(b[:min(len(b), discover.HeadLen)]) {
				continue
			}
			in := discover.NewInput("fuzz", "", bytes.NewReader(b), func() string { return "sha256:fuzz" })
			_, _ = format.Read(context.Background(), in, &strict{})
		}
	})
}

// FuzzFrame reads single frames of every link type.
func FuzzFrame(f *testing.F) {
	links := []uint32{0, 1, 9, 12, 50, 51, 101, 104, 105, 108, 113, 127, 228, 229, 276}
	for i := range links {
		f.Add(uint8(i), eth(macB, macA, 0x0800, ip4("10.0.0.1", "10.0.0.2", 47, join(be16(0x1000), be16(0x88be), be32(1), make([]byte, 8), eth(all1, macA, 0x88cc, []byte{2, 7, 4, 1, 2, 3, 4, 5, 6})))))
	}
	talk := (&conversation{client: "10.0.0.1", server: "198.51.100.2"}).
		up(17, udp(40000, 53, dnsMessage(0x0100, [][]byte{question(dnsName("a", "example"), 1)}, nil))).
		up(17, udp(5353, 5353, dnsMessage(0x8400, nil, [][]byte{record(dnsName("_http", "_tcp", "local"), 12, dnsName("x", "_http", "_tcp", "local"))}))).
		up(17, udp(4500, 4500, join(be32(0), ike(true, nil)))).up(17, udp(40000, 51820, wireGuard(1, 148, 7))).
		up(6, tcp(40000, 443, 1, ack, clientHello("a.example", 40))).up(4, ip4("10.0.0.1", "10.0.0.2", 6, tcp(1, 2, 3, ack, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")))).
		up(17, udp(68, 67, make([]byte, 300))).up(17, udp(137, 137, make([]byte, 60)))
	for _, frame := range talk.frames {
		f.Add(uint8(1), frame)
	}
	f.Fuzz(func(t *testing.T, link uint8, b []byte) {
		file := classicFile(links[int(link)%len(links)], b, b[len(b)/2:], b)
		for _, format := range pcap.Formats() {
			if format.Match(file) {
				in := discover.NewInput("fuzz", "", bytes.NewReader(file), func() string { return "sha256:fuzz" })
				if _, err := format.Read(context.Background(), in, &strict{}); err != nil {
					t.Errorf("a whole file gives the error %v", err)
				}
			}
		}
	})
}

// TestFailingDecoder holds that a decoder that fails loses its frame only.
func TestFailingDecoder(t *testing.T) {
	t.Parallel()
	err := pcap.FailingFrame(eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2")))
	if !errors.Is(err, pcap.ErrFault) {
		t.Errorf("the error is %v", err)
	}
}

// TestCutEverywhere cuts files at each octet: what came before is kept, and the
// error names the frame.
func TestCutEverywhere(t *testing.T) {
	t.Parallel()
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	for name, file := range map[string][]byte{"pcap": classicFile(1, arp, arp), "pcapng": ngFile(binary.BigEndian, 1, arp, arp)} {
		for n := 28; n < len(file); n++ {
			r := readBytes(t, name, file[:n])
			if r.sum.Records == 1 && len(r.obs) != 2 {
				t.Fatalf("%s cut at %d: one frame, but %d facts", name, n, len(r.obs))
			}
			if r.err == nil && (name == "pcap" && (n-24)%(16+len(arp)) != 0) {
				t.Fatalf("%s cut at %d: no error", name, n)
			}
		}
	}
}

// TestCorruptSeeds runs captures that broke other programs through the fuzz
// target's check by cutting and flipping them.
func TestCorruptSeeds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(captureFolder(t), "corrupt", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(b)/64)
		for i := 24; i < len(b); i += step {
			flipped := bytes.Clone(b)
			flipped[i] ^= 0xff
			readBytes(t, name, flipped)
			readBytes(t, name, b[:i])
		}
	}
}
