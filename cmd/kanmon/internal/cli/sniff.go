package cli

import (
	"time"

	"github.com/spf13/cobra"

	"kanmon/discover/pcap"
)

func (a *app) sniffCommand() *cobra.Command {
	var (
		l   listenOptions
		out string
	)
	c := &cobra.Command{
		Use:   "sniff -i INTERFACE",
		Short: "Listen at a mirror port and write evidence; sends nothing",
		Long: `Listens on an interface, best one that a switch's mirror port is plugged into,
and writes what it learns as evidence. It sends nothing and keeps no payload.
It needs the right to capture: root, or the capability CAP_NET_RAW.

` + exitCodes,
		Example: `  kanmon sniff -i eth1 --duration 10m --vantage "core switch, clinical" -o evidence/clinical.jsonl`,
		Args:    args(0, 0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			if l.Interface == "" {
				return usage("add -i INTERFACE", "no interface was named")
			}
			if err := pcap.Check(l.Interface); err != nil {
				return usage("", "%w", err)
			}
			to, err := a.record(out)
			if err != nil {
				return err
			}
			stop := a.progress(to.observed)
			err = a.listen(c.Context(), l, to)
			stop()
			if closeErr := to.close(); closeErr != nil {
				return closeErr
			}
			if err == nil {
				a.note("%d observations", to.count)
			}
			return a.partly(c.Context(), 1, err)
		},
	}
	f := c.Flags()
	f.StringVarP(&l.Interface, "interface", "i", "", "interface to listen on")
	f.DurationVar(&l.Duration, "duration", 0, "how long to listen, such as 10m (default: until interrupted)")
	f.StringVar(&l.Vantage, "vantage", "", "where in the network this is, in your words")
	f.IntVar(&l.Snaplen, "snaplen", 0, "octets of each frame to look at (default: enough for headers and names)")
	f.BoolVarP(&l.NotPromiscuous, "no-promiscuous-mode", "p", false, "do not put the interface into promiscuous mode")
	f.StringVarP(&out, "output", "o", "", "evidence file to append to (default: standard output)")
	return c
}

// defaultListen is how long audit listens where nothing is said: long enough
// for LLDP (30 s), ARP, and router advertisements (RFC 4861: at most 600 s),
// short enough for a day on site.
const defaultListen = 10 * time.Minute
