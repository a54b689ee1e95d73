package discover_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/internal/gatetest"
)

// lines is a toy format: "toy", then a line for each record: an address, "bad"
// for a record that is skipped, "panic", or "cut".
type lines struct{}

func (lines) Name() string           { return "lines" }
func (lines) Match(head []byte) bool { return bytes.HasPrefix(head, []byte("toy\n")) }

func (lines) Read(_ context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	var s discover.Summary
	b, err := io.ReadAll(in)
	for i, l := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")[1:] {
		s.Records++
		place := fmt.Sprintf("line %d", i+2)
		ip, perr := netip.ParseAddr(l)
		switch {
		case l == "panic":
			_ = make([]byte, i)[i]
		case l == "cut":
			return s, errors.New("ends in the middle of " + place)
		case perr != nil:
			to.Skip(place, errors.New("not an address"))
		default:
			f := fact.HostStatus{IP: ip, State: "up"}
			if err := in.Emit(to, "toy/host", f, fact.Sighting{Place: place}); err != nil {
				return s, err
			}
		}
	}
	return s, err
}

func toyFormats() []discover.Format {
	return []discover.Format{discover.EvidenceFormat(), lines{}}
}

func zipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// digest is what the contract calls the digest of a file's octets.
func digest(s string) string {
	h := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(h[:8])
}

// encode writes observations as an evidence file.
func encode(t *testing.T, obs []fact.Observation) string {
	t.Helper()
	var b bytes.Buffer
	e := fact.NewEncoder(&b)
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	for _, o := range obs {
		if err := e.Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// read reads paths and returns the report and the evidence file it makes.
func read(t *testing.T, parallel int, paths ...string) (discover.ReadReport, string) {
	t.Helper()
	var c discover.Collection
	rep, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: paths, Formats: toyFormats(), Vantage: "ward 3", Parallel: parallel}, &c)
	if err != nil {
		t.Fatal(err)
	}
	return rep, encode(t, c.Observations())
}

func TestReadFilesOne(t *testing.T) {
	t.Parallel()
	long := "toy\n" + strings.Repeat("bad\n", 150)
	tests := []struct {
		name string
		in   string
		want discover.InputReport
		fact fact.InputRead
	}{
		{
			name: "plain", in: "toy\n192.0.2.1\n192.0.2.2\n",
			want: discover.InputReport{Format: "lines", Records: 2},
			fact: fact.InputRead{Format: "lines", Records: 2},
		},
		{
			name: "gzip", in: zipped(t, "toy\n192.0.2.1\n"),
			want: discover.InputReport{Format: "lines", Records: 1},
			fact: fact.InputRead{Format: "lines", Records: 1},
		},
		{
			name: "gzip-cut-at-its-checksum", in: strings.TrimSuffix(zipped(t, "toy\n192.0.2.1\n"), zipped(t, "toy\n192.0.2.1\n")[33:]),
			want: discover.InputReport{Format: "lines", Records: 1, Incomplete: "unexpected EOF"},
			fact: fact.InputRead{Format: "lines", Records: 1, Incomplete: "unexpected EOF"},
		},
		{
			name: "skips", in: "toy\nbad\n192.0.2.1\n",
			want: discover.InputReport{Format: "lines", Records: 2, Skipped: 1, Skips: []discover.Skipped{{Place: "line 2", Reason: "not an address"}}},
			fact: fact.InputRead{Format: "lines", Records: 2, Skipped: 1, SkipReason: []string{"line 2: not an address"}},
		},
		{
			name: "cut", in: "toy\n192.0.2.1\ncut\n",
			want: discover.InputReport{Format: "lines", Records: 2, Incomplete: "ends in the middle of line 3"},
			fact: fact.InputRead{Format: "lines", Records: 2, Incomplete: "ends in the middle of line 3"},
		},
		{
			name: "panic", in: "toy\npanic\n",
			want: discover.InputReport{Format: "lines", Incomplete: "reading of lines files failed, which is a mistake in kanmon: please report it: runtime error: index out of range [0] with length 0"},
			fact: fact.InputRead{Format: "lines", Incomplete: "reading of lines files failed, which is a mistake in kanmon: please report it: runtime error: index out of range [0] with length 0"},
		},
		{name: "many-skips", in: long},
		{name: "empty", in: "", want: discover.InputReport{Unrecognised: true}},
		{name: "unknown", in: "hello\n", want: discover.InputReport{Unrecognised: true}},
		{name: "gzip-of-nothing-known", in: zipped(t, "hello\n"), want: discover.InputReport{Unrecognised: true}},
		{name: "gzip-header-only", in: "\x1f\x8b", want: discover.InputReport{Failed: "damaged gzip file: unexpected EOF"}},
		{name: "gzip-of-rubbish", in: zipped(t, "")[:10] + "\xff\xff\xff\xff", want: discover.InputReport{Failed: "flate: corrupt input before offset 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "in\x1b[2J.txt")
			write(t, filepath.Dir(path), map[string]string{filepath.Base(path): tt.in})
			var c discover.Collection
			rep, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{path}, Formats: toyFormats()}, &c)
			if err != nil {
				t.Fatal(err)
			}
			if len(rep.Inputs) != 1 {
				t.Fatalf("report has %d entries, want 1", len(rep.Inputs))
			}
			got := rep.Inputs[0]
			var facts []fact.InputRead
			for _, o := range c.Observations() {
				if f, ok := o.Fact.(fact.InputRead); ok {
					facts = append(facts, f)
					if o.Source != "input/read" || o.Seen[0].Input != digest(tt.in) || !o.First().IsZero() {
						t.Errorf("input-read has source %q and sighting %+v", o.Source, o.Seen[0])
					}
				}
			}
			if tt.name == "many-skips" {
				if got.Skipped != 150 || len(got.Skips) != 100 || len(facts[0].SkipReason) != 5 || facts[0].Skipped != 150 {
					t.Errorf("skipped %d, %d in the report, %d in the fact", got.Skipped, len(got.Skips), len(facts[0].SkipReason))
				}
				return
			}
			tt.want.Path, tt.want.Named, tt.want.Size = path, true, int64(len(tt.in))
			var want []fact.InputRead
			if tt.want.Format != "" {
				tt.want.Digest = digest(tt.in)
				tt.fact.Digest, tt.fact.Name = digest(tt.in), "in�[2J.txt"
				want = append(want, tt.fact)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
			if d := cmp.Diff(want, facts); d != "" {
				t.Errorf("fact (-want +got):\n%s", d)
			}
			clean := tt.want.Incomplete == "" && tt.want.Failed == "" && !tt.want.Unrecognised
			if rep.Complete() != clean {
				t.Errorf("Complete() = %v, want %v", rep.Complete(), clean)
			}
		})
	}
}

func TestReadFilesFolder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{
		"b.txt": "toy\n192.0.2.2\n", "a/x.txt": "toy\n192.0.2.1\n", "a/notes": "hello",
		".git/config": "toy\n192.0.2.9\n", ".hidden": "toy\n192.0.2.9\n",
	})
	outside := t.TempDir()
	write(t, outside, map[string]string{"real.txt": "toy\n192.0.2.3\n"})
	link := func(from, to string) {
		t.Helper()
		if err := os.Symlink(to, from); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	link(filepath.Join(root, "a", "loop"), root)
	link(filepath.Join(root, "c-link"), filepath.Join(outside, "real.txt"))
	link(filepath.Join(outside, "named-link"), root)

	rep, _ := read(t, 0, filepath.Join(outside, "named-link"), filepath.Join(outside, "missing"), filepath.Join(outside, "named-link", "b.txt"))
	var got []string
	for _, in := range rep.Inputs {
		rel, _ := filepath.Rel(outside, in.Path)
		switch {
		case in.Failed != "":
			rel += " failed: " + in.Failed
		case in.PassedOver != "":
			rel += " passed over"
		case in.Unrecognised:
			rel += " unrecognised"
		}
		got = append(got, filepath.ToSlash(rel))
	}
	want := []string{
		"missing failed: no such file or folder", "named-link/a/loop passed over", "named-link/a/notes unrecognised",
		"named-link/a/x.txt", "named-link/b.txt", "named-link/c-link passed over",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !rep.Inputs[4].Named || rep.Inputs[3].Named {
		t.Error("b.txt was named by the operator and a/x.txt was not")
	}
}

// TestReadFilesReceipts holds that what a Gate writes down is known again, and
// not taken for a file that could not be read.
func TestReadFilesReceipts(t *testing.T) {
	t.Parallel()
	var receipts bytes.Buffer
	g, err := discover.NewGate(discover.GateOptions{
		Level: discover.TrafficQuery, Targets: gatetest.Prefixes("192.0.2.1/32"), Clock: time.Now, Receipts: &receipts,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Permit(t.Context(), netip.MustParseAddr("192.0.2.1"), "SNMP", 1); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	write(t, root, map[string]string{"a.receipts.jsonl": receipts.String(), "a.txt": "toy\n192.0.2.2\n"})
	rep, _ := read(t, 0, filepath.Join(root, "a.receipts.jsonl"), filepath.Join(root, "a.txt"))
	if in := rep.Inputs[0]; in.PassedOver == "" || in.Unrecognised || !rep.Complete() {
		t.Errorf("receipts: %+v", in)
	}
}

// TestReadFilesOrder is the property that neither the order in which evidence is
// named, nor repetition, nor the number of files read at once shows in the
// result.
func TestReadFilesOrder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	files := map[string]string{}
	var paths []string
	for i := range 40 {
		name := fmt.Sprintf("f%02d", i)
		files[name] = fmt.Sprintf("toy\n192.0.2.%d\nbad\n192.0.2.%d\n", i/2, i%7)
		paths = append(paths, filepath.Join(root, name))
	}
	write(t, root, files)
	rep, want := read(t, 1, paths...)
	for _, parallel := range []int{0, 1, 8, -3} {
		slices.Reverse(paths)
		again, got := read(t, parallel, append(paths, paths...)...)
		if got != want {
			t.Errorf("parallel %d: evidence differs", parallel)
		}
		if d := cmp.Diff(rep, again); d != "" {
			t.Errorf("parallel %d: report differs:\n%s", parallel, d)
		}
	}
}

func TestEvidenceFormat(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"a": "toy\n192.0.2.1\nbad\n", "b": "toy\n192.0.2.1\n192.0.2.2\ncut\n"})
	_, direct := read(t, 2, root)

	log := filepath.Join(t.TempDir(), "evidence.jsonl")
	write(t, filepath.Dir(log), map[string]string{filepath.Base(log): direct})
	if rep, through := read(t, 2, log); through != direct || !rep.Complete() {
		t.Errorf("evidence read back differs from the evidence:\n%s\nwant\n%s", through, direct)
	}
	if _, both := read(t, 2, log, root); both != direct {
		t.Error("evidence and its inputs together differ from the inputs")
	}

	for name, content := range map[string]string{
		"cut":     direct[:len(direct)-10],
		"damaged": strings.Replace(direct, "192.0.2.1", "192.0.2.7", 1),
	} {
		write(t, filepath.Dir(log), map[string]string{filepath.Base(log): content})
		rep, through := read(t, 2, log)
		if !strings.Contains(through, digest(content)) || !strings.Contains(through, `"format":"evidence"`) {
			t.Errorf("%s: no fact says that the evidence is damaged:\n%s", name, through)
		}
		if in := rep.Inputs[0]; rep.Complete() || (name == "damaged") != (in.Skipped == 1) {
			t.Errorf("%s: got %+v", name, in)
		}
	}
}

// TestEvidenceResumed: half a line in the middle is what a run leaves that was
// killed and continued; what matters was written again or is lost for good, and
// the file is whole as it stands.
func TestEvidenceResumed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"a": "toy\n192.0.2.1\n192.0.2.2\n"})
	_, direct := read(t, 1, root)
	lines := strings.SplitAfter(direct, "\n")
	lines[1] += lines[1][:40] + "\n"
	write(t, root, map[string]string{"a": strings.Join(lines, "")})
	rep, _ := read(t, 1, root)
	if in := rep.Inputs[0]; !rep.Complete() || in.Skipped != 1 {
		t.Errorf("got %+v, want one skipped line and no more", in)
	}
}

// TestReadFilesNothing: a file of which not one record could be read is not one
// that was read.
func TestReadFilesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"a": "toy\nbad\nbad\n"})
	rep, evidence := read(t, 1, root)
	if rep.Complete() || !strings.Contains(evidence, "none of its records could be read") {
		t.Errorf("got %+v\n%s", rep.Inputs[0], evidence)
	}
}

func TestReadFilesBomb(t *testing.T) {
	t.Parallel()
	bomb := strings.Repeat(zipped(t, strings.Repeat("\x00", 1<<20)), 200)
	path := filepath.Join(t.TempDir(), "bomb")
	write(t, filepath.Dir(path), map[string]string{"bomb": bomb})

	count := &countingFormat{}
	rep, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{path}, Formats: []discover.Format{count}}, &discover.Collection{})
	if err != nil {
		t.Fatal(err)
	}
	if in := rep.Inputs[0]; !strings.Contains(in.Incomplete, "decompression bomb") {
		t.Errorf("got %+v", in)
	}
	if count.n > 400*int64(len(bomb))+1<<20 { // what is stored is counted block by block
		t.Errorf("%d octets came through", count.n)
	}
}

// countingFormat matches everything, counts octets, and takes every end for a
// good one.
type countingFormat struct {
	n  int64
	at func()
}

func (*countingFormat) Name() string      { return "count" }
func (*countingFormat) Match([]byte) bool { return true }

func (c *countingFormat) Read(_ context.Context, in *discover.Input, _ discover.Sink) (discover.Summary, error) {
	buf := make([]byte, 32<<10)
	for {
		n, err := in.Read(buf)
		c.n += int64(n)
		if err != nil {
			return discover.Summary{}, nil //nolint:nilerr // a Format that takes every end for a good one
		}
		if c.at != nil {
			c.at()
		}
	}
}

func TestReadFilesInterrupted(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	content := strings.Repeat("x", 1<<20)
	write(t, root, map[string]string{"a": content, "b": content})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	count := &countingFormat{at: cancel}
	var c discover.Collection
	rep, err := discover.ReadFiles(ctx, discover.ReadOptions{Paths: []string{root}, Formats: []discover.Format{count}, Parallel: 1}, &c)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
	if count.n == 1<<20 || rep.Inputs[0].Incomplete != "interrupted" || rep.Inputs[1].Failed != "interrupted" {
		t.Errorf("read %d octets, report %+v", count.n, rep.Inputs)
	}
	obs := c.Observations()
	if len(obs) != 1 || obs[0].Seen[0].Input != digest(content) {
		t.Errorf("what was gathered must be kept, under the digest of the whole file: %+v", obs)
	}
}

type brokenSink struct{ discover.Collection }

var errBroken = errors.New("disk is full")

func (*brokenSink) Emit(fact.Observation) error { return errBroken }

func TestReadFilesBrokenSink(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"a": "toy\n192.0.2.1\n", "b": "toy\n192.0.2.1\n", "c": "toy\n"})
	_, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{root}, Formats: toyFormats()}, &brokenSink{})
	if !errors.Is(err, errBroken) {
		t.Errorf("err = %v, want that of the sink", err)
	}
}

func FuzzReadFiles(f *testing.F) {
	f.Add([]byte("toy\n192.0.2.1\nbad\n"))
	f.Add([]byte(`{"schema":"kanmon.evidence/1"}` + "\n{}\n"))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "in")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		rep, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{path}, Formats: toyFormats()}, &discover.Collection{})
		if err != nil || len(rep.Inputs) != 1 {
			t.Fatalf("report %+v, error %v", rep, err)
		}
	})
}
