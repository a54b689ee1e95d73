package xlsx

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"kanmon/render"
	"kanmon/render/table"
	"kanmon/topology"
)

type book struct {
	f     *excelize.File
	v     render.View
	rows  int // how many rows a sheet takes
	head  int
	body  int
	marks map[topology.Status]int
}

// styles are the looks of the cells. A status has a colour and always its text,
// so that it survives a black-and-white print.
func (b *book) styles() error {
	border := []excelize.Border{
		{Type: "bottom", Color: "D5DDE5", Style: 1}, {Type: "right", Color: "D5DDE5", Style: 1},
	}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	face := "Yu Gothic"
	if b.v.Lang == render.English {
		face = "Calibri"
	}
	font := func(color string, bold bool) *excelize.Font {
		return &excelize.Font{Family: face, Size: 10, Color: color, Bold: bold}
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	var err error
	style := func(s *excelize.Style) int {
		if err != nil {
			return 0
		}
		var id int
		id, err = b.f.NewStyle(s)
		return id
	}
	text := 49 // the number format "@": shown as it is, also when somebody edits it
	b.head = style(&excelize.Style{
		Font: font("FFFFFF", true), Fill: fill("1D2733"), Border: border,
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	})
	b.body = style(&excelize.Style{Font: font("1D2733", false), Alignment: top, Border: border, NumFmt: text})
	b.marks = map[topology.Status]int{
		topology.Approved:   style(&excelize.Style{Font: font("1F5F99", true), Alignment: top, Border: border, NumFmt: text}),
		topology.Unapproved: style(&excelize.Style{Font: font("B3261E", true), Fill: fill("FDECEA"), Alignment: top, Border: border, NumFmt: text}),
		topology.Expired:    style(&excelize.Style{Font: font("8A5200", true), Fill: fill("FFF4D6"), Alignment: top, Border: border, NumFmt: text}),
		topology.Changed:    style(&excelize.Style{Font: font("6B3FA0", true), Fill: fill("F1E9FA"), Alignment: top, Border: border, NumFmt: text}),
	}
	return err
}

// sheet streams t into sheet number i, counted from 0.
func (b *book) sheet(i int, t table.Table) error {
	name := t.Title
	if i == 0 {
		if err := b.f.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := b.f.NewSheet(name); err != nil {
		return err
	}
	if err := b.page(name); err != nil {
		return err
	}
	// Before the rows are streamed: programs that read large sheets believe it.
	corner, err := excelize.CoordinatesToCellName(len(t.Columns), min(t.Len+1, b.rows))
	if err != nil {
		return err
	}
	if err := b.f.SetSheetDimension(name, "A1:"+corner); err != nil {
		return err
	}
	s, err := b.f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	// From the last to the first: excelize writes them in the opposite order,
	// and Excel wants them ascending (18.3.1.17 cols).
	for c, col := range slices.Backward(t.Columns) {
		if err := s.SetColWidth(c+1, c+1, float64(col.Width)); err != nil {
			return err
		}
	}
	if err := s.SetPanes(&excelize.Panes{
		Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight",
		Selection: []excelize.Selection{{SQRef: "B2", ActiveCell: "B2", Pane: "bottomRight"}},
	}); err != nil {
		return err
	}
	last, err := b.write(s, t)
	if err != nil {
		return err
	}
	if err := b.ranges(name, len(t.Columns), last); err != nil {
		return err
	}
	return s.Flush()
}

// page prepares the sheet for A4 paper, all columns on one page's width.
func (b *book) page(name string) error {
	yes, wide, a4, zero := true, "landscape", 9, 0
	if err := b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	if err := b.f.SetPageLayout(name, &excelize.PageLayoutOptions{
		Size: &a4, Orientation: &wide, FitToHeight: &zero,
	}); err != nil {
		return err
	}
	// An ampersand begins a code in a heading; two are one (18.3.1.39 evenHeader).
	// A heading takes 255 characters.
	literal := func(s string) string { return strings.ReplaceAll(cut(s, 50), "&", "&&") }
	return b.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{
		OddHeader: "&L" + literal(b.v.Site) + "&R" + literal(b.v.Taken),
		OddFooter: "&L&A&R&P / &N",
	})
}

// write writes the heading and the rows, and returns the number of the last row
// of the table. Rows that the sheet does not take are counted in a last line.
func (b *book) write(s *excelize.StreamWriter, t table.Table) (int, error) {
	row := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = excelize.Cell{StyleID: b.head, Value: c.Label}
	}
	if err := s.SetRow("A1", row, excelize.RowOpts{Height: 24}); err != nil {
		return 0, err
	}
	shown := t.Len
	if shown+1 > b.rows {
		shown = b.rows - 2 // the heading, and the line that says how many are left out
	}
	n := 0
	for cells := range t.Rows {
		if n == shown {
			break
		}
		n++
		for i, c := range cells {
			row[i] = b.cell(c)
		}
		if err := s.SetRow(fmt.Sprint("A", n+1), row); err != nil {
			return 0, err
		}
	}
	if n < t.Len {
		note := b.v.Lang.F("report.more.snapshot", t.Len-n)
		if err := s.SetRow(fmt.Sprint("A", n+2), []any{excelize.Cell{StyleID: b.body, Value: note}}); err != nil {
			return 0, err
		}
	}
	return n + 1, nil
}

func (b *book) cell(c table.Cell) excelize.Cell {
	style := b.body
	if id, ok := b.marks[c.Mark]; ok {
		style = id
	}
	if c.Number {
		return excelize.Cell{StyleID: style, Value: c.Int}
	}
	if len(c.Lines) == 0 {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: cut(c.Join("\n"), maxCell)}
}

// ranges gives the sheet its filter and the row that is repeated on every
// printed page.
func (b *book) ranges(name string, columns, last int) error {
	corner, err := excelize.CoordinatesToCellName(columns, last)
	if err != nil {
		return err
	}
	if err := b.f.AutoFilter(name, "A1:"+corner, nil); err != nil {
		return err
	}
	return b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$1:$1", name),
	})
}

// cut shortens s to limit UTF-16 units, the measure of a spreadsheet.
func cut(s string, limit int) string {
	n, end := 0, 0
	for i, r := range s {
		n += utf16.RuneLen(r)
		if n < limit {
			end = i + utf8.RuneLen(r)
		}
	}
	if n <= limit {
		return s
	}
	return s[:end] + "…"
}
