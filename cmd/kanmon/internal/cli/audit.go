package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kanmon/discover"
	"kanmon/discover/nmap"
	"kanmon/discover/pcap"
	"kanmon/discover/snmp"
)

// auditOptions say what is listened to and who is asked; audit takes them from
// flags, nightly from its configuration.
type auditOptions struct {
	listen  []listenOptions
	traffic discover.Traffic
	agents  []netip.Addr
	follow  snmp.Follow
	scope   []netip.Prefix // what may be sent to: agents, where they are followed, and scan targets
	scans   []netip.Prefix
	creds   keys
	scan    scanFlags
	targets targetFlags
	theirs  bool // files are to be those of who called sudo, where he may write
}

// auditFlags are auditOptions as they are written on the command line.
type auditFlags struct {
	interfaces []string
	vantage    string
	filter     string
	duration   time.Duration
	traffic    string
	agents     []string
	whom       followFlags
	scans      []string
	creds      snmpFlags
	scan       scanFlags
	targets    targetFlags
}

func (f *auditFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVarP(&f.interfaces, "interface", "i", nil, "interface to listen on; may be repeated (default: all that are up)")
	fs.StringVar(&f.vantage, "vantage", "", "where in the network this machine is plugged in, in your words")
	fs.StringVar(&f.filter, "filter", "", "frames to look at, written as kanmon sniff --help says (default: all)")
	fs.DurationVar(&f.duration, "duration", defaultListen, "how long to listen")
	fs.StringVar(&f.traffic, "traffic", discover.TrafficListen.String(), "what may be sent: listen (nothing), query (SNMP to --agents), probe (also nmap to --targets)")
	fs.StringSliceVar(&f.agents, "agents", nil, "addresses of switches and routers to ask by SNMP")
	f.whom.add(fs)
	fs.StringSliceVar(&f.scans, "targets", nil, "addresses and prefixes to scan with nmap")
	f.creds.add(fs, false)
	f.scan.add(fs)
	f.targets.add(fs)
}

// options checks the flags and makes auditOptions of them.
func (f *auditFlags) options(a *app, getenv func(string) string) (auditOptions, error) {
	o := auditOptions{scan: f.scan, targets: f.targets}
	var err error
	if o.traffic, err = discover.ParseTraffic(f.traffic); err != nil {
		return o, usage("", "--traffic: %w", err)
	}
	var agents []netip.Prefix
	if o.agents, agents, err = addresses(f.agents); err != nil {
		return o, usage("", "--agents: %w", err)
	}
	var within []netip.Prefix
	if o.follow, within, err = f.whom.follow(); err != nil {
		return o, err
	}
	if o.scans, err = prefixes(f.scans); err != nil {
		return o, usage("", "--targets: %w", err)
	}
	o.scope = slices.Concat(agents, within, o.scans)
	switch {
	case len(within) > 0 && len(agents) == 0:
		return o, usage("name the first with --agents", "--follow asks whom agents tell of, but no agent is named")
	case len(o.agents) > 0 && o.traffic < discover.TrafficQuery:
		return o, usage("add --traffic query", "--agents names whom to ask, but --traffic %s sends nothing", o.traffic)
	case len(o.scans) > 0 && o.traffic < discover.TrafficProbe:
		return o, usage("add --traffic probe", "--targets names whom to scan, but --traffic %s does not allow it", o.traffic)
	case o.traffic >= discover.TrafficQuery && len(o.scope) == 0:
		return o, usage("name switches with --agents, or hosts with --targets", "--traffic %s, but nobody to ask was named", o.traffic)
	}
	if len(o.agents) > 0 && !f.targets.plan {
		if o.creds, err = f.creds.keys(a, getenv); err != nil {
			return o, err
		}
	}
	return o, nil
}

// withInterfaces adds the interfaces to listen on: those named, or all that are
// up.
func (f *auditFlags) withInterfaces(o auditOptions) (auditOptions, error) {
	filter, err := parseFilter(f.filter)
	if err != nil {
		return o, err
	}
	names := f.interfaces
	if len(names) == 0 {
		if names, err = upInterfaces(); err != nil {
			return o, err
		}
	}
	var errs []error
	for _, name := range names {
		if err := pcap.Check(name); err != nil {
			errs = append(errs, err)
			continue
		}
		o.listen = append(o.listen, listenOptions{Interface: name, Vantage: f.vantage, Filter: filter, Duration: f.duration})
	}
	if len(errs) > 0 && (len(f.interfaces) > 0 || len(o.listen) == 0) { // of those that nobody named, some may be of another kind
		return o, usage("", "%w", errors.Join(errs...))
	}
	return o, nil
}

// upInterfaces returns the interfaces that are up and lead off this machine.
func upInterfaces() ([]string, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, usage("name one with -i", "list interfaces: %w", err)
	}
	var names []string
	for _, i := range all {
		if i.Flags&net.FlagUp != 0 && i.Flags&net.FlagLoopback == 0 && len(i.HardwareAddr) > 0 {
			names = append(names, i.Name)
		}
	}
	if len(names) == 0 {
		return nil, usage("plug this machine into the network, or name an interface with -i", "no interface is up")
	}
	return names, nil
}

func (a *app) auditCommand() *cobra.Command {
	var (
		o mapOptions
		f auditFlags
	)
	c := &cobra.Command{
		Use:   "audit -o FOLDER",
		Short: "Listen at this place in the network, and make the map",
		Long: `Listens to the network that this machine is plugged into and makes the map of
what it learned. It sends nothing unless you say so with --traffic and name whom
to ask. What it observes is written to FOLDER/evidence as it comes in; a run that
was cut short is continued by running it again with the same folder.

` + exitCodes,
		Example: `  kanmon audit -o audit/ -i eth1 --duration 30m --vantage "core switch, mirror"
  kanmon audit -o audit/ -i eth1 --traffic query --agents 10.99.0.1 --follow 10.99.0.0/24
  kanmon audit -o audit/ --traffic probe --targets 10.60.0.0/24 --plan`,
		Args: args(0, 0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			audit, err := f.options(a, a.Getenv)
			if err != nil {
				return err
			}
			if audit.traffic < discover.TrafficListen {
				return usage("use kanmon map to make a map without listening", "--traffic none: audit listens")
			}
			if audit, err = f.withInterfaces(audit); err != nil {
				return err
			}
			audit.theirs = true
			if f.targets.plan {
				return a.tellAudit(c.Context(), audit)
			}
			p, err := a.prepare(o)
			if err != nil {
				return err
			}
			if p.json {
				return usage("use -o FOLDER", "audit writes its evidence to a folder, so --json cannot be used")
			}
			folder := filepath.Join(p.dir.path, evidenceFolder)
			complete, err := a.audit(c.Context(), audit, folder)
			if err != nil {
				return err
			}
			// Evidence of earlier runs in the same folder belongs to the map too.
			return a.asCaller(func() error {
				return a.mapEvidence(context.WithoutCancel(c.Context()), p, func(ctx context.Context, to discover.Sink) (bool, error) {
					all, err := a.readEvidence(ctx, []string{filepath.Join(folder, "observations.jsonl")}, "", to)
					return all && complete, err
				})
			})
		},
	}
	o.flags(c)
	f.add(c.Flags())
	return c
}

// tellAudit says what audit would do and send.
func (a *app) tellAudit(ctx context.Context, o auditOptions) error {
	var plan discover.Plan
	for _, l := range o.listen {
		plan = append(plan, "listen on "+l.Interface+" for "+untilWhen(l.Duration)+": sends nothing")
	}
	for _, agent := range o.agents {
		plan = append(plan, fmt.Sprintf("ask %s: %s", agent, snmpPlan))
	}
	if len(o.agents) > 0 {
		plan = append(plan, portPlan(snmpPort), followPlan(o.follow))
	}
	if err := a.tell(plan); err != nil {
		return err
	}
	if len(o.scans) > 0 {
		scan := o.scan.options()
		scan.Targets = o.scans
		return a.tellScan(ctx, scan, o.targets)
	}
	gate, err := a.gate(o.traffic, o.scope, o.targets, discard{})
	if err != nil {
		return err
	}
	return a.tell(gate.Plan())
}

// checkScan reports what of a scan would be refused, before anything is begun.
func (a *app) checkScan(ctx context.Context, o auditOptions, gate *discover.Gate) error {
	if len(o.scans) == 0 {
		return nil
	}
	scan := o.scan.options()
	scan.Targets, scan.OutFile = o.scans, "scan.xml"
	if _, err := nmap.Plan(ctx, scan, gate); err != nil {
		return usage("", "%w", err)
	}
	return nil
}

// audit listens, and at the same time asks whom it may. It writes observations
// and receipts of what was sent into folder, and reports whether all sources
// did all they should. Its error means that nothing was gathered at all.
func (a *app) audit(ctx context.Context, o auditOptions, folder string) (complete bool, err error) {
	allowed, err := a.gate(o.traffic, o.scope, o.targets, discard{}) // before any file is made
	if err != nil {
		return false, err
	}
	if err := a.checkScan(ctx, o, allowed); err != nil {
		return false, err
	}
	var (
		to       *recorder
		receipts io.WriteCloser = discard{}
		log                     = filepath.Join(folder, "observations.jsonl")
	)
	files := func() (err error) {
		if to, err = a.record(log); err != nil {
			return err
		}
		if o.traffic >= discover.TrafficQuery {
			if receipts, err = openReceipts(filepath.Join(folder, "receipts.jsonl")); err != nil {
				return errors.Join(err, to.close())
			}
		}
		return nil
	}
	if o.theirs {
		err = a.asCaller(files)
	} else {
		err = files()
	}
	if err != nil {
		return false, err
	}
	defer receipts.Close()
	gate, err := a.gate(o.traffic, o.scope, o.targets, receipts)
	if err != nil {
		return false, errors.Join(err, to.close())
	}
	open := make([]listener, len(o.listen))
	for i, l := range o.listen {
		open[i] = openListener(l, len(o.listen))
		defer open[i].close()
	}
	if o.traffic <= discover.TrafficListen {
		a.dropRights(isRoot() && !a.isCallers(log)) // root goes on to write files where only root may
	}
	stop := a.progress(to.observed)
	errs := a.collect(ctx, o, open, gate, to)
	stop()
	if err := to.close(); err != nil {
		return false, err
	}
	err = a.partly(ctx, len(errs), errs...)
	var e *exitError
	if errors.As(err, &e) && e.code == exitUsage {
		return false, err
	}
	return err == nil, nil
}

// collect runs the sources, and returns an error or nil for each. It listens all
// the time. What sends goes one after the other, since each would use up the
// whole rate, and nmap is not to begin where a device did not bear SNMP.
func (a *app) collect(ctx context.Context, o auditOptions, open []listener, gate *discover.Gate, to *recorder) []error {
	listening, sending := make([]error, len(o.listen)), []error(nil)
	var group sync.WaitGroup
	for i, l := range open {
		group.Go(func() { listening[i] = a.listen(ctx, l, to) })
	}
	if len(o.agents) > 0 {
		sending = append(sending, a.ask(ctx, snmp.Options{
			Targets: o.agents, Credentials: o.creds.others, Keys: o.creds.ring, Follow: o.follow,
		}, gate, to))
	}
	if len(o.scans) > 0 {
		scan := o.scan.options()
		scan.Targets = o.scans
		sending = append(sending, a.scanHosts(ctx, scan, gate, to))
	}
	group.Wait()
	return slices.Concat(listening, sending)
}
