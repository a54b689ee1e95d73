package agent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab/agent"
)

func TestInterfaces(t *testing.T) {
	sys := t.TempDir()
	for name, text := range map[string]string{
		"wan0/ifindex": "3\n", "wan0/address": "02:00:00:00:00:01\n", "wan0/operstate": "up\n", "wan0/mtu": "1500\n",
		"wan0/statistics/rx_bytes": "4294967297\n", "lo/ifindex": "1\n", "lo/address": "00:00:00:00:00:00\n",
		"lo/operstate": "unknown\n", "eth9/ifindex": "9\n", "eth9/operstate": "down\n", "gone/mtu": "1\n",
	} {
		path := filepath.Join(sys, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overrides, err := agent.ReadOverrides(strings.NewReader("wan0 243 LTE modem, built in\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := agent.ReadInterfaces(sys, overrides)
	if err != nil {
		t.Fatal(err)
	}
	want := []agent.Interface{
		{Index: 9, Name: "eth9", Descr: "eth9", Type: 6},
		{Index: 1, Name: "lo", Descr: "lo", Type: 24, Up: true},
		{Index: 3, Name: "wan0", Descr: "LTE modem, built in", Type: 243, MTU: 1500, Address: []byte{2, 0, 0, 0, 0, 1}, Up: true, In: 4294967297},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("interfaces (-want +got):\n%s", diff)
	}
	for _, tt := range []struct{ name, in, want string }{
		{"a modem's type", "get\n.1.3.6.1.2.1.2.2.1.3.3\n", ".1.3.6.1.2.1.2.2.1.3.3\ninteger\n243\n"},
		{"a counter goes round", "get\n.1.3.6.1.2.1.2.2.1.10.3\n", ".1.3.6.1.2.1.2.2.1.10.3\ncounter\n1\n"},
		{"down", "get\n.1.3.6.1.2.1.2.2.1.8.9\n", ".1.3.6.1.2.1.2.2.1.8.9\ninteger\n2\n"},
		{"rows by column, then index", "getnext\n.1.3.6.1.2.1.2.2.1.2.3\n", ".1.3.6.1.2.1.2.2.1.2.9\nstring\neth9\n"},
		{"the second table after the first", "getnext\n.1.3.6.1.2.1.31\n", ".1.3.6.1.2.1.31.1.1.1.1.1\nstring\nlo\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			err := agent.Serve(strings.NewReader(tt.in), &out, func() ([]agent.Row, error) { return agent.InterfaceRows(got), nil })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadOverrides(t *testing.T) {
	for _, in := range []string{"wan0\n", "wan0 cellular modem\n", "wan0 243\n"} {
		if _, err := agent.ReadOverrides(strings.NewReader(in)); err == nil {
			t.Errorf("%q is taken for an override", in)
		}
	}
}
