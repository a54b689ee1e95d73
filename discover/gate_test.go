package discover_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kanmon/discover"
	"kanmon/discover/internal/gatetest"
)

func TestGateRefuses(t *testing.T) {
	t.Parallel()
	targets := gatetest.Prefixes("192.0.2.0/24", "198.51.100.7/32", "198.51.100.8/31", "2001:db8::/112", "fe80::1/128", "::ffff:203.0.113.0/120")
	tests := []struct {
		name  string
		level discover.Traffic
		need  discover.Traffic
		to    string
		want  string // in the refusal; empty: permitted
	}{
		{"query-at-none", discover.TrafficNone, discover.TrafficQuery, "192.0.2.1", "needs traffic level query and this run has none; allow it with --traffic query"},
		{"query-at-listen", discover.TrafficListen, discover.TrafficQuery, "192.0.2.1", "needs traffic level query"},
		{"probe-at-query", discover.TrafficQuery, discover.TrafficProbe, "192.0.2.1", "needs traffic level probe"},
		{"listen-sends-nothing", discover.TrafficListen, discover.TrafficListen, "192.0.2.1", "needs traffic level query"},
		{"query-at-query", discover.TrafficQuery, discover.TrafficQuery, "192.0.2.1", ""},
		{"query-at-probe", discover.TrafficProbe, discover.TrafficQuery, "192.0.2.1", ""},
		{"probe-at-probe", discover.TrafficProbe, discover.TrafficProbe, "192.0.2.1", ""},
		{"outside", discover.TrafficProbe, discover.TrafficProbe, "192.0.3.1", "not among the named targets"},
		{"outside-6", discover.TrafficProbe, discover.TrafficProbe, "2001:db8::1:0", "not among the named targets"},
		{"mapped", discover.TrafficProbe, discover.TrafficProbe, "::ffff:192.0.2.1", ""},
		{"mapped-outside", discover.TrafficProbe, discover.TrafficProbe, "::ffff:192.0.3.1", "not among"},
		{"mapped-target", discover.TrafficProbe, discover.TrafficProbe, "203.0.113.9", ""},
		{"zone", discover.TrafficProbe, discover.TrafficProbe, "fe80::1%eth0", ""},
		{"excluded", discover.TrafficProbe, discover.TrafficProbe, "192.0.2.77", "is excluded"},
		{"excluded-mapped", discover.TrafficProbe, discover.TrafficProbe, "::ffff:192.0.2.77", "is excluded"},
		{"no-touch", discover.TrafficProbe, discover.TrafficProbe, "192.0.2.100", "never to be touched: patient monitor"},
		{"network-address", discover.TrafficProbe, discover.TrafficProbe, "192.0.2.0", "network or broadcast address of 192.0.2.0/24"},
		{"directed-broadcast", discover.TrafficProbe, discover.TrafficProbe, "192.0.2.255", "network or broadcast address"},
		{"single", discover.TrafficProbe, discover.TrafficProbe, "198.51.100.7", ""},
		{"point-to-point", discover.TrafficProbe, discover.TrafficProbe, "198.51.100.8", ""},
		{"broadcast", discover.TrafficProbe, discover.TrafficProbe, "255.255.255.255", "not among"},
		{"no-address", discover.TrafficProbe, discover.TrafficProbe, "", "not among"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g, receipts := gatetest.New(t, discover.GateOptions{
				Level: tt.level, Targets: targets, Exclude: gatetest.Prefixes("192.0.2.64/27"),
				NoTouch: func(a netip.Addr) string {
					if a == netip.MustParseAddr("192.0.2.100") {
						return "patient monitor"
					}
					return ""
				},
			})
			to, _ := netip.ParseAddr(tt.to)
			err := g.PermitAt(t.Context(), tt.need, to, "SNMP Get", 1)
			if tt.want == "" {
				if err != nil || receipts.Len() == 0 {
					t.Errorf("error %v, receipts %q", err, receipts)
				}
				return
			}
			if !errors.Is(err, discover.ErrRefused) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a refusal with %q", err, tt.want)
			}
			if receipts.Len() != 0 {
				t.Errorf("refused, and there is a receipt: %s", receipts)
			}
		})
	}
}

func TestNewGateRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   discover.GateOptions
		want string
	}{
		{"too-large", discover.GateOptions{Targets: gatetest.Prefixes("10.0.0.0/15")}, "larger than a /16"},
		{"everything", discover.GateOptions{Targets: gatetest.Prefixes("0.0.0.0/0")}, "larger than a /16"},
		{"too-large-6", discover.GateOptions{Targets: gatetest.Prefixes("2001:db8::/111")}, "larger than a /112"},
		{"mapped-too-large", discover.GateOptions{Targets: gatetest.Prefixes("::ffff:10.0.0.0/111")}, "larger than a /16"},
		{"multicast", discover.GateOptions{Targets: gatetest.Prefixes("224.0.0.251/32")}, "multicast"},
		{"multicast-6", discover.GateOptions{Targets: gatetest.Prefixes("ff02::1/128")}, "multicast"},
		{"broadcast", discover.GateOptions{Targets: gatetest.Prefixes("255.255.255.255/32")}, "broadcast"},
		{"unspecified", discover.GateOptions{Targets: gatetest.Prefixes("0.0.0.0/32")}, "unspecified"},
		{"unspecified-6", discover.GateOptions{Targets: gatetest.Prefixes("::/128")}, "unspecified"},
		{"invalid", discover.GateOptions{Targets: []netip.Prefix{{}}}, "not valid"},
		{"invalid-exclusion", discover.GateOptions{Exclude: []netip.Prefix{{}}}, "not valid"},
		{"negative-rate", discover.GateOptions{PerSecond: -1}, "less than zero"},
		{"no-clock", discover.GateOptions{Level: discover.TrafficQuery}, "clock"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if g, err := discover.NewGate(tt.in); err == nil || g != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestGateOfNothing(t *testing.T) {
	t.Parallel()
	empty, err := discover.NewGate(discover.GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*discover.Gate{nil, empty} {
		to := netip.MustParseAddr("192.0.2.1")
		if err := g.Permit(t.Context(), to, "anything", 1); !errors.Is(err, discover.ErrRefused) {
			t.Errorf("Permit: %v", err)
		}
		if err := g.Delegate(discover.TrafficProbe, []netip.Addr{to}, "anything", 1); !errors.Is(err, discover.ErrRefused) {
			t.Errorf("Delegate: %v", err)
		}
		if p := g.Plan(); len(p) != 1 || p[0] != "nothing is sent" {
			t.Errorf("Plan: %q", p)
		}
	}
}

func TestGateRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, receipts := gatetest.New(t, discover.GateOptions{
			Level: discover.TrafficQuery, Targets: gatetest.Prefixes("192.0.2.0/24"), PerSecond: 10, PerHostInterval: time.Second,
		})
		a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
		start := time.Now()
		for i, step := range []struct {
			to      netip.Addr
			packets int
			want    time.Duration // after start
		}{
			{a, 1, 0},
			{b, 5, 100 * time.Millisecond},  // total rate
			{a, 1, 1000 * time.Millisecond}, // rate of the host
			{b, 0, 1100 * time.Millisecond}, // both; no packets count as one
			{a, 20, 2000 * time.Millisecond},
			{b, 1, 4000 * time.Millisecond}, // after 20 packets
		} {
			if err := g.Permit(t.Context(), step.to, "SNMP\nGet", step.packets); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != step.want {
				t.Errorf("permit %d after %s, want %s", i, got, step.want)
			}
		}
		lines := strings.Split(strings.TrimSpace(receipts.String()), "\n")
		if len(lines) != 6 {
			t.Fatalf("%d receipts, want 6", len(lines))
		}
		var r struct {
			At      time.Time
			To      netip.Addr
			What    string
			Packets int
		}
		if err := json.Unmarshal([]byte(lines[1]), &r); err != nil {
			t.Fatal(err)
		}
		if !r.At.Equal(start.Add(100*time.Millisecond)) || r.To != b || r.What != "SNMP Get" || r.Packets != 5 {
			t.Errorf("receipt %s", lines[1])
		}
	})
}

func TestGateWaitEnds(t *testing.T) {
	t.Parallel()
	to := netip.MustParseAddr("192.0.2.1")
	opts := discover.GateOptions{Level: discover.TrafficQuery, Targets: gatetest.Prefixes("192.0.2.0/24"), PerHostInterval: time.Hour}
	t.Run("stop", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			g, receipts := gatetest.New(t, opts)
			start := time.Now()
			time.AfterFunc(time.Minute, func() { g.Stop("the pump is gone"); g.Stop("later") })
			_ = g.Permit(t.Context(), to, "x", 1)
			err := g.Permit(t.Context(), to, "x", 1)
			if !errors.Is(err, discover.ErrRefused) || !strings.Contains(err.Error(), "the pump is gone") || time.Since(start) != time.Minute {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
			<-g.Done()
			if err := g.Delegate(discover.TrafficQuery, []netip.Addr{to}, "x", 1); !errors.Is(err, discover.ErrRefused) {
				t.Errorf("Delegate after Stop: %v", err)
			}
			if n := strings.Count(receipts.String(), "\n"); n != 1 || g.Stopped() != "the pump is gone" {
				t.Errorf("%d receipts, stopped for %q", n, g.Stopped())
			}
		})
	})
	t.Run("cancel", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			g, _ := gatetest.New(t, opts)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_ = g.Permit(ctx, to, "x", 1)
			if err := g.Permit(ctx, to, "x", 1); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
	})
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk is full") }

func TestGateNoReceiptNoPermit(t *testing.T) {
	t.Parallel()
	g, err := discover.NewGate(discover.GateOptions{
		Level: discover.TrafficProbe, Targets: gatetest.Prefixes("192.0.2.0/24"), Clock: time.Now, Receipts: fullDisk{},
	})
	if err != nil {
		t.Fatal(err)
	}
	to := netip.MustParseAddr("192.0.2.1")
	if err := g.Permit(t.Context(), to, "x", 1); !errors.Is(err, discover.ErrRefused) || !strings.Contains(err.Error(), "disk is full") {
		t.Error(err)
	}
	if err := g.Delegate(discover.TrafficProbe, []netip.Addr{to}, "x", 1); !errors.Is(err, discover.ErrRefused) {
		t.Error(err)
	}
}

func TestDelegate(t *testing.T) {
	t.Parallel()
	g, receipts := gatetest.New(t, discover.GateOptions{Level: discover.TrafficProbe, Targets: gatetest.Prefixes("192.0.2.0/24")})
	one, two, out := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.3.1")
	if err := g.Delegate(discover.TrafficProbe, []netip.Addr{one, out}, "nmap", 9); !errors.Is(err, discover.ErrRefused) || receipts.Len() != 0 {
		t.Errorf("one address is outside: error %v, receipts %s", err, receipts)
	}
	if err := g.Delegate(discover.TrafficProbe, []netip.Addr{one, two}, "nmap", 9); err != nil || strings.Count(receipts.String(), `"packets":9`) != 2 {
		t.Errorf("error %v, receipts %s", err, receipts)
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	g, receipts := gatetest.New(t, discover.GateOptions{Level: discover.TrafficQuery, Targets: gatetest.Prefixes("192.0.2.0/24", "198.51.100.1/32"), Exclude: gatetest.Prefixes("192.0.2.9/32")})
	var b strings.Builder
	if _, err := g.Plan().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	want := `traffic level: query
targets: 192.0.2.0/24, 198.51.100.1
left alone: 192.0.2.9
rate: at most 10 packets a second in all, 1s between two to the same address
ports never probed: tcp/104, tcp/515, tcp/2575, tcp/2761, tcp/2762, tcp/3010, tcp/6661, tcp/9100-9107, tcp/11112, udp/24105
`
	if b.String() != want || receipts.Len() != 0 {
		t.Errorf("got\n%s", b.String())
	}
}

func TestNeverProbe(t *testing.T) {
	t.Parallel()
	for _, port := range []uint16{104, 515, 2575, 2761, 2762, 3010, 6661, 9100, 9103, 9107, 11112} {
		if discover.NeverProbe("tcp", port) == "" {
			t.Errorf("tcp/%d may be probed", port)
		}
	}
	if discover.NeverProbe("udp", 24105) == "" || discover.NeverProbe("tcp", 9108) != "" || discover.NeverProbe("tcp", 22) != "" || discover.NeverProbe("udp", 104) != "" {
		t.Error("the other ports are wrong")
	}
}

func TestTraffic(t *testing.T) {
	t.Parallel()
	if discover.TrafficNone >= discover.TrafficListen || discover.TrafficListen >= discover.TrafficQuery || discover.TrafficQuery >= discover.TrafficProbe {
		t.Error("levels are not ordered")
	}
	for _, name := range []string{"none", "listen", "query", "probe"} {
		var l discover.Traffic
		if err := l.UnmarshalText([]byte(name)); err != nil || l.String() != name {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
	if l, err := discover.ParseTraffic("PROBE"); err == nil || l != discover.TrafficNone {
		t.Errorf("got %v, %v", l, err)
	}
	if s := discover.Traffic(9).String(); s != "traffic level 9" {
		t.Error(s)
	}
}

func FuzzGate(f *testing.F) {
	f.Add("192.0.2.0/24", "192.0.2.9/32", "192.0.2.1")
	f.Add("::ffff:10.0.0.0/112", "10.0.0.0/24", "::ffff:10.0.1.255")
	f.Add("fe80::/112", "fe80::1/128", "fe80::2%eth0")
	f.Fuzz(func(t *testing.T, target, exclude, addr string) {
		p, _ := netip.ParsePrefix(target)
		x, _ := netip.ParsePrefix(exclude)
		a, _ := netip.ParseAddr(addr)
		var receipts bytes.Buffer
		g, err := discover.NewGate(discover.GateOptions{
			Level: discover.TrafficProbe, Targets: []netip.Prefix{p}, Exclude: []netip.Prefix{x}, Clock: time.Now, Receipts: &receipts,
		})
		if err != nil {
			return
		}
		if g.PermitAt(t.Context(), discover.TrafficProbe, a, "x", 1) != nil {
			return
		}
		a = a.Unmap().WithZone("")
		inside := func(p netip.Prefix) bool { return p.Contains(a) || p.Contains(netip.AddrFrom16(a.As16())) }
		if !inside(p) || inside(x) || a.IsMulticast() || a.IsUnspecified() {
			t.Errorf("target %s, exclude %s: %s was permitted", p, x, a)
		}
	})
}
