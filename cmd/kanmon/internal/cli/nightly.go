package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kanmon/cmd/kanmon/internal/config"
	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/render/term"
	"kanmon/topology"
	"kanmon/topology/build"
	"kanmon/topology/diff"
)

func (a *app) nightlyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "nightly",
		Short: "The scheduled run: collect, map, compare, tell",
		Args:  command,
		RunE:  help,
	}
	var configFile string
	run := &cobra.Command{
		Use:   "run --config FILE",
		Short: "Collect, make the map, compare it with the last good run, and say what changed",
		Long: `Does what the configuration says, writes a map into a new folder, and compares it
with the last run that was complete. Ends with code 3 where there is something to
tell, and with 4 where a source failed: such a run is kept, but later runs are not
compared with it. Two runs at the same time are refused.

` + exitCodes,
		Args: args(0, 0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			if configFile == "" {
				return usage("add --config FILE", "no configuration was named")
			}
			n, err := load(configFile, config.Load)
			if err != nil {
				return err
			}
			return a.nightly(c.Context(), n)
		},
	}
	run.Flags().StringVar(&configFile, "config", "", "configuration file")
	c.AddCommand(run)
	return c
}

// Names in the folder of nightly runs.
const (
	runsFolder   = "runs"
	lastGoodFile = "last-good" // holds the name of the last complete run
	lockName     = "lock"
)

// runName is the form of the name of a run: the time at which it began, UTC.
const runName = "20060102T150405Z"

// nightly does one run.
func (a *app) nightly(ctx context.Context, n config.Nightly) error {
	audit, err := a.nightlyAudit(n)
	if err != nil {
		return err
	}
	options, err := a.loadBuildOptions(n.Site, n.Register, n.Signatures)
	if err != nil {
		return err
	}
	runs := filepath.Join(n.Folder, runsFolder)
	if err := privateFolder(runs); err != nil {
		return usage("name a folder that can be written", "folder of runs: %w", err)
	}
	lock, err := privateFile(filepath.Join(n.Folder, lockName), os.O_RDWR)
	if err != nil {
		return usage("", "lock: %w", err)
	}
	defer lock.Close()
	if !lockFile(lock) {
		return usage("wait for it to end", "another nightly run is at work in %s", n.Folder)
	}
	good, before, err := lastGood(n.Folder)
	if err != nil {
		return err
	}
	name := a.Now().UTC().Format(runName)
	p := &prepared{dir: outDir{path: filepath.Join(runs, name)}, chosen: renderings(), build: options}
	if _, err := os.Lstat(p.dir.path); err == nil {
		return usage("run it again in a second", "%s is there already", p.dir.path)
	}
	s, complete, err := a.nightlyMap(ctx, n, audit, p)
	if err != nil {
		return err
	}
	tell, err := a.tellNight(before, s, n.Tell)
	if err != nil {
		return err
	}
	if complete {
		if err := writeFile(filepath.Join(n.Folder, lastGoodFile), func(w io.Writer) error {
			_, err := io.WriteString(w, name+"\n")
			return err
		}); err != nil {
			return err
		}
		good = name
	}
	if err := forgetRuns(runs, n.Keep, good); err != nil {
		return err
	}
	return verdict(complete, tell)
}

// nightlyAudit turns the configuration into what audit does.
func (a *app) nightlyAudit(n config.Nightly) (auditOptions, error) {
	f := auditFlags{
		traffic: n.Traffic, agents: n.SNMP.Agents, scans: n.Scan.Targets,
		whom:    followFlags{scope: n.SNMP.Follow, arp: n.SNMP.FollowARP},
		creds:   snmpFlags{version: n.SNMP.Version, user: n.SNMP.User, auth: n.SNMP.Auth, priv: n.SNMP.Priv, file: n.SNMP.Credentials},
		scan:    scanFlags{ports: n.Scan.Ports},
		targets: targetFlags{exclude: n.Exclude},
	}
	if len(f.agents)+len(f.scans) == 0 { // nobody to ask, whatever is allowed
		f.traffic = discover.TrafficListen.String()
	}
	if f.creds.version == "" {
		f.creds.version = "2c"
	}
	getenv := a.Getenv
	if n.SNMP.SecretsFile != "" {
		secrets, err := readSecrets(n.SNMP.SecretsFile)
		if err != nil {
			return auditOptions{}, err
		}
		getenv = func(name string) string { return secrets[name] }
	}
	o, err := f.options(a, getenv)
	for _, l := range n.Listen {
		o.listen = append(o.listen, listenOptions{Interface: l.Interface, Vantage: l.Vantage, Duration: l.Duration})
	}
	return o, err
}

// readSecrets reads NAME=VALUE lines from a file that nobody else may read.
func readSecrets(path string) (map[string]string, error) {
	b, err := readPrivate(path, "secrets_file")
	secrets := make(map[string]string)
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(name, "#") {
			secrets[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return secrets, err
}

// nightlyMap collects, and writes the map. It reports whether every source did
// all it should.
func (a *app) nightlyMap(ctx context.Context, n config.Nightly, o auditOptions, p *prepared) (*topology.Snapshot, bool, error) {
	folder := filepath.Join(p.dir.path, evidenceFolder)
	complete := true
	paths := slices.Clone(n.Evidence)
	if len(o.listen)+len(o.agents)+len(o.scans) > 0 {
		var err error
		if complete, err = a.audit(ctx, o, folder); err != nil {
			return nil, false, err
		}
		paths = append(paths, filepath.Join(folder, "observations.jsonl"))
	}
	ctx = context.WithoutCancel(ctx)
	var collection discover.Collection
	all, err := a.readEvidence(ctx, paths, "", &collection)
	if err != nil {
		return nil, false, err
	}
	s := build.Build(collection.Observations(), p.build)
	return s, complete && all, a.write(ctx, p, s)
}

// lastGood returns the name of the last complete run and its snapshot; nil where
// there is none yet.
func lastGood(folder string) (string, *topology.Snapshot, error) {
	b, err := os.ReadFile(filepath.Join(folder, lastGoodFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, usage("", "last good run: %w", err)
	}
	name := strings.TrimSpace(string(b))
	if !isRun(name) {
		return "", nil, usage("remove it to begin anew", "%s does not name a run but %q", filepath.Join(folder, lastGoodFile), fact.Clean(name))
	}
	s, err := loadSnapshot(filepath.Join(folder, runsFolder, name))
	return name, s, err
}

func isRun(name string) bool { return regexp.MustCompile(`^\d{8}T\d{6}Z$`).MatchString(name) }

// tellNight prints what changed since before, and reports whether there is
// something that tell names.
func (a *app) tellNight(before, after *topology.Snapshot, tell []string) (bool, error) {
	if before == nil { // compared with the register alone
		a.note("first complete run: there is nothing yet to compare with")
		return slices.Contains(tell, config.TellWaysOut) && slices.ContainsFunc(after.ExternalConnections, func(c topology.ExternalConnection) bool {
			return c.Status != topology.Approved
		}), nil
	}
	d := diff.Snapshots(before, after)
	if err := term.Diff(a.Stdout, d, a.lang); err != nil {
		return false, err
	}
	return (slices.Contains(tell, config.TellWaysOut) && !d.ExternalConnections.Empty()) ||
		(slices.Contains(tell, config.TellNewDevices) && len(d.Devices.Came) > 0) ||
		(slices.Contains(tell, config.TellGoneDevices) && len(d.Devices.Went) > 0) ||
		(slices.Contains(tell, config.TellLinks) && !d.Links.Empty()), nil
}

// forgetRuns removes the oldest runs beyond keep, but never the last good one:
// what failed every night since must not push it out. It removes folders only
// whose names are those of runs and that hold a snapshot.
func forgetRuns(runs string, keep int, good string) error {
	entries, err := os.ReadDir(runs)
	if err != nil {
		return fmt.Errorf("list runs: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(runs, e.Name(), "snapshot.json")); e.IsDir() && isRun(e.Name()) && err == nil {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	for _, name := range names[:max(0, len(names)-keep)] {
		if name == good {
			continue
		}
		if err := os.RemoveAll(filepath.Join(runs, name)); err != nil {
			return fmt.Errorf("remove an old run: %w", err)
		}
	}
	return nil
}
