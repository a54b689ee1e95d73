//go:build ignore

// Writes numbers.tsv from the IANA's list of private enterprise numbers, as
// Wireshark ships it (/usr/share/wireshark/enterprises.tsv): the names only,
// without what stands behind them in brackets or after a sign for comments.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	b, err := os.ReadFile("/usr/share/wireshark/enterprises.tsv")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		digits, name, _ := strings.Cut(line, "\t")
		n, err := strconv.Atoi(digits)
		if err != nil {
			continue
		}
		name, _, _ = strings.Cut(name, "\t")
		name, _, _ = strings.Cut(name, " (")
		name = strings.Join(strings.Fields(name), " ")
		switch strings.ToLower(name) {
		case "", "none", "reserved", "unassigned", "removed":
			continue
		}
		if n > 0 && n < 100_000 {
			fmt.Fprintf(&out, "%05d\t%s\n", n, name)
		}
	}
	if err := os.WriteFile("numbers.tsv", []byte(out.String()), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
