package cli_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"html"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// hostile are names that a device may give itself. Each holds a mark by which
// it is found again: a name that is dropped proves nothing.
func hostile() []string {
	return []string{
		`hm1<script>alert(1)</script>`,
		`hm2"]; evil [label="x"]; "`,
		`=cmd|' /C calc'!A0hm3`,
		"hm4\x1b[31;5mred\x1b]0;title\x07",
		"hm5\u202egnp.exe\u2066\u200f",
		"hm6" + strings.Repeat("A", 10_000),
		"hm7\x00nul\x00",
		`hm8</text><a xlink:href="javascript:alert(1)">`,
		`@SUM(1+1)hm9`,
		`hm10<img src=x onerror=alert(1)>\N\G&lt;b&gt;`,
	}
}

// hostileEvidence writes captures, walks and a scan in which every name is
// hostile.
func hostileEvidence(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	var walks, hosts strings.Builder
	var frames [][]byte
	for i, name := range hostile() {
		mac := net.HardwareAddr{0x00, 0x00, 0x5e, 0x00, 0x53, byte(i + 1)}
		ip := net.IPv4(10, 0, 0, byte(i+1)).To4()
		frames = append(frames, lldpFrame(mac, name), dhcpFrame(tb, mac, name), dnsFrame(tb, mac, ip, name))
		fmt.Fprintf(&hosts, `<host><status state="up"/><address addr="10.0.1.%d" addrtype="ipv4"/><hostnames><hostname name="%s" type="PTR"/></hostnames>`+
			`<ports><port protocol="tcp" portid="443"><state state="open"/><service name="https" product="%[2]s" method="probed" conf="10"/></port></ports></host>`+"\n",
			i+1, xmlSafe(name))
		walks.Reset()
		fmt.Fprintf(&walks, "1.3.6.1.2.1.1.1.0|4x|%x\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1\n1.3.6.1.2.1.1.5.0|4x|%[1]x\n1.3.6.1.2.1.1.6.0|4x|%[1]x\n", name)
		fmt.Fprintf(&walks, "1.3.6.1.2.1.2.2.1.1.1|2|1\n1.3.6.1.2.1.2.2.1.2.1|4x|%x\n1.3.6.1.2.1.2.2.1.3.1|2|243\n1.3.6.1.2.1.2.2.1.6.1|4x|00005e0053%02x\n1.3.6.1.2.1.2.2.1.8.1|2|1\n", name, 0x80+i)
		fmt.Fprintf(&walks, "1.3.6.1.2.1.31.1.1.1.1.1|4x|%x\n1.3.6.1.2.1.31.1.1.1.18.1|4x|%[1]x\n1.3.6.1.2.1.47.1.1.1.1.11.1|4x|%[1]x\n1.3.6.1.2.1.47.1.1.1.1.13.1|4x|%[1]x\n", name)
		fmt.Fprintf(&walks, "1.0.8802.1.1.2.1.4.1.1.4.0.1.1|2|4\n1.0.8802.1.1.2.1.4.1.1.5.0.1.1|4x|00005e0053%02x\n1.0.8802.1.1.2.1.4.1.1.6.0.1.1|2|5\n1.0.8802.1.1.2.1.4.1.1.7.0.1.1|4x|%x\n1.0.8802.1.1.2.1.4.1.1.9.0.1.1|4x|%[2]x\n", 0xc0+i, name)
		write(tb, filepath.Join(dir, fmt.Sprintf("walk%d.snmprec", i)), walks.String())
	}
	write(tb, filepath.Join(dir, "scan.xml"), `<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" start="1795000000" version="7.93" xmloutputversion="1.05">`+hosts.String()+`<runstats><finished time="1795000001"/></runstats></nmaprun>`)

	var capture bytes.Buffer
	w := pcapgo.NewWriter(&capture)
	if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
		tb.Fatal(err)
	}
	for i, f := range frames {
		at := time.Date(2026, 11, 21, 0, 0, i, 0, time.UTC)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(f), Length: len(f)}, f); err != nil {
			tb.Fatal(err)
		}
	}
	write(tb, filepath.Join(dir, "capture.pcap"), capture.String())
	return dir
}

func write(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// xmlSafe is what nmap can have written: XML 1.0 has no control characters.
func xmlSafe(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < 0x20 {
			return '?'
		}
		return r
	}, s))
}

func lldpFrame(mac net.HardwareAddr, name string) []byte {
	name = name[:min(len(name), 255)]
	frame := slices.Concat([]byte{0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e}, mac, []byte{0x88, 0xcc})
	tlv := func(kind int, value []byte) {
		frame = binary.BigEndian.AppendUint16(frame, uint16(kind<<9|len(value)))
		frame = append(frame, value...)
	}
	tlv(1, append([]byte{4}, mac...))
	tlv(2, append([]byte{5}, name...)[:min(len(name)+1, 255)])
	tlv(3, []byte{0, 120})
	tlv(4, []byte(name))
	tlv(5, []byte(name))
	tlv(6, []byte(name))
	tlv(0, nil)
	return frame
}

func dhcpFrame(tb testing.TB, mac net.HardwareAddr, name string) []byte {
	tb.Helper()
	name = name[:min(len(name), 255)]
	return serialize(tb,
		&layers.Ethernet{SrcMAC: mac, DstMAC: net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: net.IPv4zero.To4(), DstIP: net.IPv4bcast.To4()},
		&layers.UDP{SrcPort: 68, DstPort: 67},
		&layers.DHCPv4{Operation: layers.DHCPOpRequest, HardwareType: layers.LinkTypeEthernet, HardwareLen: 6, ClientHWAddr: mac, Options: layers.DHCPOptions{
			layers.NewDHCPOption(layers.DHCPOptMessageType, []byte{byte(layers.DHCPMsgTypeRequest)}),
			layers.NewDHCPOption(layers.DHCPOptHostname, []byte(name)),
			layers.NewDHCPOption(layers.DHCPOptClassID, []byte(name)),
		}})
}

func dnsFrame(tb testing.TB, mac net.HardwareAddr, ip net.IP, name string) []byte {
	tb.Helper()
	name = strings.ReplaceAll(name, ".", "-")
	name = name[:min(len(name), 60)] + ".teamviewer.com"
	return serialize(tb,
		&layers.Ethernet{SrcMAC: mac, DstMAC: net.HardwareAddr{0, 0, 0x5e, 0, 0x53, 0xfe}, EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: ip, DstIP: net.IPv4(10, 0, 0, 254).To4()},
		&layers.UDP{SrcPort: 40000, DstPort: 53},
		&layers.DNS{ID: 1, RD: true, QDCount: 1, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN}}})
}

func serialize(tb testing.TB, stack ...gopacket.SerializableLayer) []byte {
	tb.Helper()
	for _, l := range stack {
		if udp, ok := l.(*layers.UDP); ok {
			ip, ok := stack[1].(*layers.IPv4)
			if !ok || udp.SetNetworkLayerForChecksum(ip) != nil {
				tb.Fatal("UDP without IPv4")
			}
		}
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
		tb.Fatal(err)
	}
	return slices.Clone(b.Bytes())
}

// Hostile names reach no output in a form that acts: not the page, not the
// diagram, not the spreadsheet, not the terminal.
func TestHostileNamesReachNoOutput(t *testing.T) {
	evidence := hostileEvidence(t)
	out := filepath.Join(t.TempDir(), "map")
	r := kanmon(t, "map", evidence, "-o", out, "-v").want(t, 0)
	screens := map[string]string{
		"terminal of map":      r.stdout + r.stderr,
		"terminal of evidence": kanmon(t, "evidence", evidence).want(t, 0).stdout,
		"terminal of template": kanmon(t, "register", "template", out).want(t, 0).stdout,
	}
	for i := 1; i <= 5; i++ {
		screens[fmt.Sprint("terminal of explain ", i)] = kanmon(t, "explain", out, fmt.Sprint(i)).want(t, 0).stdout
	}
	written := files(t, out)
	for name, content := range screens {
		checkNothingActs(t, name, content)
	}
	for name, content := range written {
		switch filepath.Ext(name) {
		case ".png", ".pdf", ".xlsx":
		default:
			checkNothingActs(t, name, content)
		}
	}
	for name, content := range zipped(t, written["ledger.xlsx"]) {
		checkNothingActs(t, name, content)
		if strings.Contains(content, "<f>") {
			t.Errorf("%s of the workbook holds a formula", name)
		}
	}
	for _, name := range []string{"report.html", "diagram.svg", "detail.svg"} {
		for _, bad := range []string{"<script", "<img", "javascript:alert(1)\"", "</text><a"} {
			if strings.Contains(strings.ToLower(written[name]), bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
	for _, line := range strings.Split(written["ledger.csv"]+written["external-connections.csv"], "\n") {
		for _, cell := range strings.Split(strings.TrimPrefix(line, "\ufeff"), ",") {
			if c := strings.TrimPrefix(cell, `"`); c != "" && strings.ContainsAny(c[:1], "=+@\t\r") {
				t.Errorf("a cell of the ledger begins a formula: %.60q", cell)
			}
		}
	}
	if dot, err := exec.LookPath("dot"); err == nil {
		cmd := exec.Command(dot, "-Tplain", filepath.Join(out, "diagram.dot"))
		if plain, err := cmd.Output(); err != nil || strings.Contains(string(plain), "\nnode evil") {
			t.Errorf("diagram.dot: %v; a name became a node", err)
		}
	}
	// The names are there, made harmless: otherwise nothing was tested.
	for i := range hostile() {
		if mark := fmt.Sprintf("hm%d", i+1); !strings.Contains(written["snapshot.json"], mark) || !strings.Contains(written["report.html"], mark) {
			t.Errorf("name %d is not on the map", i+1)
		}
	}
	if len(written["snapshot.json"]) > 20<<20 {
		t.Errorf("snapshot of %d octets: names are not bounded", len(written["snapshot.json"]))
	}
}

func checkNothingActs(t *testing.T, where, content string) {
	t.Helper()
	seen := make(map[rune]bool)
	for _, r := range content {
		acts := unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Cf, r) && r != '\ufeff'
		if acts && !seen[r] {
			seen[r] = true
			t.Errorf("%s holds %U", where, r)
		}
	}
}

func zipped(t *testing.T, content string) map[string]string {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		rc.Close()
		out[f.Name] = string(b)
	}
	return out
}
