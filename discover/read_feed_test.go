package discover_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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
	for _, size := range []int64{1, 100, 4096, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10, 1<<20 + 5, 3 << 20} {
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

// peeked looks at what follows, and passes over it, by as many octets as it
// pleases.
type peeked struct {
	t   *testing.T
	got *bytes.Buffer
}

func (peeked) Name() string      { return "peeked" }
func (peeked) Match([]byte) bool { return true }

func (p peeked) Read(_ context.Context, in *discover.Input, _ discover.Sink) (discover.Summary, error) {
	r, ok := in.Reader.(interface {
		Peek(n int) ([]byte, error)
		Discard(n int) (int, error)
	})
	if !ok {
		p.t.Fatal("the content of a file cannot be looked at in place")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for {
		n := 1 + rng.IntN(1<<(1+rng.IntN(19)))
		b, err := r.Peek(n)
		if (err != nil) != (len(b) < n) {
			p.t.Fatalf("%d octets of %d, error %v", len(b), n, err)
		}
		if again, _ := r.Peek(len(b)); !bytes.Equal(b, again) {
			p.t.Fatal("what was looked at did not stay")
		}
		pass := rng.IntN(len(b) + 1)
		if err != nil {
			pass = len(b)
		}
		p.got.Write(b[:pass])
		if k, err := r.Discard(pass); k != pass || err != nil {
			p.t.Fatalf("passed over %d of %d octets: %v", k, pass, err)
		}
		if err != nil {
			if k, end := r.Discard(1); k != 0 || !errors.Is(end, io.EOF) || !errors.Is(err, io.EOF) {
				p.t.Errorf("behind the end %d octets, error %v, after %v", k, end, err)
			}
			return discover.Summary{}, nil
		}
	}
}

// TestReadInPlace wants what is looked at in place to be the file, whether that
// is compressed or not.
func TestReadInPlace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	whole := make([]byte, 5<<20)
	for i := range whole {
		whole[i] = byte(i * i >> 7)
	}
	for _, content := range [][]byte{{7}, whole[:256<<10], whole[:256<<10+1], whole} {
		for name, stored := range map[string][]byte{"plain": content, "gzip": []byte(zipped(t, string(content)))} {
			if err := os.WriteFile(path, stored, 0o600); err != nil {
				t.Fatal(err)
			}
			f := peeked{t, new(bytes.Buffer)}
			var c discover.Collection
			report, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{path}, Formats: []discover.Format{f}}, &c)
			if err != nil || report.Inputs[0].Digest != digest(string(stored)) {
				t.Errorf("%s, %d octets: %+v, error %v", name, len(content), report.Inputs[0], err)
			}
			if !bytes.Equal(f.got.Bytes(), content) {
				t.Errorf("%s: %d octets that are not the %d of the file", name, f.got.Len(), len(content))
			}
		}
	}
}
