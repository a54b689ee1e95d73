package agent

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Serve speaks pass_persist (snmpd.conf(5)) until in ends. It asks rows for
// the objects at each question; rows may keep them for a while.
func Serve(in io.Reader, out io.Writer, rows func() ([]Row, error)) error {
	lines := bufio.NewScanner(in)
	w := bufio.NewWriter(out)
	next := func() string {
		lines.Scan()
		return strings.TrimSpace(lines.Text())
	}
	for lines.Scan() {
		switch strings.ToLower(strings.TrimSpace(lines.Text())) {
		case "ping":
			fmt.Fprintln(w, "PONG")
		case "get":
			answer(w, next(), rows, find)
		case "getnext":
			answer(w, next(), rows, after)
		case "set":
			next()
			next()
			fmt.Fprintln(w, "not-writable")
		default:
			fmt.Fprintln(w, "NONE")
		}
		if err := w.Flush(); err != nil {
			return fmt.Errorf("agent: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	return nil
}

func answer(w io.Writer, asked string, rows func() ([]Row, error), pick func([]Row, []uint32) (Row, bool)) {
	oid, err := ParseOID(asked)
	if err != nil {
		fmt.Fprintln(w, "NONE")
		return
	}
	all, err := rows()
	if err != nil {
		fmt.Fprintln(w, "NONE")
		return
	}
	row, ok := pick(all, oid)
	if !ok {
		fmt.Fprintln(w, "NONE")
		return
	}
	fmt.Fprintf(w, "%s\n%s\n%s\n", FormatOID(row.OID), row.Kind, row.Value)
}

func find(rows []Row, oid []uint32) (Row, bool) {
	n, ok := slices.BinarySearchFunc(rows, oid, func(r Row, oid []uint32) int { return slices.Compare(r.OID, oid) })
	if !ok {
		return Row{}, false
	}
	return rows[n], true
}

func after(rows []Row, oid []uint32) (Row, bool) {
	n, ok := slices.BinarySearchFunc(rows, oid, func(r Row, oid []uint32) int { return slices.Compare(r.OID, oid) })
	if ok {
		n++
	}
	if n >= len(rows) {
		return Row{}, false
	}
	return rows[n], true
}
