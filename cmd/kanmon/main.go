// Command kanmon maps a hospital's network and every way out of it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"kanmon/cmd/kanmon/internal/cli"
)

func main() {
	// The first signal ends the run and keeps what was gathered; the second
	// one ends the process, since the handler is gone by then.
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // the terminal went away; nohup lets the run go on without it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	var heap *cli.Heap
	if os.Getenv("GOGC") == "" {
		heap = cli.GovernHeap()
	}
	code := cli.Run(ctx, cli.Env{
		Args:   os.Args[1:],
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
		Now:    time.Now,
		Heap:   heap,
	})
	stop()
	os.Exit(code)
}
