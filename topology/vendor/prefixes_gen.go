//go:build ignore

// Writes prefixes.tsv: the IEEE's list of the first three octets of MAC
// addresses as gopacket ships it. Held as text it costs nothing until somebody
// asks, where the library's map is built by every command.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gopacket/gopacket/macs"
)

func main() {
	var lines []string
	for p, name := range macs.ValidMACPrefixMap {
		lines = append(lines, fmt.Sprintf("%02x%02x%02x\t%s\n", p[0], p[1], p[2], strings.Join(strings.Fields(name), " ")))
	}
	slices.Sort(lines)
	if err := os.WriteFile("prefixes.tsv", []byte(strings.Join(lines, "")), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
