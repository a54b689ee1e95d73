package main

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

type sink struct{ n map[fact.Kind]int; skip int; skips []string }

func (s *sink) Emit(o fact.Observation) error { s.n[o.Fact.Kind()]++; if o.Fact.Kind()=="tunnel" && len(s.skips)<-1 {fmt.Printf("%+v\n",o.Fact)}; return nil }
func (s *sink) Skip(p string, e error)        { s.skip++; if s.skip<5 {fmt.Println(p,e)} }

func main() {
	if len(os.Args) > 2 { f,_ := os.Create(os.Args[2]); pprof.StartCPUProfile(f); defer pprof.StopCPUProfile() }
	f, _ := os.Open(os.Args[1])
	s := &sink{n: map[fact.Kind]int{}}
	t := time.Now()
	sum, err := pcap.Formats()[0].Read(context.Background(), discover.NewInput("x", "", f, func() string { return "d" }), s)
	fmt.Println(sum.Records, err, s.n, s.skip, time.Since(t))
}
