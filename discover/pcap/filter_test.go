package pcap_test

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kanmon/discover"
	"kanmon/discover/pcap"
)

// choose returns how many frames of a capture file a filter takes.
func choose(t *testing.T, file []byte, filter string) (int, error) {
	t.Helper()
	f, err := pcap.ParseFilter(filter)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	var out bytes.Buffer
	c := pcap.NewCopyFile(&out, pcap.CopyOptions{})
	for _, format := range pcap.FormatsWith(pcap.FileOptions{Filter: f, Copy: c}) {
		if !format.Match(file) {
			continue
		}
		in := discover.NewInput("x", "", bytes.NewReader(file), func() string { return "digest" })
		if _, err := format.Read(context.WithoutCancel(t.Context()), in, &discover.Collection{}); err != nil {
			return 0, err
		}
	}
	n, _ := c.Frames()
	return int(n), nil
}

func TestFilter(t *testing.T) {
	t.Parallel()
	tagged := func(tags ...[]byte) []byte {
		kind := uint16(0x0800)
		body := ip4("192.0.2.1", "198.51.100.7", 6, tcp(40000, 443, 1, 2, nil))
		for _, tag := range tags {
			body, kind = join(tag, be16(kind), body), 0x8100
		}
		return eth(macB, macA, kind, body)
	}
	frames := map[string][]byte{
		"tcp":    tagged(),
		"tagged": tagged(be16(20)),
		"double": tagged(be16(30), be16(20)),
		"arp":    eth(macB, macA, 0x0806, arp4(1, macA, "192.0.2.1", macB, "192.0.2.2")),
		"udp6":   eth(macB, macA, 0x86dd, ip6("2001:db8::1", "2001:db8:1::2", 17, 64, udp(5000, 53, make([]byte, 12)))),
	}
	for _, tt := range []struct{ filter, want string }{
		{"host 192.0.2.1", "arp double tagged tcp"},
		{"src host 198.51.100.7", ""},
		{"src 192.0.2.1 and not arp", "double tagged tcp"},
		{"dst net 198.51.100.0/24", "double tagged tcp"},
		{"net 192.0.0.0/9", "arp double tagged tcp"},
		{"port 443", "double tagged tcp"},
		{"udp port 443", ""},
		{"port 53 or arp", "arp udp6"},
		{"portrange 50-60", "udp6"},
		{"src port 53", ""},
		{"udp dst port 53", "udp6"},
		{"vlan", "double tagged"},
		{"vlan 20", "double tagged"},
		{"vlan 30", ""},
		{"not vlan and (tcp or udp)", "tcp udp6"},
		{"ip6", "udp6"},
		{"ip", "double tagged tcp"},
		{"net 2001:db8:1::/48", "udp6"},
		{"host 2001:db8::1", "udp6"},
		{"src net 2001:db8:1::/48", ""},
		{"ether host 02:00:00:00:00:0a", "arp double tagged tcp udp6"},
		{"ether dst 02:00:00:00:00:0a", ""},
		{"ether proto 0x806", "arp"},
		{"ip proto 6", "double tagged tcp"},
		{"!(tcp||udp)", "arp"},
		{"icmp or icmp6", ""},
	} {
		t.Run(tt.filter, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, name := range []string{"arp", "double", "tagged", "tcp", "udp6"} {
				if n, err := choose(t, classicFile(1, frames[name]), tt.filter); err != nil {
					t.Error(err)
				} else if n == 1 {
					got = append(got, name)
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("takes %q, want %q", s, tt.want)
			}
		})
	}
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", "missing"},
		{"host", "missing"},
		{"host www.example.com", "names are not looked up"},
		{"net 192.0.2.0", "not a prefix"},
		{"port http", "port 53"},
		{"port 1-5", "portrange"},
		{"vlan 5000", "4095"},
		{"ether host x", "not a MAC"},
		{"(tcp", "not closed"},
		{"tcp udp", "join parts"},
		{"greater 100", "not understood"},
		{strings.Repeat("(", 200), "too deeply"},
		{strings.Repeat("tcp or ", 100) + "udp", "more than 64"},
		{strings.Repeat("x", 2000), "longer"},
	} {
		if _, err := pcap.ParseFilter(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q: error %v, want one with %q", tt.in, err, tt.want)
		}
	}
}

// TestFilterLikeTcpdump compares what is chosen with what tcpdump chooses, in
// captures without tags, which the two treat differently on purpose.
func TestFilterLikeTcpdump(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("no tcpdump here")
	}
	folder := captureFolder(t)
	filters := []string{
		"tcp", "udp", "arp", "ip6", "icmp or icmp6", "port 53", "udp port 500 or udp port 4500", "not port 443",
		"src portrange 1000-2000", "net 10.0.0.0/8", "dst net 192.168.0.0/16 and tcp", "net fe80::/10", "ip proto 47", "ether proto 0x88cc",
	}
	compared := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "cap") || strings.Contains(path, "corrupt") || strings.Contains(path, "truncated") || strings.HasSuffix(path, ".out") {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > 200_000 || compared > 25*len(filters) {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if out, err := exec.CommandContext(t.Context(), "tcpdump", "-n", "-q", "-r", path, "vlan").Output(); err != nil || len(out) > 0 {
			return nil //nolint:nilerr // tags, or a link type for which there are none
		}
		for _, filter := range filters {
			got, err := choose(t, file, filter)
			if err != nil {
				return nil //nolint:nilerr // of a link type that is not chosen from
			}
			out, err := exec.CommandContext(t.Context(), "tcpdump", "-n", "-q", "-t", "--count", "-r", path, filter).Output()
			if err != nil {
				continue
			}
			word, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
			want, err := strconv.Atoi(word)
			if err != nil {
				continue
			}
			compared++
			if got != want {
				t.Errorf("%s: %q takes %d frames, and with tcpdump %d", cmp.Or(filepath.Base(path), path), filter, got, want)
			}
		}
		return nil
	})
	if err != nil || compared < 100 {
		t.Errorf("compared %d times, error %v", compared, err)
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"host 192.0.2.1 and not (port 53 or vlan 5)", "ether src 02:00:00:00:00:01", "net ::/0", "tcp src portrange 1-5"} {
		f.Add(s, eth(macA, macB, 0x8100, make([]byte, 40)))
	}
	f.Fuzz(func(t *testing.T, s string, frame []byte) {
		if _, err := pcap.ParseFilter(s); err != nil {
			return
		}
		for _, link := range []uint32{1, 101, 113, 276, 0} {
			if _, err := choose(t, classicFile(link, frame), s); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}
