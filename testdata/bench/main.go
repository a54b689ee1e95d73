//go:build unix

// Command bench measures kanmon beside other programs that read captures, in
// turn, on captures that it makes up, and prints a table. Peak memory is that of
// the process as the system counts it, with the pages of the program's own file;
// it cannot be told where it is less than that of bench itself.
//
//	go run ./testdata/bench -mb 100,1000 -n 3
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kanmon/testdata/bench/internal/traffic"
)

func main() {
	sizes := flag.String("mb", "100,1000", "sizes of the captures, in millions of octets")
	rounds := flag.Int("n", 3, "how often each program is run")
	limit := flag.Duration("limit", 3*time.Minute, "how long one run may take")
	flag.Parse()
	if err := bench(context.Background(), *sizes, *rounds, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, sizes string, rounds int, limit time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "kanmon-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	for name, pack := range map[string]string{"kanmon": "./cmd/kanmon", "bare": "./testdata/bench/bare"} {
		c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, name), pack)
		c.Env, c.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("build %s: %w", pack, err)
		}
	}
	fmt.Printf("%s/%s, %d processors, %s, load %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), load())
	for text := range strings.SplitSeq(sizes, ",") {
		mb, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("-mb: %w", err)
		}
		capture := filepath.Join(dir, text+".pcap")
		if err := makeCapture(capture, mb*1_000_000); err != nil {
			return err
		}
		table(ctx, dir, capture, mb, rounds, limit)
		if err := os.Remove(capture); err != nil {
			return err
		}
	}
	return nil
}

func makeCapture(name string, size int64) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(traffic.Write(f, size, 1), f.Close())
}

// load is how busy the machine was in the last minutes.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	return strings.Join(strings.Fields(string(b))[:2], " ")
}

// run is what one run took.
type run struct {
	wall, cpu time.Duration
	peak      float64 // MiB
	err       error
}

// table runs the programs in turn and prints their medians.
func table(ctx context.Context, dir, capture string, mb int64, rounds int, limit time.Duration) {
	all := programs(dir, capture)
	runs := make([][]run, len(all))
	var absent []string
	for range rounds {
		for i, p := range all {
			if _, err := exec.LookPath(p.args[0]); err != nil {
				if len(runs[0]) == 1 {
					absent = append(absent, p.name)
				}
				continue
			}
			runs[i] = append(runs[i], measure(ctx, dir, p, limit))
		}
	}
	fmt.Printf("\n%d MB, median of %d\n\n", mb, rounds)
	fmt.Println("| program | does | wall s | CPU s | peak MiB | wall, times kanmon's | CPU, times kanmon's |")
	fmt.Println("|---|---|---:|---:|---:|---:|---:|")
	for i, p := range all {
		if len(runs[i]) == 0 {
			continue
		}
		name := p.name
		if p.pack != "" {
			name += " " + version(ctx, p.pack)
		}
		var wall, cpu, peak, wallRatio, cpuRatio []float64
		for j, r := range runs[i] {
			if r.err != nil {
				name += ", " + r.err.Error()
			}
			wall, cpu, peak = append(wall, r.wall.Seconds()), append(cpu, r.cpu.Seconds()), append(peak, r.peak)
			first := runs[0][j]
			wallRatio, cpuRatio = append(wallRatio, r.wall.Seconds()/first.wall.Seconds()), append(cpuRatio, r.cpu.Seconds()/first.cpu.Seconds())
		}
		fmt.Printf("| %s | %s | %.2f | %.2f | %.0f | %.2f | %.2f |\n", name, p.does, median(wall), median(cpu), slices.Max(peak), median(wallRatio), median(cpuRatio))
	}
	if len(absent) > 0 {
		fmt.Printf("\nnot installed here: %s\n", strings.Join(absent, ", "))
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// measure runs a program once.
func measure(ctx context.Context, dir string, p program, limit time.Duration) run {
	for _, left := range []string{"evidence.jsonl", "prads.log", "prads.fifo"} {
		_ = os.Remove(filepath.Join(dir, left)) // it may not be there
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	c := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	began := time.Now()
	err := c.Run()
	r := run{wall: time.Since(began), err: cmp.Or(ctx.Err(), err)}
	if c.ProcessState != nil {
		r.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			r.peak = float64(u.Maxrss) / 1024 // KiB on Linux
		}
	}
	return r
}
