package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/render/json"
	"kanmon/render/term"
	"kanmon/topology"
	"kanmon/topology/build"
)

// mapOptions are the flags of every command that ends in a map.
type mapOptions struct {
	out        string
	formats    []string
	json       bool
	site       string
	register   string
	signatures []string
	failOn     []string
}

func (o *mapOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.out, "output", "o", "", "folder to write; made if it is not there")
	f.StringSliceVarP(&o.formats, "format", "f", nil, "write only these: "+strings.Join(formatNames(), ","))
	f.BoolVar(&o.json, "json", false, "print the snapshot as JSON on standard output, and write nothing")
	f.StringVar(&o.site, "site", "", "site file: the name of the hospital and its zones")
	f.StringVar(&o.register, "register", "", "register of approved connections")
	f.StringArrayVar(&o.signatures, "signatures", nil, "file or folder of your own signatures, beside the embedded ones")
	f.StringSliceVar(&o.failOn, "fail-on", nil, "end with code 3 where there are such ways out: "+strings.Join(failOnNames(), ","))
}

func failOnNames() []string { return []string{"unapproved", "expired", "changed", "not-seen", "any"} }

// prepared is what map needs, read and checked before anything is collected.
type prepared struct {
	mapOptions
	dir    outDir
	chosen []rendering
	build  build.Options
}

// prepare checks everything that can be wrong with the options; its errors are
// all of exitUsage.
func (a *app) prepare(o mapOptions) (*prepared, error) {
	p := &prepared{mapOptions: o}
	for _, name := range o.failOn {
		if !slices.Contains(failOnNames(), name) {
			return nil, usage("", "--fail-on %q is not known: use %s", name, strings.Join(failOnNames(), ","))
		}
	}
	var err error
	if p.chosen, err = chooseRenderings(o.formats); err != nil {
		return nil, err
	}
	if o.json && (o.out != "" || len(o.formats) > 0) {
		return nil, usage("leave out -o and -f, or --json", "--json prints the snapshot and writes nothing")
	}
	if !o.json {
		if p.dir, err = checkOutDir(o.out); err != nil {
			return nil, err
		}
	}
	if p.build, err = a.loadBuildOptions(o.site, o.register, o.signatures); err != nil {
		return nil, err
	}
	return p, nil
}

func (a *app) mapCommand() *cobra.Command {
	var (
		o       mapOptions
		vantage string
	)
	c := &cobra.Command{
		Use:   "map PATH... -o FOLDER",
		Short: "Make the map from evidence files",
		Long: `Reads evidence of any kind, told apart by content, and makes the map of it:
captures (pcap, pcapng), SNMP walks (.snmprec, or what snmpbulkwalk -On prints),
nmap XML, configuration text of routers and firewalls, and kanmon's own evidence
files; each may be compressed with gzip. A folder stands for the files below it.
Nothing is sent.

` + exitCodes,
		Example: `  kanmon map evidence/ -o map/ --site site.yaml --register register.yaml
  kanmon map mirror.pcapng core-sw.walk scan.xml -o map/`,
		Args: args(1, -1, "at least one file or folder of evidence"),
		RunE: func(c *cobra.Command, paths []string) error {
			p, err := a.prepare(o)
			if err != nil {
				return err
			}
			return a.mapEvidence(c.Context(), p, func(ctx context.Context, to discover.Sink) (bool, error) {
				return a.readEvidence(ctx, paths, vantage, to)
			})
		},
	}
	o.flags(c)
	c.Flags().StringVar(&vantage, "vantage", "", "where in the network the captures were made")
	return c
}

// readEvidence reads evidence files into to and tells what could not be read.
// It reports whether everything was read; its error is of exitUsage where not
// even a file was found.
func (a *app) readEvidence(ctx context.Context, paths []string, vantage string, to discover.Sink) (complete bool, err error) {
	counter := &counter{Sink: to}
	stop := a.progress(func() string { return fmt.Sprintf("reading, %d facts", counter.facts.Load()) })
	report, err := discover.ReadFiles(ctx, discover.ReadOptions{Paths: paths, Formats: formats(), Vantage: vantage}, counter)
	stop()
	if err != nil && ctx.Err() == nil {
		return false, err
	}
	return a.tellInputs(report, err != nil)
}

// counter counts what goes through it.
type counter struct {
	discover.Sink
	facts atomic.Uint64
}

// Emit implements discover.Sink.
func (c *counter) Emit(o fact.Observation) error {
	c.facts.Add(1)
	return c.Sink.Emit(o)
}

// tellInputs says on standard error what became of the inputs.
func (a *app) tellInputs(report discover.ReadReport, interrupted bool) (complete bool, err error) {
	var used, looked, unrecognised int
	for _, in := range report.Inputs {
		switch {
		case in.Failed != "":
			a.note("%s: not read: %s", in.Path, in.Failed)
		case in.Unrecognised:
			looked++
			if in.Named || a.verbose {
				a.note("%s: left out: not evidence of a kind that kanmon knows", in.Path)
			} else {
				unrecognised++
			}
		case in.PassedOver != "":
			if a.verbose {
				a.note("%s: left out: %s", in.Path, in.PassedOver)
			}
		default:
			used++
			a.tellInput(in)
		}
	}
	if unrecognised > 0 {
		a.note("files left out, not evidence of a kind that kanmon knows: %d; -v lists them", unrecognised)
	}
	switch {
	case interrupted:
		a.note("interrupted: what was read until then is on the map")
		return false, nil
	case used == 0 && looked == 0:
		return false, usage(evidenceHint, "no file was found in what you named")
	case used == 0:
		a.note("no evidence was found in what you named: %s", evidenceHint)
		return false, nil
	}
	return report.Complete(), nil
}

const evidenceHint = "give captures, SNMP walks, nmap XML, configurations of routers or kanmon evidence; see kanmon map --help"

// tellInput says what of one input could not be read.
func (a *app) tellInput(in discover.InputReport) {
	if in.Incomplete != "" {
		a.note("%s: read in part: %s", in.Path, in.Incomplete)
	}
	if in.Skipped == 0 {
		if a.verbose {
			a.note("%s: %s, %d records", in.Path, in.Format, in.Records)
		}
		return
	}
	first := ""
	if len(in.Skips) > 0 {
		first = "; first " + in.Skips[0].Place + ": " + in.Skips[0].Reason
	}
	a.note("%s: %d of %d records skipped%s", in.Path, in.Skipped, in.Records, first)
	if a.verbose {
		for _, s := range in.Skips {
			a.note("  %s: %s", s.Place, s.Reason)
		}
	}
}

// collector puts observations into a sink. It reports whether it was complete;
// what it gathered before an error is kept.
type collector func(context.Context, discover.Sink) (complete bool, err error)

// mapEvidence collects, builds the snapshot, writes it and says what was found.
func (a *app) mapEvidence(ctx context.Context, p *prepared, collect collector) error {
	var collection discover.Collection
	complete, err := collect(ctx, &collection)
	if err != nil {
		return err
	}
	// What was gathered is worth more than the interrupt that ended it.
	ctx = context.WithoutCancel(ctx)
	s := build.Build(collection.Observations(), p.build)
	if err := a.write(ctx, p, s); err != nil {
		return err
	}
	return verdict(complete, found(s, p.failOn))
}

// write writes the renderings and prints the summary, or prints the snapshot.
func (a *app) write(ctx context.Context, p *prepared, s *topology.Snapshot) error {
	if p.json {
		return json.Write(a.Stdout, s)
	}
	page := newPage(s, a.lang)
	if err := p.dir.write(p.chosen, func(r rendering, w io.Writer) error { return r.write(ctx, page, w) }); err != nil {
		return err
	}
	if a.quiet {
		return nil
	}
	if err := term.Summary(a.Stdout, page.view, term.Options{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.Stdout, "\n%s\n", fact.Clean(p.dir.path))
	return err
}

// found reports whether s holds what failOn names.
func found(s *topology.Snapshot, failOn []string) bool {
	if slices.Contains(failOn, "not-seen") && len(s.NotSeen) > 0 {
		return true
	}
	return slices.ContainsFunc(s.ExternalConnections, func(c topology.ExternalConnection) bool {
		return slices.Contains(failOn, string(c.Status)) || slices.Contains(failOn, "any")
	})
}

// verdict is how a command ends whose work is done.
func verdict(complete, found bool) error {
	switch {
	case !complete:
		return &exitError{code: exitPartial}
	case found:
		return &exitError{code: exitFound}
	}
	return nil
}
