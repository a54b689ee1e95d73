package csv_test

import (
	"bytes"
	stdcsv "encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/render"
	"kanmon/render/csv"
	"kanmon/render/rendertest"
	"kanmon/render/safe"
)

type writer struct {
	name  string
	write func(io.Writer, render.View) error
	rows  func(render.View) int
}

func writers() []writer {
	return []writer{
		{"devices", csv.Write, func(v render.View) int { return len(v.Devices) }},
		{"connections", csv.WriteConnections, func(v render.View) int { return len(v.WaysOut) + len(v.NotSeen) }},
	}
}

func parse(t *testing.T, b []byte) [][]string {
	t.Helper()
	text, ok := bytes.CutPrefix(b, []byte("\ufeff"))
	if !ok {
		t.Error("no byte order mark")
	}
	if n, m := bytes.Count(text, []byte("\n")), bytes.Count(text, []byte("\r\n")); n != m {
		t.Errorf("%d line feeds, %d of them after a carriage return", n, m)
	}
	rows, err := stdcsv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("the file does not parse: %v", err)
	}
	return rows
}

func TestWriteParsesBack(t *testing.T) {
	v := render.Project(rendertest.Sample(200), render.Japanese)
	for _, w := range writers() {
		var a, b bytes.Buffer
		for _, out := range []*bytes.Buffer{&a, &b} {
			if err := w.write(out, v); err != nil {
				t.Fatalf("%s: %v", w.name, err)
			}
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two runs differ", w.name)
		}
		rows := parse(t, a.Bytes())
		if want := w.rows(v) + 1; len(rows) != want {
			t.Errorf("%s: %d rows, want %d", w.name, len(rows), want)
		}
	}
}

func TestWriteConnectionsRow(t *testing.T) {
	v := render.Project(rendertest.Sample(1), render.Japanese)
	var b bytes.Buffer
	if err := csv.WriteConnections(&b, v); err != nil {
		t.Fatal(err)
	}
	rows := parse(t, b.Bytes())
	want := []string{"4", "承認内容と相違", "保守VPN", "保守", "MR保守 Y社"}
	if d := cmp.Diff(want, rows[4][:5]); d != "" {
		t.Errorf("row of way out 4 (-want +got):\n%s", d)
	}
	last := rows[len(rows)-1]
	if d := cmp.Diff([]string{"", "承認済み（見つからず）", "保守VPN"}, last[:3]); d != "" {
		t.Errorf("row of the approval that was not seen (-want +got):\n%s", d)
	}
}

func TestWriteHostile(t *testing.T) {
	for i := range rendertest.Attacks() {
		v := rendertest.Fill[render.View](i)
		for _, w := range writers() {
			var b bytes.Buffer
			if err := w.write(&b, v); err != nil {
				t.Fatalf("%s: shift %d: %v", w.name, i, err)
			}
			for r, row := range parse(t, b.Bytes()) {
				for c, field := range row {
					if field != "" && strings.ContainsAny(field[:1], "=+-@\t\r\n") {
						t.Errorf("%s: shift %d: row %d, column %d is a formula: %.40q", w.name, i, r, c, field)
					}
					for _, char := range field {
						if safe.Hidden(char) {
							t.Errorf("%s: shift %d: row %d, column %d has %U", w.name, i, r, c, char)
						}
					}
				}
			}
		}
	}
}

func TestFullWidthFormula(t *testing.T) {
	for _, name := range []string{"＝1+1", "＠x", "=1", "-1", "+1", "@x"} {
		var b bytes.Buffer
		if err := csv.Write(&b, render.View{Lang: render.English, Devices: []render.Device{{Name: name}}}); err != nil {
			t.Fatal(err)
		}
		if got := parse(t, b.Bytes())[1][0]; got != "'"+name {
			t.Errorf("name %q is written as %q", name, got)
		}
	}
}
