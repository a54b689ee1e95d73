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
	"kanmon/discover/pcap/save"
)

// copyOf returns what is copied of a capture, and how many frames that were.
func copyOf(tb testing.TB, file []byte, o save.Options) ([]byte, uint64) {
	tb.Helper()
	var out bytes.Buffer
	c := save.New(&out, o)
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

// TestCopyTellsTunnels wants a copy to tell the tunnels that are known by what
// stands behind the headers.
func TestCopyTellsTunnels(t *testing.T) {
	t.Parallel()
	talk := func() *conversation { return &conversation{client: "10.20.0.5", server: "203.0.113.10"} }
	hello := make([]byte, 200)
	copy(hello[13:], "\x9f\x3c\x1a\x77\xb2")
	copy(hello[27:], "\x01\x0c\x01\x0c\x00\x02")
	copy(hello[41:], "\x9f\x3c\x1a\x77\xb2")
	for name, c := range map[string]*conversation{
		"GlobalProtect":            talk().up(17, udp(40000, 4501, esp(0xc0ffee00, 7))).up(17, udp(40000, 4501, esp(0xc0ffee00, 8))),
		"L2TP version 3":           talk().up(115, join(be32(0), be16(0xc803), be16(20), be32(0), be32(0), be16(0x8008), be16(0), be16(0), be16(1))),
		"SSTP":                     talk().up(6, tcp(40000, 80, 1, ack, []byte("SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1\r\nHost: x\r\n\r\n"))),
		"SoftEther over HTTP":      talk().up(6, tcp(40000, 80, 1, ack, []byte("POST /vpnsvc/connect.cgi HTTP/1.1\r\nHost: x\r\n\r\n"))),
		"SoftEther behind NAT":     talk().down(17, udp(5004, 40000, []byte("IP=198.51.100.4,PORT=53000"))),
		"ZeroTier":                 talk().up(17, udp(9993, 9993, hello)),
		"WireGuard":                talk().up(17, udp(40000, 443, wireGuard(1, 148, 7))),
		"WireGuard that goes on":   talk().up(17, udp(40000, 443, wireGuard(4, 96, 8, 10))).down(17, udp(443, 40000, wireGuard(4, 96, 7, 4))).up(17, udp(40000, 443, wireGuard(4, 96, 8, 11))).down(17, udp(443, 40000, wireGuard(4, 96, 7, 5))),
		"OpenVPN without a digest": talk().up(17, udp(40000, 443, openVPN(7, "client-S", []byte{0}, be32(0)))).down(17, udp(443, 40000, openVPN(8, "server-S", []byte{1}, be32(0), []byte("client-S"), be32(0)))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := facts[fact.Tunnel](read(t, c.frames...).obs)
			out, _ := copyOf(t, classicFile(1, c.frames...), save.Options{})
			got := facts[fact.Tunnel](readBytes(t, "copy.pcapng", out).obs)
			if len(want) != 1 || !slices.Equal(got, want) {
				t.Errorf("the copy tells %+v, the capture %+v", got, want)
			}
		})
	}
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
		out, n := copyOf(t, file, save.Options{})
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
