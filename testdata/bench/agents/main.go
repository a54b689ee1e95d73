//go:build unix

// Command agents measures how kanmon asks many SNMP agents, beside net-snmp's
// snmpbulkwalk, in turn, on agents that it simulates on loopback, and prints
// tables. The agents are in a process of their own and share the processors.
//
//	go run ./testdata/bench/agents -n 5
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kanmon/testdata/bench/internal/measure"
	"kanmon/testdata/snmpfarm"
)

// farm is what is simulated.
type farm struct {
	agents int
	vars   int // of each
	delay  time.Duration
	silent int // of the agents
}

func main() {
	rounds := flag.Int("n", 3, "how often each program is run")
	only := flag.Int("table", 0, "the table to make, from 1 (default: all)")
	limit := flag.Duration("limit", 3*time.Minute, "how long one run may take")
	simulate := flag.String("simulate", "", "be the agents: AGENTS,VARIABLES,DELAY,SILENT")
	flag.Parse()
	var err error
	if *simulate != "" {
		err = serve(*simulate)
	} else {
		err = bench(context.Background(), *only, *rounds, *limit)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// address is that of an agent.
func address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, 50, byte(i / 250), byte(1 + i%250)})
}

// serve simulates agents until standard input ends. For each line on it, it
// says what the agents have seen since the last.
func serve(what string) error {
	var f farm
	parts := strings.Split(what, ",")
	if len(parts) != 4 {
		return errors.New("-simulate wants four values")
	}
	var errs [4]error
	f.agents, errs[0] = strconv.Atoi(parts[0])
	f.vars, errs[1] = strconv.Atoi(parts[1])
	f.delay, errs[2] = time.ParseDuration(parts[2])
	f.silent, errs[3] = strconv.Atoi(parts[3])
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	var (
		wire = snmpfarm.NewWire(f.delay)
		all  []*snmpfarm.Agent
		port uint16
	)
	for i := range f.agents {
		a := &snmpfarm.Agent{Tree: snmpfarm.Plain(i, f.vars), Wire: wire}
		if i >= f.agents-f.silent {
			a.Kind = func(a *snmpfarm.Agent, r snmpfarm.Request, _ int) []snmpfarm.Packet { a.Forget(r); return nil }
		}
		if err := a.Listen(netip.AddrPortFrom(address(i), port)); err != nil {
			return err
		}
		port = a.Addr().Port()
		all = append(all, a)
	}
	runtime.GC()
	fmt.Println(port)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var sum seen
		for _, a := range all {
			s := a.Reset()
			sum.Requests += s.Requests
			sum.InFlight, sum.Variables = max(sum.InFlight, s.InFlight), max(sum.Variables, s.Variables)
		}
		runtime.GC() // not while a program is measured
		if err := json.NewEncoder(os.Stdout).Encode(sum); err != nil {
			return err
		}
	}
	return nil
}

// seen is what the agents say of a run.
type seen struct{ Requests, InFlight, Variables int }

// running is a farm that runs.
type running struct {
	farm
	port string
	to   io.WriteCloser
	from *bufio.Reader
	cmd  *exec.Cmd
}

func start(ctx context.Context, f farm) (*running, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, "-simulate", fmt.Sprintf("%d,%d,%s,%d", f.agents, f.vars, f.delay, f.silent))
	c.Stderr = os.Stderr
	r := &running{farm: f, cmd: c}
	if r.to, err = c.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.from = bufio.NewReader(out)
	if err := c.Start(); err != nil {
		return nil, err
	}
	line, err := r.from.ReadString('\n')
	r.port = strings.TrimSpace(line)
	return r, err
}

func (r *running) seen() (seen, error) {
	if _, err := r.to.Write([]byte("\n")); err != nil {
		return seen{}, err
	}
	line, err := r.from.ReadBytes('\n')
	if err != nil {
		return seen{}, err
	}
	var s seen
	return s, json.Unmarshal(line, &s)
}

func (r *running) stop() error {
	return errors.Join(r.to.Close(), r.cmd.Wait())
}

// bench builds kanmon and runs the tables.
func bench(ctx context.Context, only, rounds int, limit time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "kanmon-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	walks, err := os.MkdirTemp(inMemory(), "kanmon-walks-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(walks)) }()
	if err := measure.Build(ctx, dir, "kanmon", "./cmd/kanmon"); err != nil {
		return err
	}
	fmt.Println(measure.Machine())
	for i, f := range []farm{
		{agents: 200, vars: 2000, delay: 10 * time.Millisecond},
		{agents: 200, vars: 2000, delay: 10 * time.Millisecond, silent: 20},
		{agents: 200, vars: 20_000, delay: 10 * time.Millisecond},
	} {
		if only != 0 && only != i+1 {
			continue
		}
		if err := table(ctx, dir, walks, f, rounds, limit); err != nil {
			return err
		}
	}
	return nil
}

// inMemory is a folder whose files are in memory, nothing where there is none
// that has room. Walks are hundreds of files, and where as many were deleted a
// short time ago, ext4 takes ten times as long to make new ones.
func inMemory() string {
	const folder, room = "/dev/shm", 1 << 30
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil || s.Bavail*uint64(s.Bsize) < room {
		return ""
	}
	return folder
}

// program asks the agents.
type program struct {
	name   string
	atOnce int // agents
	args   []string
}

// bound is how long a run takes at least: agents that are asked at the same time
// answer a request each in every delay. It is 0 where some are silent, whose
// timeouts count.
func (p program) bound(f farm, s seen) time.Duration {
	if f.silent > 0 {
		return 0
	}
	turns := (f.agents + p.atOnce - 1) / p.atOnce
	each := (s.Requests + f.agents - 1) / f.agents
	return time.Duration(turns*each) * f.delay
}

// programs are those that are run, in turn. The first is what the others are
// compared with.
func programs(dir, walks string, r *running) []program {
	const atOnce = 64
	list := filepath.Join(dir, "agents.txt")
	kanmon := []string{filepath.Join(dir, "kanmon"), "snmp", "-q", "-c", "public", "--port", r.port, "--rate", "10000000", "--interval", "1ns"}
	for i := range r.agents {
		kanmon = append(kanmon, address(i).String())
	}
	walk := func(options ...string) []string {
		return append(append([]string{"xargs", "-a", list, "-P", strconv.Itoa(atOnce), "-I{}", "snmpbulkwalk", "-v2c", "-c", "public", "-On", "-Oq", "-m", ""}, options...), "{}:"+r.port, "1.3.6.1.2.1")
	}
	all := []program{
		{"kanmon snmp --record --whole --repetitions 50", r.agents, append(slices.Clone(kanmon), "--record", walks, "--whole", "--repetitions", "50")},
		{"xargs -P64 snmpbulkwalk -Cr50", atOnce, walk("-Cr50")},
		{"kanmon snmp -o (its tables, default options)", r.agents, append(slices.Clone(kanmon), "-o", filepath.Join(dir, "evidence.jsonl"))},
	}
	switch {
	case r.silent > 0:
		return []program{all[2]}
	case r.vars < 10_000:
		all = append(all, program{"xargs -P64 snmpbulkwalk (default options)", atOnce, walk()})
	}
	return all
}

// table runs the programs in turn and prints their medians.
func table(ctx context.Context, dir, walks string, f farm, rounds int, limit time.Duration) (err error) {
	r, err := start(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	var list strings.Builder
	for i := range f.agents {
		fmt.Fprintln(&list, address(i))
	}
	if err := os.WriteFile(filepath.Join(dir, "agents.txt"), []byte(list.String()), 0o600); err != nil {
		return err
	}
	all := programs(dir, walks, r)
	runs, said := make([]measure.Runs, len(all)), make([]seen, len(all))
	for range rounds {
		for i, p := range all {
			if _, err := exec.LookPath("snmpbulkwalk"); err != nil && p.args[0] == "xargs" {
				continue
			}
			runs[i] = append(runs[i], run(ctx, []string{walks, filepath.Join(dir, "evidence.jsonl"), filepath.Join(dir, "evidence.receipts.jsonl")}, p, limit))
			if said[i], err = r.seen(); err != nil {
				return err
			}
		}
	}
	fmt.Printf("\n%d agents of %d variables, %d of them silent, answers after %s, median of %d\n\n", f.agents, f.vars, f.silent, f.delay, rounds)
	fmt.Println("| program | wall s | CPU s | peak MiB | requests | at once to one agent | delay bound s | wall, times the bound | wall, times kanmon's | CPU, times kanmon's |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	for i, p := range all {
		if len(runs[i]) == 0 {
			continue
		}
		fmt.Printf("| %s%s | %s | %d | %d | %s | %s |\n",
			p.name, runs[i].Errors(), runs[i].Took(), said[i].Requests, said[i].InFlight, runs[i].Above(p.bound(f, said[i])), runs[i].Times(runs[0]))
	}
	return nil
}

// run runs a program once, without what the last one left.
func run(ctx context.Context, left []string, p program, limit time.Duration) measure.Run {
	for _, one := range left {
		_ = os.RemoveAll(one) // it may not be there
	}
	r := measure.Program(ctx, limit, p.args)
	if exit := (*exec.ExitError)(nil); errors.As(r.Err, &exit) && exit.ExitCode() == 4 {
		r.Err = nil // silent agents are told of by that
	}
	return r
}
