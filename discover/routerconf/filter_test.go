package routerconf_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

// access returns what a configuration lets in, a word for each.
func access(t *testing.T, text string) []string {
	t.Helper()
	c, _, err := read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range c.Observations() {
		f, ok := o.Fact.(fact.RemoteAccess)
		if !ok {
			continue
		}
		s := f.Type + "@" + f.Interface
		for _, p := range f.From {
			s += " " + p.String()
		}
		if f.Filtered {
			s += " filtered"
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// TestYamahaFilters tries who may come in to one port that is passed on.
func TestYamahaFilters(t *testing.T) {
	const router = `# RTX830 Rev.15.02.29 (x)
ip lan1 address 192.168.1.1/24
ip lan2 address 203.0.113.5/29
ip route default gateway 203.0.113.1
ip lan2 nat descriptor 1
nat descriptor type 1 masquerade
nat descriptor masquerade static 1 1 192.168.1.9 tcp 8080=80
`
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{name: "no filter", want: []string{"port-forward@lan2"}},
		{name: "nothing passes", in: "ip lan2 secure filter in 1\nip filter 1 reject * * * * *\n"},
		{name: "what no filter names is rejected", in: "ip lan2 secure filter in 1\nip filter 1 pass * * icmp * *\n"},
		{name: "a filter that is not defined", in: "ip lan2 secure filter in 1\n"},
		{
			name: "some", in: "ip lan2 secure filter in 1 2\nip filter 1 pass 198.51.100.0/28,198.51.100.99 192.168.1.9 tcp * 80\nip filter 2 reject *\n",
			want: []string{"port-forward@lan2 198.51.100.0/28 198.51.100.99/32"},
		},
		{name: "another port", in: "ip lan2 secure filter in 1\nip filter 1 pass * * tcp * 443\n"},
		{name: "the port before its translation", in: "ip lan2 secure filter in 1\nip filter 1 pass * * tcp * 8080\n"},
		{name: "another host", in: "ip lan2 secure filter in 1\nip filter 1 pass * 192.168.1.8 tcp * 80\n"},
		{name: "another protocol", in: "ip lan2 secure filter in 1\nip filter 1 pass * * udp * *\n"},
		{name: "answers only", in: "ip lan2 secure filter in 1\nip filter 1 pass * * established * *\n"},
		{name: "answers of a port", in: "ip lan2 secure filter in 1\nip filter 1 pass * * tcp 80 *\n"},
		{
			name: "some sources are rejected first", in: "ip lan2 secure filter in 1 2\nip filter 1 reject 198.51.100.0/24 * * * *\nip filter 2 pass 198.51.100.7,203.0.113.64/26 * tcp * www\n",
			want: []string{"port-forward@lan2 203.0.113.64/26"},
		},
		{
			name: "a port of the source is rejected", in: "ip lan2 secure filter in 1 2\nip filter 1 reject * * udp,tcp 135 *\nip filter 2 pass * * tcp * 80\n",
			want: []string{"port-forward@lan2"},
		},
		{
			name: "a range of sources", in: "ip lan2 secure filter in 1\nip filter 1 pass 198.51.100.6-198.51.100.9 * tcp * 1-1023\n",
			want: []string{"port-forward@lan2 198.51.100.6/31 198.51.100.8/31"},
		},
		{
			name: "a name", in: "ip lan2 secure filter in 1\nip filter 1 pass *.maker.example.com * tcp * 80\n",
			want: []string{"port-forward@lan2 filtered"},
		},
		{name: "only its own network, from which nobody comes there", in: "ip lan2 secure filter in 1\nip filter 1 pass 192.168.1.0/24 * * * *\n"},
		{name: "order counts", in: "ip lan2 secure filter in 2 1\nip filter 1 pass * * tcp * 80\nip filter 2 reject * * * * *\n"},
		{name: "its own services are behind the translation", in: "sshd service on\nip lan2 secure filter in 9\nip filter 9 pass 198.51.100.1 * tcp * 22\n"},
		{
			name: "unless it passes them on to itself",
			in:   "sshd service on\nnat descriptor masquerade static 1 2 192.168.1.1 tcp 22\nip lan2 secure filter in 9\nip filter 9 pass 198.51.100.1 * tcp * 22\n",
			want: []string{"ssh@lan2 198.51.100.1/32"},
		},
		{
			name: "and only those whom the service knows",
			in:   "sshd service on\nsshd host 198.51.100.0-198.51.100.3\nnat descriptor masquerade static 1 2 192.168.1.1 tcp 22\nip lan2 secure filter in 9\nip filter 9 pass 198.51.100.2,198.51.100.9 * tcp * 22\n",
			want: []string{"ssh@lan2 198.51.100.2/32"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, access(t, router+tt.in)); d != "" {
				t.Errorf("let in (-want +got):\n%s", d)
			}
		})
	}
}

// TestCiscoFilters tries who may come in to the router itself.
func TestCiscoFilters(t *testing.T) {
	const router = `Building configuration...
interface Dialer1
 ip address negotiated
 ip nat outside
 dialer pool 1
 ACCESS
interface GigabitEthernet0/0
 pppoe-client dial-pool-number 1
interface Vlan1
 ip address 192.168.1.1 255.255.255.0
 ip nat inside
line vty 0 4
 transport input ssh
`
	for _, tt := range []struct {
		name, bind, in string
		want           []string
	}{
		{name: "no filter", want: []string{"ssh@Dialer1"}},
		{name: "a list that is not there lets everything in", bind: "ip access-group 101 in", want: []string{"ssh@Dialer1"}},
		{name: "what no line names is denied", bind: "ip access-group 101 in", in: "access-list 101 permit icmp any any\n"},
		{
			name: "wildcards", bind: "ip access-group 101 in", in: "access-list 101 permit tcp 198.51.100.64 0.0.0.31 any eq 22\naccess-list 101 deny ip any any\n",
			want: []string{"ssh@Dialer1 198.51.100.64/27"},
		},
		{name: "established", bind: "ip access-group 101 in", in: "access-list 101 permit tcp any any established\n"},
		{
			name: "a range of ports", bind: "ip access-group X in", in: "ip access-list extended X\n 10 permit tcp host 198.51.100.1 any range 20 25\n",
			want: []string{"ssh@Dialer1 198.51.100.1/32"},
		},
		{
			name: "a time", bind: "ip access-group 101 in", in: "access-list 101 permit tcp any any eq 22 time-range NIGHT\n",
			want: []string{"ssh@Dialer1 filtered"},
		},
		{
			name: "zones", bind: "zone-member security WAN", in: "zone-pair security P source WAN destination self\n",
			want: []string{"ssh@Dialer1 filtered"},
		},
		{name: "out is not in", bind: "ip access-group 101 out", in: "access-list 101 deny ip any any\n", want: []string{"ssh@Dialer1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(router, "ACCESS", tt.bind, 1) + tt.in
			if d := cmp.Diff(tt.want, access(t, text)); d != "" {
				t.Errorf("let in (-want +got):\n%s", d)
			}
		})
	}
}
