package xlsx //nolint:testpackage // the limit is a constant that no caller sets

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"kanmon/render"
)

func TestRowLimit(t *testing.T) {
	for _, test := range []struct {
		name string
		rows int
		want int
		last string
	}{
		{"fits", 5, 5, "e4"},
		{"one-too-many", 4, 4, "2 more are in snapshot.json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := render.View{Lang: render.English}
			for _, id := range []string{"e1", "e2", "e3", "e4"} {
				v.Evidence = append(v.Evidence, render.Evidence{ID: id})
			}
			var b bytes.Buffer
			if err := write(&b, v, test.rows); err != nil {
				t.Fatal(err)
			}
			f, err := excelize.OpenReader(&b)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows, err := f.GetRows("Evidence")
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != test.want || rows[len(rows)-1][0] != test.last {
				t.Errorf("%d rows, the last is %q; want %d and %q", len(rows), rows[len(rows)-1][0], test.want, test.last)
			}
		})
	}
}
