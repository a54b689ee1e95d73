package discover_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// sampled reads up to ask octets, wants the digest, and reads up to end.
type sampled struct {
	ask, end int64
	got      *bytes.Buffer
}

func (sampled) Name() string      { return "sampled" }
func (sampled) Match([]byte) bool { return true }

func (s sampled) Read(_ context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	for _, until := range []int64{s.ask, s.end} {
		if _, err := io.CopyBuffer(struct{ io.Writer }{s.got}, io.LimitReader(in, until-int64(s.got.Len())), make([]byte, 9999)); err != nil {
			return discover.Summary{}, err
		}
		if err := in.Emit(to, "toy", fact.Gap{What: fmt.Sprint(until)}, fact.Sighting{}); err != nil {
			return discover.Summary{}, err
		}
	}
	return discover.Summary{}, nil
}

// TestReadAndHashed wants what is read and the digest to be those of the file,
// whichever of the two is further and wherever the reader ends.
func TestReadAndHashed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	whole := make([]byte, 3<<20)
	for i := range whole {
		whole[i] = byte(i * i >> 7)
	}
	for _, size := range []int64{1, 100, 4096, 128<<10 - 1, 128 << 10, 128<<10 + 1, 512 << 10, 1<<20 + 5, 3 << 20} {
		content := whole[:size]
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, s := range []sampled{{0, size, nil}, {size, size, nil}, {size / 3, size, nil}, {0, 0, nil}, {size / 2, size / 2, nil}, {size - 1, size, nil}} {
			s.got = new(bytes.Buffer)
			var c discover.Collection
			report, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{path}, Formats: []discover.Format{s}}, &c)
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Inputs[0]; got.Digest != digest(string(content)) || got.Incomplete != "" || got.Failed != "" {
				t.Errorf("size %d, asked at %d, read to %d: %+v", size, s.ask, s.end, got)
			}
			if !bytes.Equal(s.got.Bytes(), content[:s.end]) {
				t.Errorf("size %d, asked at %d: read %d octets that are not the first of the file", size, s.ask, s.got.Len())
			}
		}
	}
}
