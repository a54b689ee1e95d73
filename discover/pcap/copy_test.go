package pcap_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// copyOf returns what is copied of a capture, and how many frames that were.
func copyOf(tb testing.TB, file []byte, o pcap.CopyOptions) ([]byte, uint64) {
	tb.Helper()
	var out bytes.Buffer
	c := pcap.NewCopyFile(&out, o)
	for _, format := range pcap.FormatsWith(pcap.FileOptions{Copy: c}) {
		if format.Match(file) {
			in := discover.NewInput("x", "", bytes.NewReader(file), func() string { return "digest" })
			_, _ = format.Read(tb.Context(), in, &discover.Collection{})
			break
		}
	}
	if err := c.Flush(); err != nil {
		tb.Fatal(err)
	}
	n, _ := c.Frames()
	return out.Bytes(), n
}

const patient = "YAMADA^TARO"

// fill repeats text up to a length.
func fill(text []byte, length int) []byte {
	return bytes.Repeat(text, length/len(text)+1)[:length]
}

func TestCopyLeavesPayload(t *testing.T) {
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
	for name, frame := range map[string][]byte{
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
		"like openvpn's reset":   v4(17, udp(40000, 24105, join([]byte("PATIENT "), secret, make([]byte, 5)))),
		"as long as such a one":  v4(17, udp(40000, 24105, join([]byte{0x38}, make([]byte, 8), fill(secret, 40), make([]byte, 5)))),
		"as long as wireguard's": v4(17, udp(40000, 24105, join([]byte{1, 0, 0, 0, 1, 1, 1, 1}, fill(secret, 140)))),
		"snmp from XP":           v4(17, udp(4500, 161, secret)),
		"ssh":                    v4(6, tcp(1, 2, 1, 16, join([]byte("SSH-"), secret))),
		"wireguard":              v4(17, udp(40000, 51820, join([]byte{4, 0, 0, 0}, make([]byte, 12), secret))),
	} {
		for _, link := range []uint32{1, 113, 276} {
			b := frame
			switch link {
			case 113:
				b = join(make([]byte, 14), frame[12:])
			case 276:
				b = join(frame[12:14], make([]byte, 18), frame[14:])
			}
			out, n := copyOf(t, classicFile(link, b), pcap.CopyOptions{})
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

// TestCopyHoldsNoOther wants nothing of an earlier frame in a shorter one.
func TestCopyHoldsNoOther(t *testing.T) {
	t.Parallel()
	segment := func(payload string) []byte {
		return eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, []byte(payload))))
	}
	one, _ := copyOf(t, classicFile(1, segment("0123456789abcdef"), segment("SSH-")), pcap.CopyOptions{})
	other, _ := copyOf(t, classicFile(1, segment("ABCDEFGHIJKLMNOP"), segment("SSH-")), pcap.CopyOptions{})
	if !bytes.Equal(one, other) {
		t.Errorf("another payload before it, another copy:\n%q\n%q", one, other)
	}
}

func TestCopySnaplen(t *testing.T) {
	t.Parallel()
	frame := eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, []byte("0123456789"))))
	out, _ := copyOf(t, classicFile(1, frame), pcap.CopyOptions{Snaplen: len(frame) - 5})
	if !bytes.Contains(out, []byte("01234")) || bytes.Contains(out, []byte("012345")) {
		t.Errorf("%q", out)
	}
}

func TestCopyMaxSize(t *testing.T) {
	t.Parallel()
	frame := eth(macB, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2"))
	out, n := copyOf(t, classicFile(1, slices.Repeat([][]byte{frame}, 100)...), pcap.CopyOptions{MaxSize: 2000})
	if len(out) > 2000 || len(out) < 1900 || n < 10 || n > 30 {
		t.Errorf("%d frames in %d octets", n, len(out))
	}
	if r := readBytes(t, "copy", out); r.err != nil || r.sum.Records != n {
		t.Errorf("read %d frames of %d, error %v", r.sum.Records, n, r.err)
	}
}

// lost returns how many facts of each kind a copy does not tell. What is carried
// in a conversation is told by its payload, and so is that nobody answered it in
// kind.
func lost(have, want []fact.Observation) map[fact.Kind]int {
	text := func(o fact.Observation) string {
		if f, ok := o.Fact.(fact.Flow); ok {
			f.App = ""
			return fmt.Sprintf("%+v", f)
		}
		return fmt.Sprintf("%T%+v", o.Fact, o.Fact)
	}
	ids := make(map[string]bool)
	for _, o := range have {
		ids[text(o)] = true
	}
	out := make(map[fact.Kind]int)
	for _, o := range want {
		if f, ok := o.Fact.(fact.Flow); ok && f.App != "" && !ids[text(o)] {
			f.Answered = true
			o.Fact = f
		}
		if !ids[text(o)] {
			out[o.Fact.Kind()]++
		}
	}
	return out
}

// TestCopyTellsTheSame reads captures and the copies of their headers.
func TestCopyTellsTheSame(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	_, noTshark := exec.LookPath("tshark")
	total, gone, opened := map[fact.Kind]int{}, map[fact.Kind]int{}, 0
	before, after := 0, 0
	for name, r := range readCorpus(t, folder) {
		file, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || strings.HasSuffix(name, ".gz") || strings.HasPrefix(name, "wireless/") { // CAPWAP carries frames that are not written
			continue
		}
		out, n := copyOf(t, file, pcap.CopyOptions{})
		got := readBytes(t, name, out)
		if got.err != nil || got.sum.Records != n {
			t.Errorf("%s: %d of %d frames of the copy, error %v", name, got.sum.Records, n, got.err)
		}
		before, after = before+len(file), after+len(out)
		for _, o := range r.obs {
			total[o.Fact.Kind()]++
		}
		for kind, n := range lost(got.obs, r.obs) {
			gone[kind] += n
		}
		if noTshark == nil && opened < 5 && n > 0 {
			opened++
			path := filepath.Join(t.TempDir(), "copy.pcapng")
			if err := os.WriteFile(path, out, 0o600); err != nil {
				t.Fatal(err)
			}
			if said, err := exec.CommandContext(t.Context(), "tshark", "-r", path, "-c", "1000").CombinedOutput(); err != nil {
				t.Errorf("%s: tshark: %v: %.300s", name, err, said)
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%-22s %5d, lost %d", kind, total[kind], gone[kind])
		switch kind {
		case "station", "address-binding", "address-set", "bridge-protocol", "neighbor-announcement", "router-advertisement", "dhcp-client", "dhcp-server":
			if gone[kind] > 0 {
				t.Errorf("%d of %d %s are lost", gone[kind], total[kind], kind)
			}
		case "flow":
			if gone[kind] > total[kind]/100 { // within Teredo, which is known by the length of what it carries
				t.Errorf("%d of %d %s are lost", gone[kind], total[kind], kind)
			}
		default: // told by payload too: HTTP, DNS over TCP, tunnels that only data shows
			if gone[kind] == total[kind] {
				t.Errorf("no %s is left", kind)
			}
		}
	}
	t.Logf("%d octets became %d", before, after)
}

func FuzzCopy(f *testing.F) {
	f.Add(uint16(1), eth(macB, macA, 0x0800, ip4("192.0.2.1", "192.0.2.2", 6, tcp(1, 2, 1, 16, []byte("x")))))
	f.Add(uint16(127), make([]byte, 60))
	f.Fuzz(func(t *testing.T, link uint16, frame []byte) {
		if len(frame) > 0xffff {
			return
		}
		out, n := copyOf(t, classicFile(uint32(link), frame), pcap.CopyOptions{})
		if r := readBytes(t, "copy", out); r.err != nil || r.sum.Records != n {
			t.Errorf("read %d of %d frames, error %v", r.sum.Records, n, r.err)
		}
	})
}
