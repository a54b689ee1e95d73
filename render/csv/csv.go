// Package csv writes the equipment ledger and the register of external
// connections as comma-separated values (RFC 4180) for spreadsheets and
// programs.
//
// The files begin with a byte order mark: without one, Excel on a Japanese
// Windows reads them as Shift_JIS. A value that a spreadsheet would take for a
// formula gets an apostrophe in front (OWASP, CSV Injection).
package csv

import (
	"bufio"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"strings"

	"kanmon/render"
	"kanmon/render/safe"
	"kanmon/render/table"
)

// separator stands between the entries of a list in one field. It is not a
// separator of fields in any locale.
const separator = " | "

// Write writes the equipment ledger (機器台帳).
func Write(w io.Writer, v render.View) error {
	return write(w, table.Devices(safe.Deep(v)))
}

// WriteConnections writes the register of external connections (外部接続台帳).
func WriteConnections(w io.Writer, v render.View) error {
	return write(w, table.Connections(safe.Deep(v)))
}

func write(w io.Writer, t table.Table) error {
	b := bufio.NewWriter(w)
	if _, err := b.WriteString("\ufeff"); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	cw := stdcsv.NewWriter(b)
	cw.UseCRLF = true
	row := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = c.Label
	}
	if err := cw.Write(row); err != nil {
		return fmt.Errorf("csv: %s: %w", t.Title, err)
	}
	for cells := range t.Rows {
		for i, c := range cells {
			row[i] = inert(c.Join(separator))
		}
		if err := cw.Write(row); err != nil {
			return fmt.Errorf("csv: %s: %w", t.Title, err)
		}
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return fmt.Errorf("csv: %s: %w", t.Title, err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("csv: %s: %w", t.Title, err)
	}
	return nil
}

// inert puts an apostrophe before what a spreadsheet would run: the characters
// that OWASP names, and their full-width forms, which Japanese input methods
// give and Excel treats alike. Tabs and line breaks are gone already.
func inert(s string) string {
	if s != "" && strings.ContainsAny(firstRune(s), "=+-@＝＋－＠") {
		return "'" + s
	}
	return s
}

func firstRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}
