//go:build unix

package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
)

// program is one that reads the capture.
type program struct {
	name string
	pack string // of Debian, which tells its version; empty: built here
	does string
	args []string
}

// programs are those that are run, in turn. The first is what the others are
// compared with.
func programs(dir, capture string) []program {
	in := func(name string) string { return filepath.Join(dir, name) }
	return []program{
		{"kanmon sniff -r", "", "all that a capture tells, written as evidence", []string{in("kanmon"), "sniff", "-q", "-r", capture, "-o", in("evidence.jsonl")}},
		{"kanmon map --json", "", "the same, and the map of it", []string{in("kanmon"), "map", "-q", "--json", capture}},
		{"gopacket, bare", "", "flows and hosts counted, without a copy of a frame", []string{in("bare"), capture}},
		{"tcpdump -w /dev/null", "tcpdump", "copies", []string{"tcpdump", "-r", capture, "-w", "/dev/null"}},
		{"p0f", "p0f", "fingerprints of operating systems", []string{"p0f", "-r", capture}},
		{"ndpiReader", "libndpi-bin", "protocols of flows", []string{"ndpiReader", "-q", "-i", capture}},
		{"tshark -z conv,ip", "tshark", "conversations counted", []string{"tshark", "-n", "-r", capture, "-q", "-z", "conv,ip"}},
		{"prads", "prads", "hosts, services, systems", []string{"prads", "-d", "-f", in("prads.fifo"), "-r", capture, "-l", in("prads.log")}},
	}
}

// version asks Debian for the version of a package; "?" where it does not know.
func version(ctx context.Context, pack string) string {
	out, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f", "${Version}", pack).Output()
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(out))
}
