//go:build unix

// Package measure builds programs, runs them, and says what that took.
package measure

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Machine says what programs run on, and how busy it was in the last minutes.
func Machine() string {
	load := "?"
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = strings.Join(strings.Fields(string(b))[:2], " ")
	}
	return fmt.Sprintf("%s/%s, %d processors, %s, load %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), load)
}

// Build builds a package of this module as a program of the given name in dir.
func Build(ctx context.Context, dir, name, pack string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, name), pack)
	c.Env, c.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("build %s: %w", pack, err)
	}
	return nil
}

// Run is what one run of a program took.
type Run struct {
	Wall, CPU time.Duration
	Peak      float64 // MiB
	Err       error
}

// Program runs a program once, for so long at most.
func Program(ctx context.Context, limit time.Duration, args []string) Run {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	began := time.Now()
	err := c.Run()
	r := Run{Wall: time.Since(began), Err: cmp.Or(ctx.Err(), err)}
	if c.ProcessState != nil {
		r.CPU = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			r.Peak = float64(u.Maxrss) / 1024 // KiB on Linux
		}
	}
	return r
}

// Runs are those of one program, round by round.
type Runs []Run

// Errors says of each run that failed how it did so, to be put after the name of
// the program.
func (r Runs) Errors() string {
	var b strings.Builder
	for _, one := range r {
		if one.Err != nil {
			b.WriteString(", " + one.Err.Error())
		}
	}
	return b.String()
}

// Took says what the runs took, as columns of a table: the medians of wall and
// processor time in seconds, and the highest peak of memory in MiB.
func (r Runs) Took() string {
	peak := 0.0
	for _, one := range r {
		peak = max(peak, one.Peak)
	}
	return fmt.Sprintf("%.2f | %.2f | %.0f", r.median(wall), r.median(cpu), peak)
}

// Times says how many times the wall and the processor time of others, run in
// the same rounds, they took, as columns of a table: medians of the ratios.
func (r Runs) Times(others Runs) string {
	ratio := func(of func(Run) float64) float64 {
		var all []float64
		for i, one := range r {
			all = append(all, of(one)/of(others[i]))
		}
		return median(all)
	}
	return fmt.Sprintf("%.2f | %.2f", ratio(wall), ratio(cpu))
}

// Above says how long a bound is, in seconds, and how many times that the runs
// took, as columns of a table: the median of the ratios. Dashes stand for no bound.
func (r Runs) Above(bound time.Duration) string {
	if bound == 0 {
		return "– | –"
	}
	return fmt.Sprintf("%.2f | %.2f", bound.Seconds(), r.median(wall)/bound.Seconds())
}

func wall(r Run) float64 { return r.Wall.Seconds() }

func cpu(r Run) float64 { return r.CPU.Seconds() }

func (r Runs) median(of func(Run) float64) float64 {
	var all []float64
	for _, one := range r {
		all = append(all, of(one))
	}
	return median(all)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
