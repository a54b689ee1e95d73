package agent_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab/agent"
)

func bridges() []agent.Bridge {
	return []agent.Bridge{
		{
			Name: "vlan10", Alias: "clinical", VLAN: 10, Address: [6]byte{0, 1, 2, 3, 4, 5},
			Ports:   []agent.Port{{Number: 1, IfIndex: 3}, {Number: 2, IfIndex: 12}},
			Entries: []agent.Entry{{Address: [6]byte{2, 0, 0, 0, 0, 1}, Number: 2}, {Address: [6]byte{0, 1, 2, 3, 4, 6}, Number: 1, Local: true}},
		},
		{Name: "vlan20", VLAN: 20, Ports: []agent.Port{{Number: 1, IfIndex: 4}}, Entries: []agent.Entry{{Address: [6]byte{2, 0, 0, 0, 0, 1}, Number: 1}}},
	}
}

func TestServe(t *testing.T) {
	const fdb = ".1.3.6.1.2.1.17.4.3.1"
	for _, tt := range []struct{ name, in, want string }{
		{"ping", "PING\n", "PONG\n"},
		{"get a port's number", "get\n.1.3.6.1.2.1.17.1.4.1.2.12\n", ".1.3.6.1.2.1.17.1.4.1.2.12\ninteger\n12\n"},
		{"get what is not there", "get\n.1.3.6.1.2.1.17.1.4.1.2.13\n", "NONE\n"},
		{"get what is no OID", "get\n.1.x\n", "NONE\n"},
		{"the first row after the root", "getnext\n.1.3.6.1.2.1.17\n", ".1.3.6.1.2.1.17.1.1.0\noctet\n00 01 02 03 04 05\n"},
		{"an address of two VLANs is one row, of the first", "getnext\n" + fdb + ".2.2\n", fdb + ".2.2.0.0.0.0.1\ninteger\n12\n"},
		{"self", "get\n" + fdb + ".3.0.1.2.3.4.6\n", fdb + ".3.0.1.2.3.4.6\ninteger\n4\n"},
		{"the same address in the other VLAN", "get\n.1.3.6.1.2.1.17.7.1.2.2.1.2.20.2.0.0.0.0.1\n", ".1.3.6.1.2.1.17.7.1.2.2.1.2.20.2.0.0.0.0.1\ninteger\n4\n"},
		{"ports of a VLAN", "get\n.1.3.6.1.2.1.17.7.1.4.3.1.2.10\n", ".1.3.6.1.2.1.17.7.1.4.3.1.2.10\noctet\n20 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"},
		{"the end", "getnext\n.1.3.6.1.2.1.18\n", "NONE\n"},
		{"nothing may be written", "set\n.1.3\ninteger 1\nPING\n", "not-writable\nPONG\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			err := agent.Serve(strings.NewReader(tt.in), &out, func() ([]agent.Row, error) { return agent.Rows(bridges()), nil })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecodeEntries(f *testing.F) {
	var seed []byte
	for _, e := range bridges()[0].Entries {
		seed = agent.AppendEntry(seed, e)
	}
	f.Add(seed)
	f.Add(seed[:17])
	f.Fuzz(func(t *testing.T, data []byte) {
		entries := agent.DecodeEntries(data)
		var again []byte
		for _, e := range entries {
			again = agent.AppendEntry(again, e)
		}
		if diff := cmp.Diff(entries, agent.DecodeEntries(again)); diff != "" {
			t.Errorf("not the same after a round (-want +got):\n%s", diff)
		}
	})
}

func FuzzServe(f *testing.F) {
	f.Add("get\n.1.3.6\ngetnext\n.1\nset\n")
	f.Fuzz(func(_ *testing.T, in string) {
		var out strings.Builder
		// A line longer than the scanner takes is an error, and no more.
		_ = agent.Serve(strings.NewReader(in), &out, func() ([]agent.Row, error) { return agent.Rows(bridges()), nil })
	})
}
