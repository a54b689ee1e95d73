package pcap_test

import (
	"bytes"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"kanmon/discover/pcap"
)

// TestDecodeAsGopacket decodes every IP packet of the captures, inner ones too,
// with gopacket's layers: what they agree on must be the same.
func TestDecodeAsGopacket(t *testing.T) {
	t.Parallel()
	packets, compared := 0, 0
	err := filepath.WalkDir(captureFolder(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		eachFrame(b, func(link layers.LinkType, frame []byte) {
			for _, l := range gopacket.NewPacket(frame, link, gopacket.NoCopy).Layers() {
				if l.LayerType() != layers.LayerTypeIPv4 && l.LayerType() != layers.LayerTypeIPv6 {
					continue
				}
				packets++
				b := append(bytes.Clone(l.LayerContents()), l.LayerPayload()...)
				if want, ok := byGopacket(b); ok {
					compared++
					sameDecoded(t, path, b, want)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d IP packets, %d with a whole header of TCP or UDP compared", packets, compared)
	if compared < 10_000 {
		t.Errorf("only %d packets were compared", compared)
	}
}

// eachFrame calls f for the frames of a capture, up to what pcapgo cannot read.
func eachFrame(b []byte, f func(layers.LinkType, []byte)) {
	var next func() ([]byte, gopacket.CaptureInfo, error)
	var link layers.LinkType
	if r, err := pcapgo.NewReader(bytes.NewReader(b)); err == nil {
		next, link = r.ReadPacketData, r.LinkType()
	} else if r, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions); err == nil {
		next, link = r.ReadPacketData, r.LinkType()
	} else {
		return
	}
	for {
		frame, _, err := next()
		if err != nil {
			return
		}
		f(link, frame)
	}
}

// byGopacket decodes an IP packet with gopacket's layers. It reports false where
// it meets no whole header of TCP or UDP, or a fragment.
func byGopacket(b []byte) (pcap.Decoded, bool) {
	var (
		v4      layers.IPv4
		v6      layers.IPv6
		skipper layers.IPv6ExtensionSkipper
		tcp     layers.TCP
		udp     layers.UDP
		got     []gopacket.LayerType
		d       pcap.Decoded
	)
	if len(b) == 0 {
		return d, false
	}
	first := layers.LayerTypeIPv4
	if b[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	p := gopacket.NewDecodingLayerParser(first, &v4, &v6, &skipper, &tcp, &udp)
	p.IgnoreUnsupported = true
	if p.DecodeLayers(b, &got) != nil || len(got) < 2 {
		return d, false
	}
	for _, t := range got[1:] {
		if t == layers.LayerTypeIPv4 || t == layers.LayerTypeIPv6 || t == layers.LayerTypeIPv6Fragment {
			return d, false
		}
	}
	d.Whole = !p.Truncated
	if first == layers.LayerTypeIPv4 {
		d.Src, _ = netip.AddrFromSlice(v4.SrcIP)
		d.Dst, _ = netip.AddrFromSlice(v4.DstIP)
		d.Hops = v4.TTL
	} else {
		d.Src, _ = netip.AddrFromSlice(v6.SrcIP)
		d.Dst, _ = netip.AddrFromSlice(v6.DstIP)
		d.Hops = v6.HopLimit
	}
	switch got[len(got)-1] {
	case layers.LayerTypeTCP:
		d.Proto, d.Sport, d.Dport, d.Payload = 6, uint16(tcp.SrcPort), uint16(tcp.DstPort), tcp.Payload
		d.SYN, d.ACK, d.Seq = tcp.SYN, tcp.ACK, tcp.Seq
	case layers.LayerTypeUDP:
		d.Proto, d.Sport, d.Dport, d.Payload = 17, uint16(udp.SrcPort), uint16(udp.DstPort), udp.Payload
	default:
		return d, false
	}
	return d, true
}

func sameDecoded(t *testing.T, name string, b []byte, want pcap.Decoded) {
	t.Helper()
	got, err := pcap.DecodeIP(int(b[0]>>4), b)
	if err != nil {
		t.Errorf("%s: %v: % x", name, err, b[:min(len(b), 80)])
		return
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(bytes.Equal)); diff != "" {
		t.Errorf("%s: % x: gopacket's less ours: %s", name, b[:min(len(b), 80)], diff)
	}
}

func TestDecodeIP(t *testing.T) {
	t.Parallel()
	segment := tcp(50000, 443, 7, syn|ack, []byte("data"))
	fragment := func(field uint16) []byte {
		b := ip4("10.0.0.1", "10.0.0.2", 17, udp(40000, 500, []byte("first")))
		b[6], b[7] = byte(field>>8), byte(field)
		return b
	}
	six := func(next byte, payload ...[]byte) []byte {
		return ip6("2001:db8::1", "2001:db8::2", next, 64, join(payload...))
	}
	tests := []struct {
		name  string
		b     []byte
		proto uint8
		sport uint16
		data  string
		cut   bool // not whole
		later bool
		err   bool
	}{
		{name: "TCP", b: ip4("10.0.0.1", "10.0.0.2", 6, segment), proto: 6, sport: 50000, data: "data"},
		{name: "octets behind the packet are padding", b: join(ip4("10.0.0.1", "10.0.0.2", 6, segment), []byte("pad")), proto: 6, sport: 50000, data: "data"},
		{name: "TCP over IPv6", b: six(6, segment), proto: 6, sport: 50000, data: "data"},
		{name: "extension headers", b: six(0, []byte{60, 0, 1, 4, 0, 0, 0, 0}, []byte{6, 1, 1, 12}, make([]byte, 12), segment), proto: 6, sport: 50000, data: "data"},
		{name: "extension header cut short", b: six(0, []byte{60, 200, 1, 4, 0, 0, 0, 0}), err: true},
		{name: "first fragment", b: fragment(0x2000), proto: 17, sport: 40000, data: "first", cut: true},
		{name: "later fragment", b: fragment(0x2001), later: true},
		{name: "first fragment of IPv6", b: six(44, []byte{17, 0, 0, 1, 0, 0, 0, 1}, udp(40000, 500, []byte("first"))), proto: 17, sport: 40000, data: "first", cut: true},
		{name: "later fragment of IPv6", b: six(44, []byte{17, 0, 0, 9, 0, 0, 0, 1}, udp(40000, 500, []byte("later"))), later: true},
		{name: "cut by the snaplen", b: ip4("10.0.0.1", "10.0.0.2", 6, segment)[:42], proto: 6, sport: 50000, data: "da", cut: true},
		{name: "cut within the TCP header", b: ip4("10.0.0.1", "10.0.0.2", 6, segment)[:30], err: true},
		{name: "cut within the IPv4 header", b: ip4("10.0.0.1", "10.0.0.2", 6, segment)[:19], err: true},
		{name: "length before segmentation by the interface", b: join([]byte{0x45, 0, 0, 0}, ip4("10.0.0.1", "10.0.0.2", 6, segment)[4:]), proto: 6, sport: 50000, data: "data"},
		{name: "option longer than the header", b: join([]byte{0x46, 0, 0, 24}, ip4("10.0.0.1", "10.0.0.2", 6, nil)[4:], []byte{7, 9, 0, 0}), err: true},
		{name: "neither TCP nor UDP", b: ip4("10.0.0.1", "10.0.0.2", 50, []byte("spi")), proto: 50, data: "spi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := pcap.DecodeIP(int(tt.b[0]>>4), tt.b)
			if (err != nil) != tt.err || got.Later != tt.later {
				t.Fatalf("later: %t, error: %v", got.Later, err)
			}
			if err != nil || tt.later {
				return
			}
			if got.Proto != tt.proto || got.Sport != tt.sport || string(got.Payload) != tt.data || got.Whole == tt.cut {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// FuzzDecodeIP wants what gopacket's layers read to be read alike, and no panic.
func FuzzDecodeIP(f *testing.F) {
	f.Add(ip4("10.0.0.1", "10.0.0.2", 6, tcp(50000, 443, 7, syn, []byte("data"))))
	f.Add(ip4("10.0.0.1", "10.0.0.2", 17, udp(50000, 53, []byte("data"))))
	f.Add(ip6("2001:db8::1", "2001:db8::2", 60, 64, join([]byte{17, 0, 1, 4, 0, 0, 0, 0}, udp(1, 2, []byte("x")))))
	f.Fuzz(func(t *testing.T, b []byte) {
		if want, ok := byGopacket(b); ok {
			sameDecoded(t, "fuzz", b, want)
		}
		for _, version := range []int{4, 6} {
			if d, err := pcap.DecodeIP(version, b); err == nil && !d.Later && !d.Src.IsValid() {
				t.Errorf("no source address in % x", b)
			}
		}
	})
}
