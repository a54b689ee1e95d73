package pcap_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// TestFloodedLab spreads a million made-up frames among those of the recorded
// lab: what tells of ways out must still be found.
// It is not run beside other tests, whose memory would count as ours.
func TestFloodedLab(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 1,600,000 frames")
	}
	const bound = 100 << 20
	tests := []struct {
		name, capture string
		frames        int
		noise         noise
		kinds         []fact.Kind // that the capture holds, among others
	}{
		{
			name: "random stations", capture: "mirror0", frames: 1_000_000, noise: noise{randomMAC: true},
			kinds: []fact.Kind{"tunnel", "server-name", "flow", "neighbor-announcement", "transit", "name-query"},
		},
		{
			name: "one station", capture: "mirror1", frames: 300_000, noise: noise{mac: fact.MAC{2, 0xbd, 0, 0, 0, 1}},
			kinds: []fact.Kind{"flow", "router-advertisement", "neighbor-announcement"},
		},
		{
			name: "beginnings of tunnels", capture: "mirror0", frames: 300_000, noise: noise{randomMAC: true, tunnels: true},
			kinds: []fact.Kind{"tunnel"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := unzipped(t, filepath.Join("..", "..", "testdata", "sites", "lab", "evidence", tt.capture+".pcap.gz"))
			want := waysOut(readBytes(t, tt.capture, b).obs)
			for _, kind := range tt.kinds {
				if !slices.ContainsFunc(want, func(o fact.Observation) bool { return o.Fact.Kind() == kind }) {
					t.Errorf("%s holds no %s", tt.capture, kind)
				}
			}
			f := &tt.noise
			f.rng = rand.New(rand.NewPCG(5, 6))
			tt.frames /= slower
			r := &flooded{real: b[24:], noise: f, each: tt.frames/countFrames(b) + 1}
			r.rest = b[:24:24]
			var c discover.Collection
			in := discover.NewInput("lab", "", r, func() string { return "sha256:test" })
			sum, err := pcap.Formats()[0].Read(context.Background(), in, &c)
			if err != nil || sum.Records < uint64(tt.frames) {
				t.Fatalf("%d frames, %v", sum.Records, err)
			}
			have := make(map[fact.ID]bool)
			kinds := make(map[fact.Kind]int)
			for _, o := range c.Observations() {
				have[o.ID] = true
				kinds[o.Fact.Kind()]++
				if g, ok := o.Fact.(fact.Gap); ok {
					t.Logf("gap: %s: %s", g.What, g.Why)
				}
			}
			lost := 0
			for _, o := range want {
				if !have[o.ID] {
					if lost++; lost <= 20 {
						t.Errorf("lost: %s %+v, seen %d times", o.Fact.Kind(), o.Fact, o.Seen[0].Count)
					}
				}
			}
			t.Logf("%d frames, %d of %d lost, heap %d MiB at most, %v", sum.Records, lost, len(want), r.peak>>20, kinds)
			if r.peak > bound {
				t.Errorf("heap of %d octets, want at most %d", r.peak, bound)
			}
		})
	}
}

// waysOut returns what tells of ways out and of the network itself.
func waysOut(obs []fact.Observation) []fact.Observation {
	public := func(ip netip.Addr) bool { return ip.IsValid() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() }
	return slices.DeleteFunc(slices.Clone(obs), func(o fact.Observation) bool {
		switch f := o.Fact.(type) {
		case fact.Tunnel, fact.NeighborAnnouncement, fact.RouterAdvertisement, fact.DHCPServer, fact.Transit, fact.ControlSpeaker:
			return false
		case fact.ServerName:
			return !public(f.Server.IP)
		case fact.Flow:
			return !f.Answered || !public(f.Server.IP) && !public(f.Client.IP)
		case fact.NameAnswer:
			return false
		case fact.NameQuery:
			return false
		}
		return true
	})
}

func unzipped(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func countFrames(b []byte) int {
	n := 0
	for b = b[24:]; len(b) >= 16; n++ {
		b = b[16+binary.LittleEndian.Uint32(b[8:]):]
	}
	return n
}

// flooded gives the records of a capture with made-up ones before each.
type flooded struct {
	real, rest []byte
	noise      *noise
	each, left int
	stamp      []byte
	given      int
	peak       uint64
}

// Read implements io.Reader.
func (f *flooded) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.left > 0 && f.stamp != nil {
			f.left--
			frame := f.noise.frame()
			head := slices.Concat(f.stamp, binary.LittleEndian.AppendUint32(nil, uint32(len(frame))), binary.LittleEndian.AppendUint32(nil, uint32(len(frame))))
			f.rest = append(head, frame...)
			if f.given++; f.given%200_000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				f.peak = max(f.peak, m.HeapAlloc)
			}
			continue
		}
		if len(f.real) == 0 {
			return 0, io.EOF
		}
		n := 16 + int(binary.LittleEndian.Uint32(f.real[8:]))
		f.stamp, f.left = f.real[:8], f.each
		f.rest, f.real = f.real[:n], f.real[n:]
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// noise makes up frames of many kinds, each from an address of its own.
type noise struct {
	rng       *rand.Rand
	mac       fact.MAC
	randomMAC bool
	tunnels   bool
}

func (n *noise) bytes(count int) []byte {
	b := make([]byte, count)
	for i := range b {
		b[i] = byte(n.rng.Uint32())
	}
	return b
}

func (n *noise) name() []byte { return fmt.Appendf(nil, "h%x", n.rng.Uint64()) }

// inside is a private address, or any other.
func (n *noise) address() string {
	b := [4]byte(n.bytes(4))
	if b[0]&1 == 0 {
		b[0] = 10
	} else {
		b[0] = 20 + b[0]%80
	}
	return netip.AddrFrom4(b).String()
}

func (n *noise) address6() string {
	b := [16]byte(n.bytes(16))
	b[0], b[1] = 0x20, 0x01
	return netip.AddrFrom16(b).String()
}

func (n *noise) frame() []byte {
	mac := n.mac
	if n.randomMAC {
		copy(mac[2:], n.bytes(4))
	}
	gateway := fact.MAC{2, 0xfe, 0, 0, 0, 1}
	port := 1024 + uint16(n.rng.Uint32()%60000)
	v4 := func(proto byte, b []byte) []byte {
		return eth(gateway, mac, 0x0800, ip4(n.address(), n.address(), proto, b))
	}
	v6 := func(next byte, b []byte) []byte {
		return eth(gateway, mac, 0x86dd, ip6(n.address6(), n.address6(), next, 64, b))
	}
	if n.tunnels {
		switch n.rng.Uint32() % 8 {
		case 0:
			return v4(50, join(be32(n.rng.Uint32()|0x1000), be32(1), n.bytes(60)))
		case 1:
			return v4(17, udp(500, 500, ike(true, nil)))
		case 2:
			return v4(17, udp(port, 51820, wireGuard(1, 148, n.rng.Uint32())))
		case 3:
			return v4(47, join([]byte{0, 0, 8, 0}, ip4(n.address(), n.address(), 17, udp(port, 53, n.bytes(20)))))
		case 4:
			return v4(41, ip6(n.address6(), n.address6(), 58, 64, []byte{128, 0, 0, 0, 0, 0, 0, 0}))
		case 5:
			return eth(all1, mac, 0x8863, []byte{0x11, 9, 0, 0, 0, 4, 1, 1, 0, 0})
		case 6:
			return v4(17, udp(port, 4500, join(be32(n.rng.Uint32()|0x1000), be32(1), n.bytes(60))))
		}
		return v4(4, ip4(n.address(), n.address(), 6, tcp(port, 443, 1, syn, nil)))
	}
	switch n.rng.Uint32() % 14 {
	case 0, 1:
		return v4(6, tcp(port, 443, n.rng.Uint32(), syn, nil))
	case 2:
		return v6(6, tcp(port, 443, n.rng.Uint32(), syn, nil))
	case 3:
		return v4(17, udp(port, 53, dnsMessage(0x0100, [][]byte{question(dnsName(string(n.name()), "example"), 1)}, nil)))
	case 4:
		name := dnsName(string(n.name()), "com")
		return v4(17, udp(53, port, dnsMessage(0x8180, [][]byte{question(name, 1)}, [][]byte{record(name, 1, n.bytes(4))})))
	case 5:
		return eth(all1, mac, 0x0806, arp4(1, mac, n.address(), fact.MAC{}, n.address()))
	case 6:
		payload := join([]byte{134, 0, 0, 0, 64, 0}, be16(1800), be32(0), be32(0), []byte{3, 4, 64, 0xc0}, be32(86400), be32(86400), be32(0), addr(n.address6()))
		return eth(fact.MAC{0x33, 0x33, 0, 0, 0, 1}, mac, 0x86dd, ip6("fe80::"+fmt.Sprintf("%x", n.rng.Uint32()&0xffff), "ff02::1", 58, 255, payload))
	case 7:
		return eth(fact.MAC{1, 0x80, 0xc2, 0, 0, 0x0e}, mac, 0x88cc, lldpUnit(string(n.name())))
	case 8:
		name := dnsName(string(n.name()), "local")
		return eth(fact.MAC{1, 0, 0x5e, 0, 0, 0xfb}, mac, 0x0800, ip4(n.address(), "224.0.0.251", 17, udp(5353, 5353, dnsMessage(0x8400, nil, [][]byte{record(name, 1, n.bytes(4))}))))
	case 9:
		b := join([]byte{1, 1, 6, 0}, be32(n.rng.Uint32()), make([]byte, 20), mac[:], make([]byte, 10+192), []byte{0x63, 0x82, 0x53, 0x63, 53, 1, 1, 12, 6}, n.name()[:6], []byte{255})
		return eth(all1, mac, 0x0800, ip4("0.0.0.0", "255.255.255.255", 17, udp(68, 67, b)))
	case 10:
		return v4(6, tcp(port, 443, 1, ack, clientHello(string(n.name())+".example", 0)))
	case 11:
		return v6(17, udp(port, 443, n.bytes(40)))
	case 12:
		return v4(1, join([]byte{8, 0, 0, 0}, n.bytes(8)))
	}
	return bytes.Clone(eth(gateway, mac, 0x86dd, ip6("fe80::2", n.address6(), 58, 255, join([]byte{136, 0, 0, 0, 0x60, 0, 0, 0}, addr(n.address6()), []byte{2, 1}, mac[:]))))
}
