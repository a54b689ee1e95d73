package filter_test

import (
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
	"kanmon/discover/pcap/internal/frametest"
)

// Stations of the tests, and what makes their frames.
var (
	macA = fact.MAC{0x02, 0, 0, 0, 0, 0x0a}
	macB = fact.MAC{0x02, 0, 0, 0, 0, 0x0b}

	join                = slices.Concat[[]byte]
	eth, arp4, ip4, ip6 = frametest.Ethernet, frametest.ARP, frametest.IPv4, frametest.IPv6
	be16, udp, tcp      = frametest.Be16, frametest.UDP, frametest.TCP
)

// takes reports whether a filter takes a frame of a link type.
func takes(t *testing.T, f *filter.Filter, link uint32, b []byte) bool {
	t.Helper()
	m, err := f.Matcher(link)
	if err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	n, err := m.Run(b)
	if err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	return n > 0
}

func TestMatcher(t *testing.T) {
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
			f, err := filter.Parse(tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range []string{"arp", "double", "tagged", "tcp", "udp6"} {
				if takes(t, f, frame.LinkEthernet, frames[name]) {
					got = append(got, name)
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("takes %q, want %q", s, tt.want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
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
		if _, err := filter.Parse(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q: error %v, want one with %q", tt.in, err, tt.want)
		}
	}
}

// TestUnknownLink wants to be told what to do about frames that no filter can
// choose from.
func TestUnknownLink(t *testing.T) {
	t.Parallel()
	f, err := filter.Parse("tcp")
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[uint32]string{frame.LinkWiFi: "IEEE802_11 (105)", 9999: "unknown (9999)"} {
		if _, err := f.Matcher(link); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "leave the filter out") {
			t.Errorf("link type %d: error %v, want one with %q", link, err, want)
		}
	}
}

// FuzzFilter runs what can be parsed over frames, and has it made for kernels.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"host 192.0.2.1 and not (port 53 or vlan 5)", "ether src 02:00:00:00:00:01", "net ::/0", "tcp src portrange 1-5"} {
		f.Add(s, eth(macA, macB, 0x8100, make([]byte, 40)))
	}
	f.Fuzz(func(t *testing.T, s string, b []byte) {
		chosen, err := filter.Parse(s)
		if err != nil {
			return
		}
		for _, link := range []uint32{frame.LinkEthernet, frame.LinkRaw, frame.LinkSLL, frame.LinkSLL2, frame.LinkNull} {
			takes(t, chosen, link, b)
			if _, err := chosen.Program(link, link == frame.LinkEthernet); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}
