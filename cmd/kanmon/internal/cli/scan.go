package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kanmon/discover"
	"kanmon/discover/nmap"
)

// scanFlags are the flags of a scan.
type scanFlags struct {
	program     string
	ports       string
	topPorts    int
	skip        bool
	hostTimeout time.Duration
}

func (s *scanFlags) add(f *pflag.FlagSet) {
	f.StringVar(&s.program, "nmap", "", "the nmap program (default: looked for in PATH)")
	f.StringVarP(&s.ports, "ports", "p", "", "TCP ports, as nmap takes them (default: a short list)")
	f.IntVar(&s.topPorts, "top-ports", 0, "the most common ports instead, as nmap counts them")
	f.BoolVar(&s.skip, "skip-discovery", false, "try addresses that do not answer too")
	f.DurationVar(&s.hostTimeout, "host-timeout", 0, "give up on a host after this long")
}

func (s *scanFlags) options() nmap.Options {
	return nmap.Options{Path: s.program, Ports: s.ports, TopPorts: s.topPorts, SkipDiscovery: s.skip, HostTimeout: s.hostTimeout, Unprivileged: !mayUseRawSockets()}
}

func (a *app) scanCommand() *cobra.Command {
	var (
		flags   scanFlags
		targets targetFlags
		out     string
		vantage string
	)
	c := &cobra.Command{
		Use:   "scan TARGET...",
		Short: "Look for hosts and open ports with nmap, gently, and write evidence",
		Long: `Runs nmap, which you install, against the targets you name and nobody else: a
whole TCP connection to each of a few ports, ten packets a second in all, no
version or operating-system probes, and never the ports on which printers print
and medical devices listen. Ask the biomedical engineers first.

` + exitCodes,
		Example: `  kanmon scan 10.60.0.0/24 --exclude 10.60.0.9 --plan
  kanmon scan 10.60.0.0/24 --exclude 10.60.0.9 -o evidence/servers.jsonl`,
		Args: args(1, -1, "at least one address or prefix"),
		RunE: func(c *cobra.Command, given []string) error {
			scope, err := prefixes(given)
			if err != nil {
				return usage("", "%w", err)
			}
			o := flags.options()
			o.Targets, o.Vantage = scope, vantage
			if targets.plan {
				return a.tellScan(c.Context(), o, targets)
			}
			to, gate, done, err := a.begin(out, discover.TrafficProbe, scope, targets)
			if err != nil {
				return err
			}
			stop := a.progress(to.observed)
			err = a.scanHosts(c.Context(), o, gate, to)
			stop()
			if closeErr := done(); closeErr != nil {
				return closeErr
			}
			return a.partly(c.Context(), 1, err)
		},
	}
	flags.add(c.Flags())
	targets.add(c.Flags())
	c.Flags().StringVarP(&out, "output", "o", "", "evidence file to append to (default: standard output)")
	c.Flags().StringVar(&vantage, "vantage", "", "where in the network this is, in your words")
	return c
}

// tellScan says which command would run.
func (a *app) tellScan(ctx context.Context, o nmap.Options, f targetFlags) error {
	gate, err := a.gate(discover.TrafficProbe, o.Targets, f, discard{})
	if err != nil {
		return err
	}
	o.OutFile = "scan.xml"
	plan, err := nmap.Plan(ctx, o, gate)
	if err != nil {
		return usage("", "%w", err)
	}
	return a.tell(append(gate.Plan(), plan...))
}
