package pcap_test

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kanmon/discover"
	"kanmon/discover/pcap"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/save"
)

// choose returns how many frames of a capture file a filter takes.
func choose(t *testing.T, file []byte, text string) (int, error) {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var out bytes.Buffer
	c := save.New(&out, save.Options{})
	for _, format := range pcap.FormatsWith(pcap.FileOptions{Filter: f, Copy: c}) {
		if !format.Match(file) {
			continue
		}
		in := discover.NewInput("x", "", bytes.NewReader(file), func() string { return "digest" })
		if _, err := format.Read(context.WithoutCancel(t.Context()), in, &discover.Collection{}); err != nil {
			return 0, err
		}
	}
	n, _ := c.Frames()
	return int(n), nil
}

// TestChooseLikeTcpdump compares what is chosen with what tcpdump chooses, in
// captures without tags, which the two treat differently on purpose.
func TestChooseLikeTcpdump(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump, which is to be the witness, is not here")
	}
	folder := captureFolder(t)
	filters := []string{
		"tcp", "udp", "arp", "ip6", "icmp or icmp6", "port 53", "udp port 500 or udp port 4500", "not port 443",
		"src portrange 1000-2000", "net 10.0.0.0/8", "dst net 192.168.0.0/16 and tcp", "net fe80::/10", "ip proto 47", "ether proto 0x88cc",
	}
	compared := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "cap") || strings.Contains(path, "corrupt") || strings.Contains(path, "truncated") || strings.HasSuffix(path, ".out") {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > 200_000 || compared > 25*len(filters) {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if out, err := exec.CommandContext(t.Context(), "tcpdump", "-n", "-q", "-r", path, "vlan").Output(); err != nil || len(out) > 0 {
			return nil //nolint:nilerr // tags, or a link type for which there are none
		}
		for _, filter := range filters {
			got, err := choose(t, file, filter)
			if err != nil {
				if !strings.Contains(err.Error(), "leave the filter out") {
					t.Errorf("%s: %q: %v", path, filter, err)
				}
				return nil // a link type that no filter chooses from
			}
			out, err := exec.CommandContext(t.Context(), "tcpdump", "-n", "-q", "-t", "--count", "-r", path, filter).Output()
			if err != nil {
				continue
			}
			word, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
			want, err := strconv.Atoi(word)
			if err != nil {
				continue
			}
			compared++
			if got != want {
				t.Errorf("%s: %q takes %d frames, and with tcpdump %d", cmp.Or(filepath.Base(path), path), filter, got, want)
			}
		}
		return nil
	})
	if err != nil || compared < 100 {
		t.Errorf("compared %d times, error %v", compared, err)
	}
}
