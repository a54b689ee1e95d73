package agent

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// none is the answer where there is no such object.
const none = "NONE\n"

// Serve speaks pass_persist (snmpd.conf(5)) until in ends. It asks rows for
// the objects at each question; rows may keep them for a while.
func Serve(in io.Reader, out io.Writer, rows func() ([]Row, error)) error {
	lines := bufio.NewScanner(in)
	next := func() string {
		lines.Scan()
		return strings.TrimSpace(lines.Text())
	}
	for lines.Scan() {
		said := none
		switch strings.ToLower(strings.TrimSpace(lines.Text())) {
		case "ping":
			said = "PONG\n"
		case "get":
			said = answer(next(), rows, find)
		case "getnext":
			said = answer(next(), rows, after)
		case "set":
			next()
			next()
			said = "not-writable\n"
		}
		if _, err := io.WriteString(out, said); err != nil {
			return fmt.Errorf("agent: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	return nil
}

func answer(asked string, rows func() ([]Row, error), pick func([]Row, []uint32) (Row, bool)) string {
	oid, err := ParseOID(asked)
	if err != nil {
		return none
	}
	all, err := rows()
	if err != nil {
		return none
	}
	row, ok := pick(all, oid)
	if !ok {
		return none
	}
	return fmt.Sprintf("%s\n%s\n%s\n", FormatOID(row.OID), row.Kind, row.Value)
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
