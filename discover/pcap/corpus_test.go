package pcap_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// captureFolder finds the captures beside the repository, which are not part of
// it, and skips the test where there are none.
func captureFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working directory")
		}
	}
	folder := filepath.Join(filepath.Dir(dir), "shared", "data", "captures")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the captures of ../shared/data are not here")
	}
	return folder
}

// result is what reading one capture gave.
type result struct {
	sum   discover.Summary
	err   error
	took  time.Duration
	obs   []fact.Observation
	skips []discover.Skipped
}

// strict collects, and does not put up with decoders that fail.
type strict struct{ discover.Collection }

// Skip implements discover.Sink.
func (s *strict) Skip(place string, why error) {
	if errors.Is(why, pcap.ErrFault) {
		panic(place + ": " + why.Error())
	}
	s.Collection.Skip(place, why)
}

// readBytes reads a capture whatever its format.
func readBytes(tb testing.TB, name string, b []byte) result {
	tb.Helper()
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			tb.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			tb.Fatal(err)
		}
	}
	for _, f := range pcap.Formats() {
		if !f.Match(b[:min(len(b), discover.HeadLen)]) {
			continue
		}
		var c strict
		in := discover.NewInput(name, "", bytes.NewReader(b), func() string { return "sha256:test" })
		start := time.Now()
		sum, err := f.Read(context.Background(), in, &c)
		r := result{sum: sum, err: err, took: time.Since(start), obs: c.Observations()}
		r.skips, _ = c.Skips()
		return r
	}
	tb.Fatalf("%s: no format matches", name)
	return result{}
}

// readCorpus reads every capture of the folder.
func readCorpus(t *testing.T, folder string) map[string]result {
	t.Helper()
	out := make(map[string]result)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch strings.TrimSuffix(filepath.Ext(path), ".gz") {
		case ".pcap", ".pcapng", ".snoop", "":
		default:
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(folder, path)
		out[filepath.ToSlash(rel)] = readBytes(t, rel, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// table reads a table of values separated by tabs, without its first line.
func table(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		rows = append(rows, strings.Split(sc.Text(), "\t"))
	}
	return rows[1:]
}

// facts returns the facts of one kind.
func facts[F fact.Fact](obs []fact.Observation) []F {
	var out []F
	for _, o := range obs {
		if f, ok := o.Fact.(F); ok {
			out = append(out, f)
		}
	}
	return out
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	corpus := readCorpus(t, folder)
	t.Logf("%d captures", len(corpus))
	if len(corpus) < 147 {
		t.Errorf("read %d captures", len(corpus))
	}
	refused := map[string]string{
		"format/pcpp__solaris.snoop":                          "Sun snoop",
		"format/pcpp__microsecs_big_endian.pcap":              "link type 253", // netlink messages
		"radiotap/scapy__bad_rsn_parsing_overrides_ssid.pcap": "frame 2: file is cut short",
	}
	for name, r := range corpus {
		if want := refused[name]; want == "" && r.err != nil || want != "" && !strings.Contains(fmt.Sprint(r.err), want) {
			t.Errorf("%s: error %v, want %q", name, r.err, want)
		}
		if r.took > 2*time.Second {
			t.Errorf("%s took %v", name, r.took)
		}
		if len(r.skips) > 0 {
			t.Logf("%s: %d frames, %d skipped, error %v", name, r.sum.Records, len(r.skips), r.err)
			for _, s := range r.skips[:min(3, len(r.skips))] {
				t.Logf("    %s: %s", s.Place, s.Reason)
			}
		}
	}
}
