package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kanmon/render"
	"kanmon/render/rendertest"
	"kanmon/render/safe"
	"kanmon/render/xlsx"
)

func write(t *testing.T, v render.View) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := xlsx.Write(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t *testing.T, b []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("the workbook does not open: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestWrite(t *testing.T) {
	v := render.Project(rendertest.Sample(200), render.Japanese)
	f := open(t, write(t, v))
	want := []string{"外部接続台帳", "機器台帳", "接続", "見えていない範囲", "読んだ資料", "根拠"}
	if d := cmp.Diff(want, f.GetSheetList()); d != "" {
		t.Errorf("sheets (-want +got):\n%s", d)
	}
	lens := []int{len(v.WaysOut) + len(v.NotSeen), len(v.Devices), len(v.Links), len(v.BlindSpots), len(v.Inputs), len(v.Evidence)}
	for i, name := range want {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != lens[i]+1 {
			t.Errorf("%s: %d rows, want %d", name, len(rows), lens[i]+1)
		}
		if dim, err := f.GetSheetDimension(name); err != nil || !strings.HasSuffix(dim, fmt.Sprint(lens[i]+1)) {
			t.Errorf("%s: dimension %q, %v; readers that trust it miss rows", name, dim, err)
		}
		panes, err := f.GetPanes(name)
		if err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s: the heading is not frozen: %+v, %v", name, panes, err)
		}
	}
	rows, err := f.GetRows("外部接続台帳")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"7", "期限切れ", "遠隔保守ソフト", "保守", "電カル V社", "198.51.100.7", "TLS"}, rows[7][:7]); d != "" {
		t.Errorf("row of way out 7 (-want +got):\n%s", d)
	}
	props, err := f.GetDocProps()
	if err != nil || props.Created != "2026-11-21T09:40:00Z" || props.Subject != "見本病院（150床）" {
		t.Errorf("properties %+v, %v", props, err)
	}
	if n := len(f.GetDefinedName()); n != 12 {
		t.Errorf("%d defined names, want a filter and a print title for each of 6 sheets", n)
	}
}

func TestWriteSameBytes(t *testing.T) {
	v := render.Project(rendertest.Sample(20), render.English)
	want := write(t, v)
	for range 4 {
		if !bytes.Equal(want, write(t, v)) {
			t.Fatal("two runs differ")
		}
	}
	z, err := zip.NewReader(bytes.NewReader(want), int64(len(want)))
	if err != nil {
		t.Fatal(err)
	}
	if z.File[0].Name != "[Content_Types].xml" {
		t.Errorf("the first part is %s", z.File[0].Name)
	}
}

func TestWriteHostile(t *testing.T) {
	formula := regexp.MustCompile(`<f[ >]`)
	for i := range rendertest.Attacks() {
		b := write(t, rendertest.Fill[render.View](i))
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range z.File {
			r, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), `<cols>`) && !strings.Contains(string(text), `<cols><col min="1"`) {
				t.Errorf("%s: columns are not in ascending order", part.Name)
			}
			if strings.HasPrefix(part.Name, "xl/worksheets/") && formula.Match(text) {
				t.Errorf("shift %d: %s has a formula", i, part.Name)
			}
			if bytes.Contains(text, []byte("<script")) {
				t.Errorf("shift %d: %s has a script", i, part.Name)
			}
			for _, c := range string(text) {
				if c != '\n' && c != '\r' && c != '\t' && safe.Hidden(c) {
					t.Fatalf("shift %d: %s has %U", i, part.Name, c)
				}
			}
		}
		checkCells(t, i, open(t, b))
	}
}

func checkCells(t *testing.T, shift int, f *excelize.File) {
	t.Helper()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatalf("shift %d: %s: %v", shift, sheet, err)
		}
		if len(rows) < 4 {
			t.Errorf("shift %d: %s has %d rows", shift, sheet, len(rows))
		}
		for _, row := range rows {
			for _, cell := range row {
				if n := len(utf16.Encode([]rune(cell))); n > excelize.TotalCellChars {
					t.Errorf("shift %d: %s: a cell has %d characters", shift, sheet, n)
				}
			}
		}
	}
}

// TestTextStaysText: what looks like a formula, a number, a date or an escape
// of the file format is shown as it was heard.
func TestTextStaysText(t *testing.T) {
	for _, name := range []string{"=1+1", "+81", "-5", "@SUM(A1)", "007", "1E5", "2026-11-21", "_x0041_", "<b>&amp;", "TRUE", "１２"} {
		f := open(t, write(t, render.View{Lang: render.English, Devices: []render.Device{{Name: name}}}))
		got, err := f.GetCellValue("Equipment", "A2")
		if err != nil || got != name {
			t.Errorf("name %q is read back as %q, %v", name, got, err)
		}
		if kind, err := f.GetCellType("Equipment", "A2"); err != nil || kind != excelize.CellTypeInlineString {
			t.Errorf("name %q has cell type %v, %v", name, kind, err)
		}
	}
}

func TestLongCells(t *testing.T) {
	ips := make([]string, 200)
	for i := range ips {
		ips[i] = strings.Repeat("病😀", 200)
	}
	f := open(t, write(t, render.View{Lang: render.English, Devices: []render.Device{{Name: "x", IPs: ips}}}))
	got, err := f.GetCellValue("Equipment", "I2")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(utf16.Encode([]rune(got))); n != excelize.TotalCellChars && n != excelize.TotalCellChars-1 {
		t.Errorf("the cell has %d characters, want the limit", n)
	}
	if !strings.HasSuffix(got, "…") {
		t.Error("the cell does not show that it was cut")
	}
}
