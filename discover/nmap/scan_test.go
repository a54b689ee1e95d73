package nmap_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/internal/gatetest"
	"kanmon/discover/nmap"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	const always = "--exclude-ports 104,515,2575,2761,2762,3010,6661,9100-9107,11112"
	program, err := os.Executable() // any will do: a plan runs nothing
	if err != nil {
		t.Fatal(err)
	}
	const gentle = "-sT -T2 --max-rate 10 --scan-delay 1000ms --max-hostgroup 16 --max-retries 1 --host-timeout 480000ms --no-stylesheet " + always
	tests := []struct {
		name string
		in   nmap.Options
		want string // the command without its end; or what the error says
		end  string
		err  string
	}{
		{name: "default", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.0/29")}, want: gentle + " -p 21-23,80,135,139,443,445,992,1194,1433,1723,3389,4899,5555,5631,5900,5938,7070,7547,8080,8291,8443,10443 -PE", end: "192.0.2.1 192.0.2.2/31 192.0.2.4/30"},
		{name: "all-ports", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "1-65535"}, want: gentle + " -p 1-103,105-514,516-2574,2576-2760,2763-3009,3011-6660,6662-9099,9108-11111,11113-65535 -PE", end: "192.0.2.1"},
		{name: "top-ports", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), TopPorts: 20, SkipDiscovery: true}, want: gentle + " --top-ports 20 -Pn", end: "192.0.2.1"},
		{name: "unprivileged", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "22", Unprivileged: true}, want: gentle + " -p 22 --unprivileged -PS80,443", end: "192.0.2.1"},
		{name: "slower", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "22", MaxRate: 2}, want: strings.Replace(gentle, "rate 10", "rate 2", 1) + " -p 22 -PE", end: "192.0.2.1"},
		{name: "never-faster-than-the-gate", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "22", MaxRate: 1000}, want: gentle + " -p 22 -PE", end: "192.0.2.1"},
		{name: "spared", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.8/29"), Ports: "80", Exclude: gatetest.Prefixes("192.0.2.15/32")}, want: gentle + " -p 80 -PE --exclude 192.0.2.15/32", end: "192.0.2.8/30 192.0.2.12 192.0.2.14"},
		{name: "ipv6", in: nmap.Options{Targets: gatetest.Prefixes("2001:db8::8/127", "2001:db8::8/128"), Ports: "80"}, want: gentle + " -p 80 -PE -6", end: "2001:db8::8/127"},
		{name: "outside", in: nmap.Options{Targets: gatetest.Prefixes("192.0.3.1/32")}, err: "not among the named targets"},
		{name: "partly-outside", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.0/23")}, err: "not among the named targets"},
		{name: "no-targets", in: nmap.Options{}, err: "none was named"},
		{name: "mixed", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32", "2001:db8::1/128")}, err: "scans of their own"},
		{name: "too-large", in: nmap.Options{Targets: gatetest.Prefixes("2001:db8::/64")}, err: "at most 65536"},
		{name: "all-excluded", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.13/32")}, err: "no target is left"},
		{name: "never-port", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "80,9100"}, err: "refused to send to port 9100: it is never probed: raw printing"},
		{name: "only-never-ports", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "9100-9107"}, err: "no port is left"},
		{name: "port-zero", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "0-10"}, err: `ports "0-10"`},
		{name: "port-syntax", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "80 -sV"}, err: "write TCP ports"},
		{name: "udp-port", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "U:161"}, err: "write TCP ports"},
		{name: "two-lists", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Ports: "80", TopPorts: 5}, err: "not both"},
		{name: "negative-top-ports", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), TopPorts: -5}, err: "not from 1"},
		{name: "not-there", in: nmap.Options{Targets: gatetest.Prefixes("192.0.2.1/32"), Path: "/nonexistent/nmap"}, err: "cannot be run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gate, receipts := gatetest.New(t, discover.GateOptions{
				Level: discover.TrafficProbe, Targets: gatetest.Prefixes("192.0.2.0/24", "2001:db8::/112"), Exclude: gatetest.Prefixes("192.0.2.13/32"),
			})
			tt.in.OutFile = filepath.Join(t.TempDir(), "100% of it.xml")
			if tt.in.Path == "" {
				tt.in.Path = program
			}
			plan, err := nmap.Plan(t.Context(), tt.in, gate)
			if receipts.Len() != 0 {
				t.Errorf("a plan wrote receipts: %s", receipts)
			}
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if nmap.Scan(t.Context(), tt.in, gate, &discover.Collection{}) == nil || receipts.Len() != 0 {
					t.Error("Scan does what Plan refuses")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			out := "'" + strings.ReplaceAll(tt.in.OutFile, "%", "%%") + "'"
			_, got, _ := strings.Cut(plan[1], " -n ")
			if d := cmp.Diff(tt.want+" -oX "+out+" "+tt.end, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestScanNeedsProbe(t *testing.T) {
	t.Parallel()
	query, receipts := gatetest.New(t, discover.GateOptions{Level: discover.TrafficQuery, Targets: gatetest.Prefixes("127.0.0.1/32")})
	for _, gate := range []*discover.Gate{nil, query} {
		opts := nmap.Options{Path: os.Args[0], Targets: gatetest.Prefixes("127.0.0.1/32"), OutFile: filepath.Join(t.TempDir(), "x")}
		if err := nmap.Scan(t.Context(), opts, gate, &discover.Collection{}); !errors.Is(err, discover.ErrRefused) || receipts.Len() != 0 {
			t.Errorf("error %v, receipts %s", err, receipts)
		}
	}
}

// TestScanInterrupted holds that there is no receipt of what is not sent.
func TestScanInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	gate, receipts := gatetest.New(t, discover.GateOptions{Level: discover.TrafficProbe, Targets: gatetest.Prefixes("127.0.0.1/32")})
	opts := nmap.Options{Path: os.Args[0], Targets: gatetest.Prefixes("127.0.0.1/32"), OutFile: filepath.Join(t.TempDir(), "x")}
	if err := nmap.Scan(ctx, opts, gate, &discover.Collection{}); !errors.Is(err, context.Canceled) || receipts.Len() != 0 {
		t.Errorf("error %v, receipts %s", err, receipts)
	}
}

func TestNotInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	gate, _ := gatetest.New(t, discover.GateOptions{Level: discover.TrafficProbe, Targets: gatetest.Prefixes("127.0.0.1/32")})
	_, err := nmap.Plan(t.Context(), nmap.Options{Targets: gatetest.Prefixes("127.0.0.1/32"), OutFile: "x"}, gate)
	if !errors.Is(err, nmap.ErrNotInstalled) || !strings.Contains(err.Error(), "its own licence") {
		t.Error(err)
	}
}
