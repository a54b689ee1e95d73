// Package xlsx writes the ledger as a workbook: the register of external
// connections (外部接続台帳), the equipment ledger (機器台帳), links, blind spots,
// inputs and evidence, one sheet each.
//
// Every cell is a text or a whole number, never a formula: a text is stored as
// an inline string (ECMA-376 Part 1, 18.18.11, inlineStr), which no spreadsheet
// evaluates. Rows are streamed, so that the evidence of a large site does not
// fill the memory. The same View gives the same bytes.
package xlsx

import (
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"kanmon/render"
	"kanmon/render/safe"
	"kanmon/render/table"
)

// maxRows is how many rows a sheet takes, its heading included (Excel
// specifications and limits).
const maxRows = excelize.TotalRows

// maxCell is how many UTF-16 units a cell takes (Excel specifications and
// limits).
const maxCell = excelize.TotalCellChars

// Write writes the ledger.
func Write(w io.Writer, v render.View) error { return write(w, v, maxRows) }

func write(w io.Writer, v render.View, rows int) (err error) {
	v = safe.Deep(v)
	f := excelize.NewFile()
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("xlsx: %w", cerr)
		}
	}()
	f.SetZipWriter(newArchive)

	b := book{f: f, v: v, rows: rows}
	if err := b.styles(); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	tables := []table.Table{
		table.Connections(v), table.Devices(v), table.Links(v),
		table.BlindSpots(v), table.Inputs(v), table.Evidence(v),
	}
	for i, t := range tables {
		if err := b.sheet(i, t); err != nil {
			return fmt.Errorf("xlsx: sheet %s: %w", t.Title, err)
		}
	}
	if err := b.properties(); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	f.SetActiveSheet(0)
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

// properties fixes what excelize would otherwise take from a template.
func (b *book) properties() error {
	if err := b.f.SetAppProps(&excelize.AppProperties{Application: "kanmon"}); err != nil {
		return err
	}
	created := "1980-01-01T00:00:00Z" // the first day of a zip file's clock
	jst := time.FixedZone("JST", 9*60*60)
	if t, err := time.ParseInLocation("2006-01-02 15:04", b.v.Taken, jst); err == nil {
		created = t.UTC().Format(time.RFC3339)
	}
	return b.f.SetDocProps(&excelize.DocProperties{
		Title: b.v.Lang.T("report.title"), Subject: b.v.Site, Creator: "kanmon", LastModifiedBy: "kanmon",
		Created: created, Modified: created, Language: string(b.v.Lang),
	})
}
