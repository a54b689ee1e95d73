package pcap_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// borrowed shows what follows as the blocks of a file do, which are read into
// again: what it showed before is something else at the next call.
type borrowed struct {
	*bytes.Reader
	shown []byte
}

func (b *borrowed) Peek(n int) ([]byte, error) {
	b.spoil()
	at, _ := b.Seek(0, 1)
	b.shown = make([]byte, min(n, b.Len()))
	_, err := b.ReadAt(b.shown, at)
	if len(b.shown) < n {
		_, err = b.ReadAt(make([]byte, 1), b.Size())
	}
	return b.shown, err
}

func (b *borrowed) Discard(n int) (int, error) {
	b.spoil()
	k := min(n, b.Len())
	_, err := b.Seek(int64(k), 1)
	if k < n {
		_, err = b.ReadAt(make([]byte, 1), b.Size())
	}
	return k, err
}

func (b *borrowed) spoil() {
	for i := range b.shown {
		b.shown[i] = '!'
	}
}

// TestNothingBorrowedIsKept wants what is learned from a capture not to hold
// octets of a frame that was looked at in place.
func TestNothingBorrowedIsKept(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, f := range pcap.Formats() {
			if !f.Match(b[:min(len(b), discover.HeadLen)]) {
				continue
			}
			want := readBytes(t, d.Name(), b)
			var got strict
			in := discover.NewInput(d.Name(), "", &borrowed{Reader: bytes.NewReader(b)}, func() string { return "sha256:test" })
			_, _ = f.Read(context.Background(), in, &got) // as the other said
			if diff := cmp.Diff(lines(t, want.obs), lines(t, got.Observations())); diff != "" {
				t.Errorf("%s:\n%s", d.Name(), diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lines is what is stored of observations.
func lines(t *testing.T, obs []fact.Observation) string {
	t.Helper()
	var out bytes.Buffer
	e := fact.NewEncoder(&out)
	for _, o := range obs {
		if err := e.Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}
