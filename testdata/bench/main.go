//go:build unix

// Command bench measures kanmon beside other programs that read captures, in
// turn, on captures that it makes up, and prints a table. Peak memory is that of
// the process as the system counts it, with the pages of the program's own file;
// it cannot be told where it is less than that of bench itself.
//
//	go run ./testdata/bench -mb 100,1000 -n 3
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"kanmon/testdata/bench/internal/measure"
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
		if err := measure.Build(ctx, dir, name, pack); err != nil {
			return err
		}
	}
	fmt.Println(measure.Machine())
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

// table runs the programs in turn and prints their medians.
func table(ctx context.Context, dir, capture string, mb int64, rounds int, limit time.Duration) {
	all := programs(dir, capture)
	runs := make([]measure.Runs, len(all))
	var absent []string
	for range rounds {
		for i, p := range all {
			if _, err := exec.LookPath(p.args[0]); err != nil {
				if len(runs[0]) == 1 {
					absent = append(absent, p.name)
				}
				continue
			}
			for _, left := range []string{"evidence.jsonl", "prads.log", "prads.fifo"} {
				_ = os.Remove(filepath.Join(dir, left)) // it may not be there
			}
			runs[i] = append(runs[i], measure.Program(ctx, limit, p.args))
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
		fmt.Printf("| %s%s | %s | %s | %s |\n", name, runs[i].Errors(), p.does, runs[i].Took(), runs[i].Times(runs[0]))
	}
	if len(absent) > 0 {
		fmt.Printf("\nnot installed here: %s\n", strings.Join(absent, ", "))
	}
}
