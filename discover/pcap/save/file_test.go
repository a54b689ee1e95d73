package save_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/capfile"
	"kanmon/discover/pcap/internal/frame"
	"kanmon/discover/pcap/internal/frametest"
	"kanmon/discover/pcap/save"
)

// Stations of the tests, and what makes their frames.
var (
	macA = fact.MAC{0x02, 0, 0, 0, 0, 0x0a}
	macB = fact.MAC{0x02, 0, 0, 0, 0, 0x0b}
	macC = fact.MAC{0x02, 0, 0, 0, 0, 0x0c}

	join                 = slices.Concat[[]byte]
	eth, arp4, ip4, ip6  = frametest.Ethernet, frametest.ARP, frametest.IPv4, frametest.IPv6
	be16, be32, udp, tcp = frametest.Be16, frametest.Be32, frametest.UDP, frametest.TCP
)

// saved returns what is written of frames of one interface, and of how many.
func saved(tb testing.TB, o save.Options, link uint32, frames ...[]byte) ([]byte, uint64) {
	tb.Helper()
	var out bytes.Buffer
	f := save.New(&out, o)
	iface := f.Interface("eth0", link, nil)
	for _, b := range frames {
		f.Frame(iface, &frame.Frame{Data: b, Link: link, Whole: true, Length: uint32(len(b))})
	}
	if err := f.Flush(); err != nil {
		tb.Fatal(err)
	}
	n, _ := f.Frames()
	return out.Bytes(), n
}

// frames returns how many frames can be read again from a file.
func frames(tb testing.TB, file []byte) (n uint64) {
	tb.Helper()
	r, err := capfile.NewNG(bytes.NewReader(file))
	for recs := make([]frame.Frame, 8); err == nil; {
		var k int
		k, err = r.Next(recs)
		n += uint64(k)
	}
	if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		tb.Fatal(err)
	}
	return n
}

const patient = "YAMADA^TARO"

// fill repeats text up to a length.
func fill(text []byte, length int) []byte {
	return bytes.Repeat(text, length/len(text)+1)[:length]
}

func TestLeavesPayload(t *testing.T) {
	t.Parallel()
	secret := []byte("MSH|^~\\&|HIS|PID|||" + patient + "|secret-of-test")
	v4 := func(proto byte, b []byte) []byte {
		return eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", proto, b))
	}
	v6 := func(proto byte, b []byte) []byte {
		return eth(macB, macA, 0x86dd, ip6("2001:db8::1", "2001:db8::2", proto, 64, b))
	}
	icmp := func(kind byte, b []byte) []byte { return join([]byte{kind, 0, 0, 0, 0, 0, 0, 0}, b) }
	snap := func(oui ...byte) []byte { return join([]byte{0xaa, 0xaa, 3}, oui, be16(0x2000), secret) }
	inner := eth(macB, macC, 0x0800, ip4("192.0.2.3", "192.0.2.4", 6, tcp(2575, 40000, 1, 16, secret)))
	ospf := join([]byte{2, 1, 0, 44, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1}, secret[len(secret)-8:], make([]byte, 20))
	for name, ethernet := range map[string][]byte{
		"tcp":              v4(6, tcp(2575, 40000, 1, 16, secret)),
		"tcp6":             v6(6, tcp(2575, 40000, 1, 16, secret)),
		"tcp after vlan":   eth(macB, macA, 0x8100, join(be16(20), be16(0x0800), ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, secret)))),
		"udp":              v4(17, udp(40000, 24105, secret)),
		"udp from XP":      v4(17, udp(1900, 5000, secret)),
		"udp to mDNS":      v4(17, udp(5000, 5353, secret)),
		"ldap":             v4(6, tcp(389, 40000, 1, 16, secret)),
		"snmp":             v4(17, udp(40000, 161, secret)),
		"syslog":           v4(17, udp(40000, 514, secret)),
		"ping":             v4(1, icmp(8, secret)),
		"error":            v4(1, icmp(3, ip4("192.0.2.2", "192.0.2.1", 17, udp(40000, 5000, secret)))),
		"error6":           v6(58, icmp(1, ip6("2001:db8::2", "2001:db8::1", 17, 64, udp(40000, 5000, secret)))),
		"protocol":         v4(253, secret),
		"esp":              v4(50, join(be32(1), be32(2), secret)),
		"ethertype":        eth(macB, macA, 0x9999, secret),
		"llc":              eth(macB, macA, uint16(len(secret)+3), join([]byte{0xf0, 0xf0, 3}, secret)),
		"snap":             eth(macB, macA, uint16(len(snap(1, 2, 3))), snap(1, 2, 3)),
		"gre":              v4(47, join([]byte{0, 0, 0x65, 0x58}, inner)),
		"erspan":           v4(47, join([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0}, inner)),
		"vxlan":            v4(17, udp(40000, 4789, join([]byte{8, 0, 0, 0, 0, 0, 1, 0}, inner))),
		"6in4":             v4(41, ip6("2001:db8::1", "2001:db8::2", 6, 64, tcp(1, 2, 1, 16, secret))),
		"extension header": eth(macB, macA, 0x86dd, ip6("2001:db8::1", "2001:db8::2", 0, 64, join([]byte{6, 0, 1, 4, 0, 0, 0, 0}, tcp(1, 2, 1, 16, secret)))),
		"pap":              eth(macB, macA, 0x8864, join([]byte{0x11, 0, 0, 1, 0, 60, 0xc0, 0x23}, secret)),
		"netbios":          v4(17, udp(138, 138, join(make([]byte, 82), secret))),
		"tzsp":             v4(17, udp(40000, 37008, join([]byte{1, 0, 0, 1, 1}, inner))),
		"ah":               v4(51, join([]byte{6, 4, 0, 0, 0, 0, 1, 1}, make([]byte, 16), tcp(1, 2, 1, 16, secret))),
		"padding":          append(v4(6, tcp(1, 2, 1, 16, nil)), secret...),
		"mpls":             eth(macB, macA, 0x8847, join([]byte{0, 0, 1, 255}, secret)),
		"ospf":             v4(89, ospf),
		"hsrp":             v4(17, udp(1985, 1985, join(make([]byte, 8), secret[len(secret)-12:]))),
		"rip":              v4(17, udp(520, 520, join([]byte{2, 2, 0, 0, 255, 255, 0, 2}, secret[len(secret)-16:]))),
		"openvpn":          v4(17, udp(40000, 1194, join([]byte{0x30, 0, 0, 1}, secret))),
		"arp's padding":    join(eth(macB, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2")), secret),
		"pppoe's padding":  eth(macB, macA, 0x8863, join([]byte{0x11, 9, 0, 0, 0, 4, 1, 1, 0, 0}, secret)),
		"redirect6": v6(58, join([]byte{137, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 32), []byte{2, 1, 2, 0, 0, 0, 0, 1, 4, 14, 0, 0, 0, 0, 0, 0},
			ip6("2001:db8::2", "2001:db8::1", 17, 64, udp(40000, 5000, secret)))),
		"pim register":           v4(103, join([]byte{0x21, 0, 0, 0, 0, 0, 0, 0}, ip4("192.0.2.3", "239.1.1.1", 17, udp(40000, 24105, secret)))),
		"port of globalprotect":  v4(17, udp(40000, 4501, secret)),
		"port of nat-t":          v4(17, udp(40000, 4500, secret)),
		"like esp":               v4(17, udp(40000, 4500, join([]byte{0xc0, 0xff, 0xee, 0, 0, 0, 0, 1}, secret))),
		"sstp":                   v4(6, tcp(40000, 80, 1, 16, join([]byte("SSTP_DUPLEX_POST "), secret))),
		"softether":              v4(6, tcp(40000, 80, 1, 16, join([]byte("POST /vpnsvc/connect.cgi"), secret))),
		"like softether's":       v4(17, udp(40000, 5004, join([]byte("IP=192.0.2.1,PORT=1"), secret))),
		"softether's, a name":    v4(17, udp(40000, 5004, []byte("IP="+patient+",PORT=1"))),
		"like openvpn's reset":   v4(17, udp(40000, 24105, join([]byte("PATIENT "), secret, make([]byte, 5)))),
		"as long as such a one":  v4(17, udp(40000, 24105, join([]byte{0x38}, make([]byte, 8), fill(secret, 40), make([]byte, 5)))),
		"as long as wireguard's": v4(17, udp(40000, 24105, join([]byte{1, 0, 0, 0, 1, 1, 1, 1}, fill(secret, 140)))),
		"snmp from XP":           v4(17, udp(4500, 161, secret)),
		"ssh":                    v4(6, tcp(1, 2, 1, 16, join([]byte("SSH-"), secret))),
		"wireguard":              v4(17, udp(40000, 51820, join([]byte{4, 0, 0, 0}, make([]byte, 12), secret))),
	} {
		for _, link := range []uint32{frame.LinkEthernet, frame.LinkSLL, frame.LinkSLL2} {
			b := ethernet
			switch link {
			case frame.LinkSLL:
				b = join(make([]byte, 14), ethernet[12:])
			case frame.LinkSLL2:
				b = join(ethernet[12:14], make([]byte, 18), ethernet[14:])
			}
			out, n := saved(t, save.Options{}, link, b)
			if n != 1 {
				t.Errorf("%s, link %d: %d frames", name, link, n)
			}
			for _, word := range []string{patient, "f-test", "YAM"} {
				if bytes.Contains(out, []byte(word)) {
					t.Errorf("%s, link %d: holds %q:\n%q", name, link, word, out)
				}
			}
		}
	}
}

// TestHoldsNoOther wants nothing of an earlier frame in a shorter one.
func TestHoldsNoOther(t *testing.T) {
	t.Parallel()
	segment := func(payload string) []byte {
		return eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, []byte(payload))))
	}
	one, _ := saved(t, save.Options{}, frame.LinkEthernet, segment("0123456789abcdef"), segment("SSH-"))
	other, _ := saved(t, save.Options{}, frame.LinkEthernet, segment("ABCDEFGHIJKLMNOP"), segment("SSH-"))
	if !bytes.Equal(one, other) {
		t.Errorf("another payload before it, another copy:\n%q\n%q", one, other)
	}
}

func TestSnaplen(t *testing.T) {
	t.Parallel()
	b := eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, []byte("0123456789"))))
	out, _ := saved(t, save.Options{Snaplen: len(b) - 5}, frame.LinkEthernet, b)
	if !bytes.Contains(out, []byte("01234")) || bytes.Contains(out, []byte("012345")) {
		t.Errorf("%q", out)
	}
}

func TestMaxSize(t *testing.T) {
	t.Parallel()
	b := eth(macB, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	out, n := saved(t, save.Options{MaxSize: 2000}, frame.LinkEthernet, slices.Repeat([][]byte{b}, 100)...)
	if len(out) > 2000 || len(out) < 1900 || n < 10 || n > 30 {
		t.Errorf("%d frames in %d octets", n, len(out))
	}
	if read := frames(t, out); read != n {
		t.Errorf("read %d frames of %d", read, n)
	}
}

// TestFailed wants an error of what is written to to stay, and to say where.
func TestFailed(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	r, w := io.Pipe()
	r.CloseWithError(full)
	f := save.New(w, save.Options{})
	for range 2 {
		if err := f.Flush(); !errors.Is(err, full) {
			t.Errorf("error %v, want %v", err, full)
		}
	}
	f.Frame(f.Interface("eth0", frame.LinkEthernet, nil), &frame.Frame{Data: make([]byte, 60)})
	if copied, left := f.Frames(); copied+left != 0 {
		t.Errorf("%d frames copied and %d left out after it failed", copied, left)
	}
}

func FuzzFile(f *testing.F) {
	f.Add(uint16(1), eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, []byte("x")))))
	f.Add(uint16(127), make([]byte, 60))
	f.Fuzz(func(t *testing.T, link uint16, b []byte) {
		if len(b) > 0xffff {
			return
		}
		out, n := saved(t, save.Options{}, uint32(link), b)
		if read := frames(t, out); n != 1 || read != 1 {
			t.Errorf("wrote %d frames and read %d, want 1", n, read)
		}
	})
}
