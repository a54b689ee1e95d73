//go:build linux

// Lab makes a hospital of network namespaces and real daemons, and takes it
// away again. See docs/lab.md.
//
//	go run ./testdata/lab/cmd/lab up|down|selftest|shell|status|plan|packages
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"kanmon/testdata/lab"
	"kanmon/testdata/lab/agent"
	"kanmon/testdata/lab/fragile"
	"kanmon/testdata/lab/work"
)

const usage = `usage: lab [-id NAME] COMMAND
  up              make the hospital
  down            take it away: also what a crashed one left
  selftest        prove that each element works
  status          what is there
  shell [HOST]    a shell inside a host (auditor)
  plan            what up would run
  packages        the Debian packages it needs
  missing         those that are not there
  able            whether up would work here, or one line that says why not
  truth           what there is, as a perfect map would show it, in JSON
  register        its register of approved connections, for kanmon map --register
  record FOLDER   bring it up, record a visit with tcpdump and net-snmp, take it away
  score SNAPSHOT [-vantage passive|snmp|probe] [-markdown]
                  compare a snapshot.json with the truth
up, selftest, plan, packages, truth, register and score take -twin: the hospital
without any way out that nobody approved
inside the hospital, and of use by hand in a shell there:
  inside HOST PROGRAM...   run a program in a host
  ask dns|https|hl7|ntp|tcp WHAT
  serve https|hl7|ntp ADDRESS [NAME]
  serve sslvpn ADDRESS NAME
  keep URL                 hold a TLS connection
  fragile INTERFACE FOLDER   be a device that dies of rough treatment
  respond names|oxid|ssdp NAME
  inquire nbns|nbstat|mdns|ssdp|oxid|dhcp [NAME@]ADDRESS
  agent [interfaces FILE]  answer snmpd for the bridges, or for the interfaces
  work SEED FILE  do the tasks of a host
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("lab", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	id := flags.String("id", "a", "")
	gate := flags.Bool("gate", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	args = flags.Args()
	if len(args) == 0 {
		return errors.New(strings.TrimSpace(usage))
	}
	helper, err := os.Executable()
	if err != nil {
		return err
	}
	l := &lab.Lab{ID: *id, Helper: helper, Log: os.Stderr}
	command, args := args[0], args[1:]
	plan := lab.Hospital
	if len(args) > 0 && args[0] == "-twin" {
		plan, args = lab.Twin, args[1:]
	}
	switch {
	case command == "up":
		return l.Up(ctx, plan())
	case command == "down":
		return l.Down(ctx)
	case command == "selftest":
		return selftest(ctx, l, plan())
	case command == "status":
		return status(l)
	case command == "plan":
		fmt.Print(plan().Script())
		return nil
	case command == "packages":
		fmt.Println(strings.Join(plan().Packages(), " "))
		return nil
	case command == "missing":
		fmt.Println(strings.Join(plan().Missing(lab.Installed), " "))
		return nil
	case command == "able":
		return able(ctx, plan())
	case command == "truth":
		return truth(plan())
	case command == "register":
		fmt.Print(plan().Truth().Register())
		return nil
	case command == "record" && len(args) == 1:
		return record(ctx, l, plan(), args[0])
	case command == "score":
		return judge(plan(), args)
	case command == "shell":
		return shell(l, args)
	case command == "inside" && len(args) >= 2:
		return l.Inside(args[0], *gate, args[1:])
	case command == "ask" && len(args) == 2:
		return work.Ask(ctx, args[0], args[1])
	case command == "serve" && len(args) >= 2:
		return work.Serve(ctx, args[0], args[1], args[2:])
	case command == "fragile" && len(args) == 2:
		return fragile.Run(ctx, args[0], args[1])
	case command == "keep" && len(args) == 1:
		return work.Keep(ctx, args[0])
	case command == "respond" && len(args) == 2:
		return work.Respond(ctx, args[0], args[1])
	case command == "inquire" && len(args) == 2:
		said, err := work.Inquire(ctx, args[0], args[1])
		fmt.Println(strings.Join(said, " "))
		return err
	case command == "agent":
		return agent.Serve(os.Stdin, os.Stdout, cached(time.Second, rows(args)))
	case command == "work" && len(args) == 2:
		return doWork(ctx, args[0], args[1])
	default:
		return errors.New(strings.TrimSpace(usage))
	}
}

// cached reads at most once in a while: a walk asks for each row.
func cached(keep time.Duration, read func() ([]agent.Row, error)) func() ([]agent.Row, error) {
	var rows []agent.Row
	var at time.Time
	return func() ([]agent.Row, error) {
		if rows == nil || time.Since(at) > keep {
			read, err := read()
			if err != nil {
				return nil, err
			}
			rows, at = read, time.Now()
		}
		return rows, nil
	}
}

// rows reads what the agent answers with: the interfaces with the overrides in
// a file, or the bridges.
func rows(args []string) func() ([]agent.Row, error) {
	const sys = "/sys/class/net"
	if len(args) == 2 && args[0] == "interfaces" {
		return func() ([]agent.Row, error) {
			file, err := os.Open(args[1])
			if err != nil {
				return nil, err
			}
			defer func() { _ = file.Close() }() // was only read
			overrides, err := agent.ReadOverrides(file)
			if err != nil {
				return nil, err
			}
			interfaces, err := agent.ReadInterfaces(sys, overrides)
			return agent.InterfaceRows(interfaces), err
		}
	}
	return func() ([]agent.Row, error) {
		bridges, err := agent.Read(sys)
		return agent.Rows(bridges), err
	}
}

func doWork(ctx context.Context, seed, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var tasks []work.Task
	if err := json.Unmarshal(data, &tasks); err != nil {
		return fmt.Errorf("work: %s: %w", file, err)
	}
	work.Do(ctx, seed, lab.DefaultTimes, tasks, os.Stderr)
	<-ctx.Done() // a host whose work is done is still there
	return nil
}

func shell(l *lab.Lab, args []string) error {
	host := "auditor"
	if len(args) > 0 {
		host = args[0]
	}
	program := os.Getenv("SHELL")
	if program == "" {
		program = "/bin/sh"
	}
	return l.Inside(host, false, []string{program})
}

func status(l *lab.Lab) error {
	s, err := l.Status()
	if err != nil {
		return err
	}
	fmt.Printf("%d hosts, %d processes running, %d ended\n", len(s.Hosts), len(s.Running), len(s.Ended))
	for _, h := range s.Hosts {
		fmt.Printf("  %-16s ip netns exec %s\n", h, l.Namespace(h))
	}
	for _, name := range s.Ended {
		fmt.Println("  ended:", name)
	}
	return nil
}

func selftest(ctx context.Context, l *lab.Lab, p *lab.Plan) error {
	failed := 0
	for _, c := range l.Selftest(ctx, p) {
		if c.Err != nil {
			failed++
			fmt.Printf("FAIL  %s: %v\n", c.Name, c.Err)
			continue
		}
		note := ""
		if c.Note != "" {
			note = ": " + c.Note
		}
		fmt.Printf("ok    %s%s (%.1f s)\n", c.Name, note, c.Took.Seconds())
	}
	if failed > 0 {
		return fmt.Errorf("lab: %d checks failed", failed)
	}
	return nil
}
