package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

type sink struct{ n int; enc *fact.Encoder }

func (s *sink) Emit(o fact.Observation) error { s.n++; if s.enc != nil { return s.enc.Encode(o) }; return nil }
func (s *sink) Skip(string, error)            {}

func main() {
	cpu := flag.String("cpu", "", "")
	mem := flag.String("mem", "", "")
	enc := flag.Bool("enc", false, "")
	flag.Parse()
	f, _ := os.Open(flag.Arg(0))
	if *cpu != "" {
		o, _ := os.Create(*cpu)
		pprof.StartCPUProfile(o)
		defer pprof.StopCPUProfile()
	}
	s := &sink{}
	if *enc { s.enc = fact.NewEncoder(io.Discard) }
	var t1 time.Time
	in := discover.NewInput("x", "", f, func() string {
		t1 = time.Now()
		if *mem != "" {
			runtime.GC()
			o, _ := os.Create(*mem)
			pprof.WriteHeapProfile(o)
			o.Close()
		}
		return "sha256:0" })
	t0 := time.Now()
	_, err := pcap.Formats()[0].Read(context.Background(), in, s)
	t2 := time.Now()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	fmt.Fprintln(os.Stderr, "read", t1.Sub(t0).Milliseconds(), "finish", t2.Sub(t1).Milliseconds(), "facts", s.n, err, "heapsys", ms.HeapSys>>20, "alloc", ms.TotalAlloc>>20)
}
