//go:build unix

package build_test

import (
	"syscall"
	"testing"
	"time"

	"kanmon/testdata/networks"
	"kanmon/topology/build"
	"kanmon/topology/classify/signature"
)

// TestLargeInASecond fails where the map of a network of 60 switches and 2,000
// machines takes longer than a second: of three times the best, and of the clock
// and the processor the lesser, since others may use the machine.
func TestLargeInASecond(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	obs, err := networks.Large(1).Facts()
	if err != nil {
		t.Fatal(err)
	}
	set, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	rounds := 3
	if raceCost > 1 {
		rounds = 1 // what is measured then says little
	}
	best := time.Hour
	for range rounds {
		start, used := time.Now(), processorTime(t)
		s := build.Build(obs, build.Options{Signatures: set})
		best = min(best, time.Since(start), processorTime(t)-used)
		if len(s.Devices) < 2000 {
			t.Fatalf("%d devices, want 2,000 machines and more", len(s.Devices))
		}
	}
	t.Logf("%d facts in %s", len(obs), best)
	const slack = 2 // for a machine on which everything else runs, too
	if best > slack*raceCost*time.Second {
		t.Errorf("took %s, want no more than a second on a quiet machine", best)
	}
}

// processorTime returns what this process has used of the processors.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLarge is the same, to be profiled.
func BenchmarkLarge(b *testing.B) {
	obs, err := networks.Large(1).Facts()
	if err != nil {
		b.Fatal(err)
	}
	set, err := signature.Default()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		build.Build(obs, build.Options{Signatures: set})
	}
	b.ReportMetric(float64(len(obs)), "facts")
}
