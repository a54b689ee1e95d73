package pcap_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/discover/fact"
)

// pings makes a UDP datagram from each of the sources to each of the
// destinations, sent by macA to macB.
func pings(sources, destinations []string) [][]byte {
	var frames [][]byte
	for _, s := range sources {
		for _, d := range destinations {
			if ip(s).Is6() {
				frames = append(frames, eth(macB, macA, 0x86dd, ip6(s, d, 17, 60, udp(40000, 9999, []byte("x")))))
			} else {
				frames = append(frames, eth(macB, macA, 0x0800, ip4(s, d, 17, udp(40000, 9999, []byte("x")))))
			}
		}
	}
	return frames
}

func TestTransit(t *testing.T) {
	t.Parallel()
	from := func(version int) fact.Transit { return fact.Transit{MAC: macA, Version: version} }
	to := func(version int) fact.Transit { return fact.Transit{MAC: macB, Version: version, To: true} }
	announce := func(prefix string) []byte {
		option := join([]byte{3, 4, 64, 0xc0}, be32(86400), be32(86400), be32(0), addr(prefix))
		b := join([]byte{134, 0, 0, 0, 64, 0}, be16(1800), be32(0), be32(0), option)
		return eth(fact.MAC{0x33, 0x33, 0, 0, 0, 1}, macC, 0x86dd, ip6("fe80::1", "ff02::1", 58, 255, b))
	}
	tests := []struct {
		name   string
		frames [][]byte
		want   []fact.Transit
	}{
		{name: "to three networks", frames: pings([]string{"10.0.0.1"}, []string{"198.51.100.1", "203.0.113.1", "192.0.2.1"}), want: []fact.Transit{to(4)}},
		{name: "from three networks", frames: pings([]string{"198.51.100.1", "203.0.113.1", "192.0.2.1"}, []string{"10.0.0.1"}), want: []fact.Transit{from(4)}},
		{name: "of one network with public addresses", frames: pings([]string{"198.51.100.1", "198.51.100.2", "198.51.100.3"}, []string{"10.0.0.1"})},
		{name: "private", frames: pings([]string{"10.0.0.1", "10.0.1.1", "10.0.2.1"}, []string{"172.16.0.1", "192.168.1.1", "192.168.2.1"})},
		{
			name:   "IPv6, of a host with addresses of two providers",
			frames: pings([]string{"2001:db8:1::1", "2001:db8:2::1"}, []string{"2001:db8:9::1"}),
		},
		{
			name:   "IPv6, from three networks",
			frames: pings([]string{"2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"}, []string{"2001:db8:9::1"}), want: []fact.Transit{from(6)},
		},
		{
			name:   "IPv6, two networks beside the one that is announced",
			frames: append(pings([]string{"2001:db8:1::1", "2001:db8:2::1"}, []string{"2001:db8:9::1"}), announce("2001:db8:9::")), want: []fact.Transit{from(6)},
		},
		{
			name:   "IPv6, one network beside the one that is announced",
			frames: append(pings([]string{"2001:db8:9::1", "2001:db8:2::1"}, []string{"2001:db8:9::1"}), announce("2001:db8:9::")),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := facts[fact.Transit](readBytes(t, tt.name, classicFile(1, tt.frames...)).obs)
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("transit, less what was found: %s", diff)
			}
		})
	}
}

func TestHopLimit(t *testing.T) {
	t.Parallel()
	packet := func(src string, ttl byte, port uint16) []byte {
		b := ip4(src, "10.9.9.9", 17, udp(port, 9999, []byte("x")))
		b[8] = ttl
		return eth(macB, macA, 0x0800, b)
	}
	var traced [][]byte
	for ttl := range byte(30) {
		traced = append(traced, packet("10.0.0.3", ttl+1, 33434+uint16(ttl)))
	}
	tests := []struct {
		name   string
		frames [][]byte
		want   []string
	}{
		{name: "each once", frames: [][]byte{packet("10.0.0.1", 64, 1), packet("10.0.0.1", 64, 2), packet("10.0.0.1", 63, 3), packet("10.0.0.2", 127, 1)}, want: []string{"10.0.0.1 64", "10.0.0.1 63", "10.0.0.2 127"}},
		{name: "of the first packet only", frames: [][]byte{packet("10.0.0.1", 64, 1), packet("10.0.0.1", 60, 1)}, want: []string{"10.0.0.1 64"}},
		{name: "public, behind routers", frames: [][]byte{packet("203.0.113.1", 55, 1)}},
		{name: "public, on this wire", frames: [][]byte{packet("203.0.113.1", 64, 1)}, want: []string{"203.0.113.1 64"}},
		{name: "traceroute", frames: traced, want: []string{"10.0.0.3 1", "10.0.0.3 2", "10.0.0.3 3", "10.0.0.3 4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range facts[fact.HopLimit](readBytes(t, tt.name, classicFile(1, tt.frames...)).obs) {
				if f.MAC != macA {
					t.Errorf("sent by %s", f.MAC)
				}
				got = append(got, fmt.Sprintf("%s %d", f.IP, f.Value))
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
				t.Errorf("hop limits, less what was found: %s", diff)
			}
		})
	}
}

// TestHandedOver wants to know to whom packets for a host were handed where its
// own came another way, and who was seen to hand packets on.
func TestHandedOver(t *testing.T) {
	t.Parallel()
	virtual, macD := fact.MAC{0, 0, 0x5e, 0, 1, 1}, fact.MAC{2, 0, 0, 0, 0, 0xd}
	const client, server = "10.0.0.1", "203.0.113.1"
	// A frame with a segment of a conversation of one client: there, and back.
	there := func(from, to fact.MAC, port uint16, server string) []byte {
		return eth(to, from, 0x0800, ip4(client, server, 6, tcp(port, 443, 1, syn, nil)))
	}
	back := func(from, to fact.MAC, port uint16, server string) []byte {
		return eth(to, from, 0x0800, ip4(server, client, 6, tcp(443, port, 1, syn|ack, nil)))
	}
	flow := func(a fact.MAC, server string, mac, via fact.MAC, answered bool) fact.Flow {
		return fact.Flow{
			Client: fact.Endpoint{IP: ip(client), MAC: a}, Server: fact.Endpoint{IP: ip(server), Port: 443, MAC: mac, Via: via},
			Protocol: "tcp", Answered: answered,
		}
	}
	none := fact.MAC{}
	tests := []struct {
		name   string
		frames [][]byte
		want   []fact.Flow
	}{
		{
			name:   "answered by another",
			frames: [][]byte{there(macA, macC, 40000, server), back(macB, macA, 40000, server)},
			want:   []fact.Flow{flow(macA, server, macB, macC, true)},
		},
		{
			name:   "answer first",
			frames: [][]byte{back(macB, macA, 40000, server), there(macA, macC, 40000, server)},
			want:   []fact.Flow{flow(macA, server, macB, macC, true)},
		},
		{name: "not answered", frames: [][]byte{there(macA, macC, 40000, server)}, want: []fact.Flow{flow(macA, server, macC, none, false)}},
		{
			name:   "answered by the same",
			frames: [][]byte{there(macA, macB, 40000, server), back(macB, macA, 40000, server)},
			want:   []fact.Flow{flow(macA, server, macB, none, true)},
		},
		{
			name: "two routers that share an address",
			frames: [][]byte{
				there(macA, virtual, 40000, server), back(macB, macA, 40000, server),
				there(macA, virtual, 40001, server), back(macC, macA, 40001, server),
			},
			want: []fact.Flow{flow(macA, server, macB, virtual, true), flow(macA, server, macC, virtual, true)},
		},
		{
			name: "opened from outside",
			frames: [][]byte{
				eth(macA, macB, 0x0800, ip4(server, client, 6, tcp(40000, 443, 1, syn, nil))),
				eth(macC, macA, 0x0800, ip4(client, server, 6, tcp(443, 40000, 1, syn|ack, nil))),
			},
			want: []fact.Flow{{
				Client: fact.Endpoint{IP: ip(server), MAC: macB, Via: macC}, Server: fact.Endpoint{IP: ip(client), Port: 443, MAC: macA},
				Protocol: "tcp", Answered: true,
			}},
		},
		{
			name: "handed on by the router that it was handed to, and answered straight",
			frames: [][]byte{
				there(macA, macC, 40000, server), there(macC, macB, 40000, server), back(macB, macA, 40000, server),
			},
			want: []fact.Flow{flow(macA, server, macB, macC, true), flow(macC, server, macB, none, false)},
		},
		{
			name: "both sides of a router",
			frames: [][]byte{
				there(macA, macC, 40000, server), there(macC, macB, 40000, server),
				back(macB, macC, 40000, server), back(macC, macA, 40000, server),
			},
			want: []fact.Flow{
				{
					Client: fact.Endpoint{IP: ip(client), MAC: macA, Via: macC}, Server: fact.Endpoint{IP: ip(server), Port: 443, MAC: macB, Via: macC},
					Protocol: "tcp", Answered: true,
				},
				flow(macC, server, macB, none, false),
			},
		},
		{
			name: "handed on by a router of those that share an address",
			frames: [][]byte{
				there(macA, virtual, 40000, server), there(macC, macD, 40000, server), back(macD, macA, 40000, server),
			},
			want: []fact.Flow{flow(macA, server, macD, virtual, true), flow(macC, server, macD, none, false)},
		},
		{
			name: "of one client once, and of each network",
			frames: [][]byte{
				there(macA, macC, 40000, server), there(macC, macB, 40000, server),
				there(macA, macC, 40001, "203.0.113.2"), there(macC, macB, 40001, "203.0.113.2"),
				there(macA, macC, 40002, "203.0.113.3"), there(macC, macB, 40002, "203.0.113.3"),
				there(macA, macC, 40003, "198.51.100.1"), there(macC, macB, 40003, "198.51.100.1"),
			},
			want: []fact.Flow{
				flow(macA, server, macC, none, false), flow(macA, "203.0.113.2", macC, none, false), flow(macA, "203.0.113.3", macC, none, false), flow(macA, "198.51.100.1", macC, none, false),
				flow(macC, server, macB, none, false), flow(macC, "203.0.113.2", macB, none, false), flow(macC, "198.51.100.1", macB, none, false),
			},
		},
		{
			name: "between hosts inside",
			frames: [][]byte{
				there(macA, macC, 40000, "10.0.9.1"), there(macC, macB, 40000, "10.0.9.1"),
			},
			want: []fact.Flow{flow(macA, "10.0.9.1", macC, none, false)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := facts[fact.Flow](readBytes(t, tt.name, classicFile(1, tt.frames...)).obs)
			order := cmpopts.SortSlices(func(a, b fact.Flow) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Addr{}), order); diff != "" {
				t.Errorf("flows, less what was found: %s", diff)
			}
		})
	}
}

// What does not fit in the table of stations that frames were handed to is told.
func TestHandedToMany(t *testing.T) {
	t.Parallel()
	const many = 8_192 + 3
	var frames [][]byte
	for i := range uint16(many) {
		to := fact.MAC{2, 0, 0, 1, byte(i >> 8), byte(i)}
		frames = append(frames,
			eth(to, macA, 0x0800, ip4("10.0.0.1", "203.0.113.1", 17, udp(40_000+i, 9999, []byte("x")))),
			eth(macA, macB, 0x0800, ip4("203.0.113.1", "10.0.0.1", 17, udp(9999, 40_000+i, []byte("x")))),
		)
	}
	r := readBytes(t, "many", classicFile(1, frames...))
	vias := make(map[fact.MAC]bool)
	for _, f := range facts[fact.Flow](r.obs) {
		vias[f.Server.Via] = true
	}
	told := slices.ContainsFunc(facts[fact.Gap](r.obs), func(g fact.Gap) bool { return g.What == "stations that frames were handed to" })
	if len(vias) != many-3+1 || !told { // and none, for those that did not fit
		t.Errorf("%d stations, and that others were left out was told: %t", len(vias), told)
	}
}
