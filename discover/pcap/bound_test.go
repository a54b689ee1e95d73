package pcap_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// flood makes frames as they are read: n SYNs from random sources, and behind
// them a tunnel, an announcement, and an answered flow to the outside.
type flood struct {
	n    int
	rng  *rand.Rand
	rest []byte
}

func (f *flood) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.n == 0 {
			f.n = -1
			talk := (&conversation{client: "10.50.0.10", server: "203.0.113.77"}).
				up(17, udp(40000, 51820, wireGuard(1, 148, 7))).down(17, udp(51820, 40000, wireGuard(2, 92, 8, 7)))
			f.rest = classicFile(1, append(talk.frames, eth(fact.MAC{1, 0x80, 0xc2, 0, 0, 0x0e}, macC, 0x88cc, lldpUnit("sw-lab")))...)[24:]
			break
		}
		if f.n < 0 {
			return 0, bytes.ErrTooLarge
		}
		f.n--
		v := f.rng.Uint64()
		src := fact.MAC{2, byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24), byte(v >> 32)}
		frame := eth(macB, src, 0x0800, join([]byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0}, be32(uint32(v)|0x20000000), be32(0xc0000201), tcp(uint16(v>>32), uint16(v>>48), 1, syn, nil)))
		f.rest = classicFile(1, frame)[24:]
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// lldpUnit is an LLDP data unit of a device of that name.
func lldpUnit(name string) []byte {
	return join([]byte{2, 7, 4}, macC[:], []byte{4, 3, 7, '1', '2', 6, 2, 0, 120, 10, byte(len(name))}, []byte(name), []byte{0, 0})
}

// discard counts facts and keeps those that the tests ask for.
type discard struct {
	kinds map[fact.Kind]int
	gaps  []fact.Gap
	obs   []fact.Observation
}

func (d *discard) Emit(o fact.Observation) error {
	d.kinds[o.Fact.Kind()]++
	switch f := o.Fact.(type) {
	case fact.Gap:
		d.gaps = append(d.gaps, f)
	case fact.Tunnel, fact.NeighborAnnouncement:
		d.obs = append(d.obs, o)
	case fact.Flow:
		if f.Answered {
			d.obs = append(d.obs, o)
		}
	}
	return nil
}

func (d *discard) Skip(string, error) {}

// TestFlood wants the tables bounded, the gaps told, and what came after the
// flood found nevertheless.
func TestFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a million frames")
	}
	const frames, bound = 1_000_000 / slower, 96 << 20
	d := &discard{kinds: map[fact.Kind]int{}}
	r := &flood{n: frames, rng: rand.New(rand.NewPCG(1, 2))}
	peak := uint64(0)
	watched := readerFunc(func(p []byte) (int, error) {
		if r.n%100_000 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
		return r.Read(p)
	})
	in := discover.NewInput("flood", "", &until{watched, classicFile(1)}, func() string { return "d" })
	sum, err := pcap.Formats()[0].Read(context.Background(), in, d)
	if err == nil || !strings.Contains(err.Error(), bytes.ErrTooLarge.Error()) {
		t.Fatalf("error %v", err)
	}
	if sum.Records != frames+3 {
		t.Errorf("%d frames", sum.Records)
	}
	t.Logf("heap %d MiB at most; %v", peak>>20, d.kinds)
	if peak > bound {
		t.Errorf("heap of %d octets, want at most %d", peak, bound)
	}
	if d.kinds["station"] > 65_536 || d.kinds["flow"] > 65_536 {
		t.Errorf("too many facts: %v", d.kinds)
	}
	if len(d.gaps) < 2 {
		t.Errorf("gaps %+v, want stations and flows", d.gaps)
	}
	if len(facts[fact.Tunnel](d.obs)) != 1 || len(facts[fact.NeighborAnnouncement](d.obs)) != 1 || len(facts[fact.Flow](d.obs)) != 1 {
		t.Errorf("the flood displaced what matters: %+v", d.obs)
	}
}

// until reads head before the rest.
type until struct {
	rest readerFunc
	head []byte
}

func (u *until) Read(p []byte) (int, error) {
	if len(u.head) > 0 {
		n := copy(p, u.head)
		u.head = u.head[n:]
		return n, nil
	}
	return u.rest(p)
}

// benchFile is a capture of 100,000 frames of 2,000 hosts: 40 frames of each
// connection, a third of them with a VLAN tag, some DNS and ARP.
func benchFile() []byte {
	rng := rand.New(rand.NewPCG(3, 4))
	var frames [][]byte
	payload := make([]byte, 560)
	for len(frames) < 100_000 {
		v := rng.Uint32()
		client, server := join([]byte{10, 1, byte(v % 8)}, []byte{byte(v >> 8)}), join([]byte{10, 2, 0}, []byte{byte(v >> 16)})
		if v&3 == 0 {
			server = []byte{198, 51, byte(v >> 24), byte(v >> 16)}
		}
		mac := fact.MAC{2, 1, 0, 0, client[2], client[3]}
		packet := func(up bool, proto byte, segment []byte) {
			head := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, proto, 0, 0}
			binary.BigEndian.PutUint16(head[2:], uint16(20+len(segment)))
			src, dst, from, to := client, server, mac, macB
			if !up {
				src, dst, from, to = server, client, macB, mac
			}
			p, kind := join(head, src, dst, segment), uint16(0x0800)
			if v&0x30 == 0 {
				p, kind = join(be16(uint16(10+v%8)), be16(kind), p), 0x8100
			}
			frames = append(frames, eth(to, from, kind, p))
		}
		port := uint16(40000 + v%10000)
		if v&0xf00 == 0 {
			packet(true, 17, udp(port, 53, dnsMessage(0x0100, [][]byte{question(dnsName("host", "example"), 1)}, nil)))
			continue
		}
		packet(true, 6, tcp(port, 443, 0, syn, nil))
		packet(false, 6, tcp(443, port, 0, syn|ack, nil))
		packet(true, 6, tcp(port, 443, 1, ack, clientHello("www.example.jp", 100)))
		for i := range 36 {
			packet(i%3 == 0, 6, tcp(map[bool]uint16{true: port, false: 443}[i%3 == 0], map[bool]uint16{true: 443, false: port}[i%3 == 0], uint32(i), ack, payload))
		}
	}
	return classicFile(1, frames...)
}

func BenchmarkRead(b *testing.B) {
	file := benchFile()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		in := discover.NewInput("bench", "", bytes.NewReader(file), func() string { return "d" })
		if _, err := pcap.Formats()[0].Read(context.Background(), in, &discard{kinds: map[fact.Kind]int{}}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestNoAllocation wants frames of known conversations to cost no allocation.
func TestNoAllocation(t *testing.T) {
	talk := (&conversation{client: "10.0.0.5", server: "198.51.100.9"}).
		up(6, tcp(50000, 443, 0, syn, nil)).down(6, tcp(443, 50000, 0, syn|ack, nil)).up(17, udp(50001, 60001, make([]byte, 100)))
	allocations := func(n int) float64 {
		frames := talk.frames
		for i := range n {
			frames = append(frames, talk.frames[i%3])
		}
		file := classicFile(1, frames...)
		return testing.AllocsPerRun(3, func() { readBytes(t, "x", file) })
	}
	// The race detector makes pools forget some of what they are given.
	if few, many := allocations(100), allocations(10_100); many-few > 10*slower {
		t.Errorf("10,000 frames more cost %v allocations more", many-few)
	}
}

// TestFloodWhileListening holds that evidence does not grow with a flood of
// stations that send once, though what is new is told while listening; and that
// who sends again is told before the end.
func TestFloodWhileListening(t *testing.T) {
	t.Parallel()
	const stations, limit = 300_000, 65_536
	frame := func(i int) []byte {
		return eth(all1, fact.MAC{2, 1, byte(i >> 16), byte(i >> 8), byte(i)}, 0x88b5, make([]byte, 46))
	}
	early, all := pcap.Told(func(yield func([]byte) bool) {
		for i := range stations {
			if !yield(frame(i)) {
				return
			}
		}
	}, 1000)
	if early > limit/8 || all > limit+limit/8+16 || all < limit/2 {
		t.Errorf("%d facts before the end, %d in all", early, all)
	}
	early, _ = pcap.Told(func(yield func([]byte) bool) {
		for i := range 2 * limit / 4 {
			if !yield(frame(i / 2)) {
				return
			}
		}
	}, 1000)
	if early < limit/4-1000 {
		t.Errorf("of %d stations that sent twice %d were told before the end", limit/4, early)
	}
}
