package pcap_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

type appendOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// ngBlock writes a pcapng block.
func ngBlock(o appendOrder, kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(12 + len(body))
	return join(o.AppendUint32(o.AppendUint32(nil, kind), n), body, o.AppendUint32(nil, n))
}

func ngSection(o appendOrder) []byte {
	return ngBlock(o, 0x0a0d0d0a, join(o.AppendUint32(nil, 0x1a2b3c4d), o.AppendUint16(nil, 1), o.AppendUint16(nil, 0), bytes.Repeat([]byte{0xff}, 8)))
}

func ngOption(o appendOrder, code uint16, v []byte) []byte {
	n := len(v)
	for len(v)%4 != 0 {
		v = append(v, 0)
	}
	return join(o.AppendUint16(o.AppendUint16(nil, code), uint16(n)), v)
}

func ngInterface(o appendOrder, link uint16, options ...[]byte) []byte {
	return ngBlock(o, 1, join(o.AppendUint16(o.AppendUint16(nil, link), 0), o.AppendUint32(nil, 0), join(options...)))
}

func ngPacket(o appendOrder, iface uint32, stamp uint64, frame []byte) []byte {
	head := o.AppendUint32(o.AppendUint32(o.AppendUint32(nil, iface), uint32(stamp>>32)), uint32(stamp))
	return ngBlock(o, 6, join(o.AppendUint32(o.AppendUint32(head, uint32(len(frame))), uint32(len(frame))), frame))
}

func ngFile(o appendOrder, link uint16, frames ...[]byte) []byte {
	b := join(ngSection(o), ngInterface(o, link))
	for _, f := range frames {
		b = append(b, ngPacket(o, 0, 1_700_000_000_000_000, f)...)
	}
	return b
}

func TestFormats(t *testing.T) {
	t.Parallel()
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	le, be := binary.LittleEndian, binary.BigEndian
	big := classicFile(1)
	for i := 0; i < 24; i += 4 { // turn the header round
		be.PutUint32(big[i:], le.Uint32(big[i:]))
	}
	be.PutUint16(big[4:], 2)
	be.PutUint16(big[6:], 4)
	big = join(big, be32(1_700_000_000), be32(5), be32(uint32(len(arp))), be32(uint32(len(arp))), arp)
	nano := classicFile(1, arp)
	le.PutUint32(nano, 0xa1b23c4d)
	sll := join(be16(0), be16(1), be16(6), macA[:], be16(0), be16(0x0806), arp[14:])
	sll2 := join(be16(0x0806), be16(0), be32(2), be16(1), []byte{0, 6}, macA[:], be16(0), arp[14:])
	inner := ip4("10.0.0.1", "10.0.0.2", 17, udp(50000, 123, make([]byte, 48)))
	radiotap := join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, []byte{0x08, 0x01, 0, 0}, macB[:], macA[:], all1[:], be16(0), []byte{0xaa, 0xaa, 3, 0, 0, 0}, be16(0x0806), arp[14:])
	binding := "address-binding"
	for _, tt := range []struct {
		name    string
		in      []byte
		want    string // kind of a fact in it
		format  string
		links   []string
		vantage string
		nanos   int
	}{
		{name: "pcap", in: classicFile(1, arp), want: binding, format: "pcap", links: []string{"EN10MB"}, nanos: 5000},
		{name: "big-endian", in: big, want: binding, format: "pcap", links: []string{"EN10MB"}, nanos: 5000},
		{name: "nanoseconds", in: nano, want: binding, format: "pcap", links: []string{"EN10MB"}, nanos: 5},
		{name: "cooked", in: classicFile(113, sll), want: binding, format: "pcap", links: []string{"LINUX_SLL"}, nanos: 5000},
		{name: "cooked v2", in: classicFile(276, sll2), want: binding, format: "pcap", links: []string{"LINUX_SLL2"}, nanos: 5000},
		{name: "raw IP", in: classicFile(101, inner), want: "flow", format: "pcap", links: []string{"RAW"}, nanos: 5000},
		{name: "DLT 12", in: classicFile(12, inner), want: "flow", format: "pcap", links: []string{"RAW"}, nanos: 5000},
		{name: "loopback", in: classicFile(0, join([]byte{2, 0, 0, 0}, inner)), want: "flow", format: "pcap", links: []string{"NULL"}, nanos: 5000},
		{name: "PPP", in: classicFile(9, join([]byte{0xff, 3, 0, 0x21}, inner)), want: "flow", format: "pcap", links: []string{"PPP"}, nanos: 5000},
		{name: "radiotap", in: classicFile(127, radiotap), want: binding, format: "pcap", links: []string{"IEEE802_11_RADIO"}, nanos: 5000},
		{name: "pcapng", in: ngFile(le, 1, arp), want: binding, format: "pcapng", links: []string{"EN10MB"}},
		{name: "pcapng big-endian", in: ngFile(be, 1, arp), want: binding, format: "pcapng", links: []string{"EN10MB"}},
		{
			name: "two interfaces and sections", format: "pcapng", want: binding, links: []string{"EN10MB", "RAW"}, vantage: "eth0 (mirror of sw-lab), wan",
			in: join(
				ngSection(le), ngInterface(le, 1, ngOption(le, 2, []byte("eth0")), ngOption(le, 3, []byte("mirror of sw-lab")), ngOption(le, 9, []byte{9})),
				ngPacket(le, 0, 1_700_000_000_000_000_007, arp), ngBlock(le, 0x0bad, make([]byte, 64)),
				ngSection(be), ngInterface(be, 101, ngOption(be, 2, []byte("wan"))), ngPacket(be, 0, 1_700_000_000_000_000, inner),
			), nanos: 7,
		},
		{name: "empty", in: classicFile(1), format: "pcap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := readBytes(t, tt.name, tt.in)
			if r.err != nil || len(r.skips) > 0 {
				t.Errorf("error %v, skipped %v", r.err, r.skips)
			}
			if r.sum.Format != tt.format || !cmp.Equal(r.sum.LinkTypes, tt.links) || r.sum.Vantage != tt.vantage {
				t.Errorf("summary %+v", r.sum)
			}
			found := tt.want == ""
			for _, o := range r.obs {
				if string(o.Fact.Kind()) == tt.want {
					found = true
					if o.First().Nanosecond() != tt.nanos || o.First().Unix() != 1_700_000_000 {
						t.Errorf("first seen at %v, want nanosecond %d", o.First(), tt.nanos)
					}
				}
			}
			if !found {
				t.Errorf("no %s in %v", tt.want, r.obs)
			}
		})
	}
}

// TestHostileFiles wants a clear error and no great allocation.
func TestHostileFiles(t *testing.T) {
	le := binary.LittleEndian
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	huge := join(classicFile(1, arp), be32(0), be32(0), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	block := func(kind, n uint32) []byte {
		return join(le.AppendUint32(le.AppendUint32(nil, kind), n), make([]byte, 32))
	}
	other := ngFile(le, 1, arp)
	le.PutUint32(other[len(other)-4:], 9999)
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{name: "frame of 4 GB", in: huge, want: "frame 2: claims 4294967295 octets"},
		{name: "cut in a frame", in: huge[:len(huge)-24], want: "frame 1: file is cut short"},
		{name: "cut in a header", in: huge[:len(huge)-3], want: "frame 2: file is cut short"},
		{name: "link type", in: classicFile(147, arp), want: "link type 147 is not read"},
		{name: "snoop", in: append([]byte("snoop\x00\x00\x00"), make([]byte, 40)...), want: "Sun snoop"},
		{name: "no header", in: classicFile(1)[:10], want: "file header is cut short"},
		{name: "version", in: func() []byte { b := classicFile(1); b[4] = 9; return b }(), want: "version 9"},
		{name: "block of 4 GB", in: join(ngFile(le, 1, arp), block(6, 0xfffffff0)), want: "frame 2: block claims 4294967280 octets"},
		{name: "unknown block of 4 GB", in: join(ngFile(le, 1, arp), block(77, 0xfffffff0)), want: "frame 2: file is cut short"},
		{name: "block of no length", in: join(ngFile(le, 1, arp), block(6, 0)), want: "frame 2: block claims 0 octets"},
		{name: "lengths differ", in: other, want: "frame 1: lengths at the start and the end of a block differ"},
		{name: "interface that is none", in: join(ngSection(le), ngPacket(le, 3, 0, arp)), want: "frame 1: is of interface 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := readBytes(t, tt.name, tt.in)
			runtime.ReadMemStats(&after)
			if r.err == nil || !strings.Contains(r.err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", r.err, tt.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
				t.Errorf("allocated %d octets", n)
			}
			if strings.Contains(tt.want, "frame 2") && len(facts[fact.AddressBinding](r.obs)) != 1 {
				t.Error("the first frame was lost")
			}
		})
	}
}

func TestUnreadInterface(t *testing.T) {
	t.Parallel()
	le := binary.LittleEndian
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	r := readBytes(t, "x", join(ngSection(le), ngInterface(le, 147), ngInterface(le, 1), ngPacket(le, 0, 0, arp), ngPacket(le, 1, 0, arp)))
	want := []discover.Skipped{{Place: "frame 1", Reason: "link type 147 is not read"}}
	if diff := cmp.Diff(want, r.skips); diff != "" || r.err != nil || len(facts[fact.AddressBinding](r.obs)) != 1 {
		t.Errorf("error %v, facts %v, skips (-want +got):\n%s", r.err, r.obs, diff)
	}
}

// TestCancel wants what was learned before the context ended.
func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the operator had enough")
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	frames := make([][]byte, 40_000)
	for i := range frames {
		frames[i] = arp
	}
	file := classicFile(1, frames...)
	half := io.MultiReader(bytes.NewReader(file[:len(file)/2]), readerFunc(func(p []byte) (int, error) {
		cancel(why)
		return copy(p, file[len(file)/2:]), nil
	}))
	var c discover.Collection
	_, err := pcap.Formats()[0].Read(ctx, discover.NewInput("x", "", half, func() string { return "d" }), &c)
	if !errors.Is(err, why) || !strings.Contains(fmt.Sprint(err), "frame") {
		t.Errorf("error %v", err)
	}
	if len(facts[fact.AddressBinding](c.Observations())) != 1 {
		t.Error("what came before was lost")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestEmitError wants the sink's error unchanged.
func TestEmitError(t *testing.T) {
	t.Parallel()
	arp := eth(all1, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	want := errors.New("disk full")
	_, err := pcap.Formats()[0].Read(t.Context(), discover.NewInput("x", "", bytes.NewReader(classicFile(1, arp)), func() string { return "d" }), failing{want})
	if err != want { //nolint:errorlint // unchanged is what is asked for
		t.Errorf("error %v, want %v", err, want)
	}
}

type failing struct{ err error }

func (f failing) Emit(fact.Observation) error { return f.err }
func (f failing) Skip(string, error)          {}
