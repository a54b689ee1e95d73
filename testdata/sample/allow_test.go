package sample_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"kanmon/discover/fact"
)

// allowedAddress reports whether a can be nobody's: private, set aside for
// documentation or sharing, or of the closed network that must be recognised.
func allowedAddress(a netip.Addr) bool {
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "255.0.0.0/8",
		"fe80::/10", "ff00::/8", "2001:db8::/32", "2404:1a8::/32",
	} {
		if netip.MustParsePrefix(p).Contains(a) {
			return true
		}
	}
	return false
}

// allowedMAC reports whether m is a documentation address, one that no maker
// gave, a group, or one of the first of a maker's.
func allowedMAC(m fact.MAC) bool {
	if m.IsGroup() || m.IsLocal() || m.IsZero() || bytes.HasPrefix(m[:], []byte{0, 0, 0x5e, 0, 0x53}) {
		return true
	}
	makers := []string{
		"00:00:0c", "00:00:85", "00:00:cd", "00:09:0f", "00:0b:5d", "00:14:22", "00:16:97", "00:17:08",
		"00:1b:21", "00:1e:42", "00:40:8c", "00:80:6d", "00:80:77", "00:a0:de", "00:c0:b7",
	}
	return slices.Contains(makers, m.String()[:8]) && m[3] == 0 && m[4] <= 1
}

// allowedName reports whether name is set aside for documentation, local, or
// one that must be recognised.
func allowedName(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if !strings.Contains(name, ".") {
		return true
	}
	for _, s := range []string{
		".example.jp", ".example.com", ".example.net", ".local",
		".oqs.onshikaku.org", ".lineauth.mnw", "router1.teamviewer.com", "flets-east.jp",
	} {
		if strings.HasSuffix("."+name, s) || name == s {
			return true
		}
	}
	return false
}

var (
	dottedIP   = regexp.MustCompile(`(?:IpAddress: |\|64\||")([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]*::?[0-9a-f:]+)(?:/[0-9]+)?(?:"|\n)`)
	hexMAC     = regexp.MustCompile(`(?:Hex-STRING: |\|4x\||")((?:[0-9A-Fa-f]{2}[ :]?){6}) ?(?:"|\n)`)
	domainName = regexp.MustCompile(`[a-z0-9_][a-z0-9_-]+(?:\.[a-z0-9_-]{2,})*\.(?:com|net|org|jp|mnw|io|info|biz|co|gov|edu)\b`)
)

func TestEvidenceNamesNobody(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("evidence", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no evidence: %v", err)
	}
	paths = append(paths, "truth.json", "site.yaml", "register.yaml")
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b = plain(t, path, b)
			if strings.Contains(path, ".pcap") {
				checkCapture(t, b)
				return
			}
			checkText(t, b)
		})
	}
}

func checkText(t *testing.T, b []byte) {
	t.Helper()
	for _, m := range dottedIP.FindAllSubmatch(b, -1) {
		if a, err := netip.ParseAddr(string(m[1])); err == nil && !allowedAddress(a) {
			t.Errorf("address %s", a)
		}
	}
	for _, m := range hexMAC.FindAllSubmatch(b, -1) {
		if mac, err := fact.ParseMAC(strings.ReplaceAll(string(m[1]), " ", "")); err == nil && !allowedMAC(mac) {
			t.Errorf("MAC address %s", mac)
		}
	}
	checkNames(t, b)
}

func checkNames(t *testing.T, b []byte) {
	t.Helper()
	for _, name := range domainName.FindAll(b, -1) {
		if !allowedName(string(name)) {
			t.Errorf("name %s", name)
		}
	}
}

// packets is what both readers of capture files have.
type packets interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

func checkCapture(t *testing.T, b []byte) {
	t.Helper()
	var r packets
	r, err := pcapgo.NewReader(bytes.NewReader(b))
	if err != nil {
		r, err = pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions)
	}
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		data, _, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
		checkFrame(t, n, data)
	}
	if n == 0 {
		t.Error("no frames")
	}
}

func checkFrame(t *testing.T, n int, data []byte) {
	t.Helper()
	addr := func(b []byte) {
		if a, ok := netip.AddrFromSlice(b); ok && !allowedAddress(a) {
			t.Errorf("frame %d: address %s", n, a)
		}
	}
	mac := func(b []byte) {
		if m, ok := fact.MACFrom(b); ok && !allowedMAC(m) {
			t.Errorf("frame %d: MAC address %s", n, m)
		}
	}
	for _, l := range gopacket.NewPacket(data, layers.LinkTypeEthernet, gopacket.NoCopy).Layers() {
		switch l := l.(type) {
		case *layers.Ethernet:
			mac(l.SrcMAC)
			mac(l.DstMAC)
		case *layers.ARP:
			mac(l.SourceHwAddress)
			addr(l.SourceProtAddress)
			addr(l.DstProtAddress)
		case *layers.IPv4:
			addr(l.SrcIP)
			addr(l.DstIP)
		case *layers.IPv6:
			addr(l.SrcIP)
			addr(l.DstIP)
		case *layers.DNS:
			for _, q := range l.Questions {
				if !allowedName(string(q.Name)) {
					t.Errorf("frame %d: name %s", n, q.Name)
				}
			}
			for _, a := range l.Answers {
				addr(a.IP)
			}
		case *layers.DHCPv4:
			addr(l.YourClientIP)
			mac(l.ClientHWAddr)
		}
	}
	checkNames(t, data)
}
