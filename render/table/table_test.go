package table_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/render"
	"kanmon/render/rendertest"
	"kanmon/render/table"
	"kanmon/topology"
)

func tables(v render.View) []table.Table {
	return []table.Table{
		table.Connections(v), table.Devices(v), table.Links(v),
		table.BlindSpots(v), table.Inputs(v), table.Evidence(v),
	}
}

func TestTables(t *testing.T) {
	keys := render.Keys()
	for _, l := range []render.Lang{render.Japanese, render.English} {
		titles := map[string]bool{}
		for _, tab := range tables(render.Project(rendertest.Sample(80), l)) {
			n := 0
			for cells := range tab.Rows {
				n++
				if len(cells) != len(tab.Columns) {
					t.Errorf("%s: row %d has %d cells for %d columns", tab.Title, n, len(cells), len(tab.Columns))
				}
			}
			if n != tab.Len || n == 0 {
				t.Errorf("%s: %d rows, Len is %d", tab.Title, n, tab.Len)
			}
			labels := map[string]bool{}
			for _, c := range tab.Columns {
				if !slices.Contains(keys, "col."+c.Key) || labels[c.Label] || c.Width <= 0 {
					t.Errorf("%s: column %q has label %q and width %d", tab.Title, c.Key, c.Label, c.Width)
				}
				labels[c.Label] = true
			}
			if titles[tab.Title] {
				t.Errorf("two tables are called %s", tab.Title)
			}
			titles[tab.Title] = true
		}
	}
}

func TestRowsStop(t *testing.T) {
	n := 0
	for range table.Devices(render.Project(rendertest.Sample(80), render.English)).Rows {
		n++
		break // a sequence that goes on after that panics
	}
	if n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestConnectionsEndWithWhatWasNotSeen(t *testing.T) {
	v := render.View{
		Lang:    render.English,
		WaysOut: []render.WayOut{{No: 1, ID: "x-1", Status: topology.Expired, StatusLabel: "Expired"}},
		NotSeen: []render.NotSeen{{ID: "isdn", CategoryLabel: "Vendor VPN", Owner: "Q"}},
	}
	var got []string
	for cells := range table.Connections(v).Rows {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s", cells[0].Join(""), cells[1].Join(""), cells[1].Mark, cells[2].Join("")))
	}
	want := []string{"1|Expired|expired|", "|Approved, not seen||Vendor VPN"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	if len(v.WaysOut) != 1 {
		t.Error("the View was changed")
	}
}

func TestLongListsSayHowManyMore(t *testing.T) {
	d := render.Device{Name: "x"}
	for i := range 250 {
		d.IPs = append(d.IPs, fmt.Sprint("10.0.0.", i))
	}
	for cells := range table.Devices(render.View{Lang: render.English, Devices: []render.Device{d}}).Rows {
		i := slices.IndexFunc(cells, func(c table.Cell) bool { return len(c.Lines) > 1 })
		if n := len(cells[i].Lines); n != table.MaxLines+1 || cells[i].Lines[n-1] != "150 more" {
			t.Errorf("%d lines, the last is %q", n, cells[i].Lines[n-1])
		}
	}
	if len(d.IPs) != 250 || d.IPs[100] != "10.0.0.100" {
		t.Error("the View was changed")
	}
}
