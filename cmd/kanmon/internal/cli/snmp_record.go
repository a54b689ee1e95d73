package cli

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// askFlags say how agents are asked.
type askFlags struct {
	perVLAN     bool
	repetitions int
}

func (h *askFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&h.perVLAN, "per-vlan", false,
		"ask for the forwarding table and spanning tree of each VLAN alone, with COMMUNITY@VLAN or the context vlan-VLAN: Cisco's switches need it, others send traps about it")
	f.IntVar(&h.repetitions, "repetitions", 0, "rows to ask for at once, 1 to 50 (default: 10, and up to 50 of agents that show that they bear it)")
}

// plan says in a line what --per-vlan adds.
func (h *askFlags) plan() string {
	if h.perVLAN {
		return "the same tables of each VLAN alone, with COMMUNITY@VLAN or the context vlan-VLAN: switches that do not know this send traps"
	}
	return "no table of a VLAN alone is asked for (--per-vlan does)"
}

// recordFlags say what is kept of the answers.
type recordFlags struct {
	folder string
	whole  bool
}

func (r *recordFlags) add(f *pflag.FlagSet) {
	f.StringVar(&r.folder, "record", "", "folder to keep the answers in, a .snmprec file for each agent")
	f.BoolVar(&r.whole, "whole", false, "with --record: everything that the agents have but what is known to hold secrets (communities, passwords, users, command lines), in place of the tables that a map needs")
}

// check says what of the flags contradicts itself.
func (r *recordFlags) check(h askFlags, w followFlags, out string) error {
	switch {
	case h.repetitions < 0 || h.repetitions > 50:
		return usage("", "--repetitions %d is not between 1 and 50", h.repetitions)
	case r.whole && r.folder == "":
		return usage("add --record FOLDER", "--whole keeps everything, but no folder is named to keep it in")
	case r.folder != "" && h.perVLAN && out == "":
		return usage("add -o FILE", "what --per-vlan learns is not kept by --record: it needs a file for evidence")
	case r.folder != "" && len(w.scope) > 0 && out == "":
		return usage("add -o FILE", "--follow needs evidence, of which --record alone makes none")
	}
	return nil
}

// plan says in a line what is asked of an agent.
func (r *recordFlags) plan() string {
	if r.whole {
		return "SNMP GET, GETNEXT and GETBULK, read only: everything that the agent has, but for what is known to hold communities, passwords, users and command lines"
	}
	return snmpPlan
}

// open makes the file for the answers of one agent, which only its owner may
// read: it holds all that they say.
func (r *recordFlags) open(agent netip.Addr) (io.WriteCloser, error) {
	name := strings.NewReplacer(":", "-", "%", "-", "/", "-", `\`, "-").Replace(agent.String()) + ".snmprec"
	if err := privateFolder(r.folder); err != nil {
		return nil, usage("name another folder with --record", "folder of answers: %w", err)
	}
	f, err := privateFile(filepath.Join(r.folder, name), os.O_EXCL|os.O_WRONLY)
	if errors.Is(err, os.ErrExist) {
		return nil, usage("name another folder with --record", "%s is there already; nothing was overwritten", filepath.Join(r.folder, name))
	}
	if err != nil {
		return nil, usage("name another folder with --record", "file of answers: %w", err)
	}
	return f, nil
}

// beginRecording is begin where answers are kept and no evidence is made of them.
// The receipts stand in the same folder.
func (a *app) beginRecording(folder string, level discover.Traffic, scope []netip.Prefix, f targetFlags) (*recorder, *discover.Gate, func() error, error) {
	if _, err := a.gate(level, scope, f, discard{}); err != nil { // before any file is made
		return nil, nil, nil, err
	}
	if err := privateFolder(folder); err != nil {
		return nil, nil, nil, usage("name another folder with --record", "folder of answers: %w", err)
	}
	receipts, err := openReceipts(filepath.Join(folder, "receipts.jsonl"))
	if err != nil {
		return nil, nil, nil, err
	}
	gate, err := a.gate(level, scope, f, receipts)
	if err != nil {
		return nil, nil, nil, errors.Join(err, receipts.Close())
	}
	enc := fact.NewEncoder(io.Discard)
	to := &recorder{enc: enc, close: enc.Flush}
	return to, gate, func() error {
		if err := receipts.Close(); err != nil {
			return fmt.Errorf("receipts of what is sent: %w", err)
		}
		return nil
	}, nil
}
