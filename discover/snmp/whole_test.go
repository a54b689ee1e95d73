package snmp_test

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

type kept struct{ bytes.Buffer }

// Close implements io.Closer.
func (*kept) Close() error { return nil }

// TestWholeWithoutSecrets holds that a walk of everything goes past what holds
// communities and names of users, and on behind it.
func TestWholeWithoutSecrets(t *testing.T) {
	tree := snmpfarm.Switch(1, 2, 4, 1000)
	const asked = "not-public" // as liveOptions has it
	object := func(value string, arcs ...uint32) {
		tree = append(tree, snmpfarm.Var{OID: snmpfarm.OID{1, 3, 6, 1}.Below(arcs...), Tag: 4, Value: []byte(value)})
	}
	for row := range uint32(30) {
		object("a-secret", 6, 3, 18, 1, 1, 1, 2, row)
		object("a-secret", 6, 3, 16, 1, 2, 1, 3, row)
	}
	object("a-secret", 2, 1, 16, 9, 1, 1, 5, 1)
	object("a-secret", 2, 1, 25, 4, 2, 1, 5, 7)
	object("a-secret", 2, 1, 10, 23, 2, 3, 1, 6, 1)
	object("a-secret", 4, 1, 25506, 2, 12, 1, 1, 1, 2, 1)
	object("a-secret", 4, 1, 8072, 1, 3, 2, 2, 1, 3, 1)
	object("behind", 4, 1, 8072, 1, 3, 3, 1)
	// Names of rows that are communities: of a table that is known, and of one that
	// is not, where it is the one that the agent is asked with.
	spelled := func(s string, arcs ...uint32) []uint32 {
		for _, c := range []byte(s) {
			arcs = append(arcs, uint32(c))
		}
		return arcs
	}
	object("a-secret", spelled("lab", 4, 1, 89, 2, 7, 2, 1, 3, 192, 0, 2, 1)...)
	object("a-secret", spelled(asked, 4, 1, 99999, 1, 1, 3, uint32(len(asked)))...)
	object("behind", spelled(asked[1:], 4, 1, 99999, 1, 1, 4, uint32(len(asked)-1))...)
	object("a-program", 2, 1, 25, 4, 2, 1, 2, 7)
	object("behind", 6, 3, 19, 1)
	a := &snmpfarm.Agent{Tree: tree.Hears([4]byte{192, 0, 2, 1}, 1)}
	if err := a.Listen(netip.MustParseAddrPort("127.74.0.1:0")); err != nil {
		t.Skipf("no agent can be simulated on loopback: %v", err)
	}
	t.Cleanup(a.Close)
	var out kept
	opts := liveOptions(a.Addr().Port())
	opts.Targets = []netip.Addr{a.Addr().Addr()}
	opts.Whole, opts.RecordOnly = true, true
	opts.Record = func(netip.Addr) (io.WriteCloser, error) { return &out, nil }
	if err := snmp.Collect(t.Context(), opts, &openGate{}, &facts{}); err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]int{"a-secret": 0, "a-program": 1, "behind": 3} {
		if n := strings.Count(out.String(), s); n != want {
			t.Errorf("%s is there %d times, want %d", s, n, want)
		}
	}
}

// TestLongAnswers holds that answers that are much longer than usual are read: the
// first as far as there was room for it, the others whole.
func TestLongAnswers(t *testing.T) {
	const rows, repetitions = 300, 50
	var tree snmpfarm.Tree
	for row := range uint32(rows) {
		text := fmt.Sprintf("row %d %s", row, strings.Repeat("x", 400))
		tree = append(tree, snmpfarm.Var{OID: snmpfarm.OID{1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18, row}, Tag: 4, Value: []byte(text)})
	}
	a := &snmpfarm.Agent{Tree: tree, Octets: 60_000}
	at := startFarm(t, a, "127.76.0.1")
	var out kept
	opts := liveOptions(at.Port())
	opts.Targets, opts.Repetitions = []netip.Addr{at.Addr()}, repetitions
	opts.Whole, opts.RecordOnly = true, true
	opts.Record = func(netip.Addr) (io.WriteCloser, error) { return &out, nil }
	if err := snmp.Collect(t.Context(), opts, &openGate{}, &facts{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "|row "); n != rows {
		t.Errorf("%d rows, want %d", n, rows)
	}
	// Beside the rows: who it is, the rest of the first answer, the end, and whether it is well.
	if n, most := a.Seen().Requests, rows/repetitions+4; n > most {
		t.Errorf("%d requests, want at most %d", n, most)
	}
}

// TestMaxRequests holds that an agent that gives a row at a time, and never ends,
// is not asked for days.
func TestMaxRequests(t *testing.T) {
	a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 8, 4000, 1000)}
	if err := a.Listen(netip.MustParseAddrPort("127.75.0.1:0")); err != nil {
		t.Skipf("no agent can be simulated on loopback: %v", err)
	}
	t.Cleanup(a.Close)
	for _, tt := range []struct {
		most int
		want string
	}{{400, "dot1dTpFdbTable of 127.75.0.1: walk cut short: the table took too many requests"}, {30, "asked as often"}} {
		before := a.Seen().Requests
		opts := liveOptions(a.Addr().Port())
		opts.Targets, opts.MaxRows = []netip.Addr{a.Addr().Addr()}, 200_000
		opts.Repetitions, opts.MaxRequests = 1, tt.most
		err := snmp.Collect(t.Context(), opts, &openGate{}, &facts{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d: error is %v, want %q", tt.most, err, tt.want)
		}
		if n := a.Seen().Requests - before; n > tt.most+2 { // whether it is well is asked last
			t.Errorf("%d requests, want at most %d", n, tt.most)
		}
	}
}
