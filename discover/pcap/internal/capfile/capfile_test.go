package capfile_test

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/pcap/internal/capfile"
	"kanmon/discover/pcap/internal/frame"
	"kanmon/discover/pcap/internal/frametest"
	"kanmon/discover/pcap/save"
)

// open opens a capture of either format; nil where it is neither.
func open(b []byte, r io.Reader) (capfile.Reader, error) {
	switch {
	case capfile.IsClassic(b):
		return capfile.NewClassic(r)
	case capfile.IsNG(b):
		return capfile.NewNG(r)
	}
	return nil, io.EOF
}

// ngFile is a pcapng file.
func ngFile(link uint32, frames ...[]byte) []byte {
	var out bytes.Buffer
	f := save.New(&out, save.Options{Snaplen: frame.MaxLen})
	iface := f.Interface("eth0", link, nil)
	for i, b := range frames {
		f.Frame(iface, &frame.Frame{Data: b, Nanos: int64(1_700_000_000+i) * 1e9, Link: link, Length: uint32(len(b))})
	}
	_ = f.Flush()
	return out.Bytes()
}

// all reads a capture from in, some frames at a time. It returns copies of them,
// and the error at the end.
func all(t *testing.T, file []byte, in io.Reader, atOnce int) ([]frame.Frame, string) {
	t.Helper()
	r, err := open(file, in)
	recs := make([]frame.Frame, atOnce)
	var got []frame.Frame
	for err == nil {
		var n int
		n, err = r.Next(recs)
		if n < 0 || n > atOnce || (n == 0) != (err != nil) || len(got) > len(file) {
			t.Fatalf("%d frames of at most %d, error %v", n, atOnce, err)
		}
		for _, f := range recs[:n] {
			f.Data = bytes.Clone(f.Data)
			got = append(got, f)
		}
	}
	return got, err.Error()
}

func TestNext(t *testing.T) {
	t.Parallel()
	frames := [][]byte{[]byte("one"), []byte("the second"), {}, []byte("4")}
	for name, file := range map[string][]byte{"pcap": frametest.File(frame.LinkRaw, frames...), "pcapng": ngFile(frame.LinkRaw, frames...)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := open(file, bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			recs := make([]frame.Frame, 3)
			n, err := r.Next(recs)
			if err != nil || n != 3 {
				t.Fatalf("%d frames at once, error %v; want 3", n, err)
			}
			got := recs[:n:n]
			last := make([]frame.Frame, 3)
			if n, err = r.Next(last); err != nil || n != 1 {
				t.Fatalf("%d frames at the end, error %v; want 1", n, err)
			}
			for i, f := range append(got, last[0]) {
				if !bytes.Equal(f.Data, frames[i]) || f.Link != frame.LinkRaw || !f.Whole || f.Length != uint32(len(frames[i])) || f.Nanos/1e9 != int64(1_700_000_000+i) {
					t.Errorf("frame %d: %+v", i, f)
				}
			}
			if n, err := r.Next(recs); n != 0 || err != io.EOF { //nolint:errorlint // the end is not wrapped: within a frame it would be
				t.Errorf("at the end: %d frames, error %v", n, err)
			}
			if want := map[string]string{"pcapng": "eth0"}[name]; r.Vantage() != want {
				t.Errorf("vantage %q, want %q", r.Vantage(), want)
			}
		})
	}
}

// FuzzReader wants every file to have an end, and the same frames and the same
// error whether they stand in memory one by one or many at once.
func FuzzReader(f *testing.F) {
	f.Add(frametest.File(frame.LinkEthernet, make([]byte, 60), make([]byte, 61)))
	f.Add(ngFile(frame.LinkEthernet, make([]byte, 60), make([]byte, 61)))
	f.Fuzz(func(t *testing.T, b []byte) {
		want, wantErr := all(t, b, iotest.OneByteReader(bytes.NewReader(b)), 1)
		for _, atOnce := range []int{2, 32} {
			got, err := all(t, b, bytes.NewReader(b), atOnce)
			if diff := cmp.Diff(want, got); diff != "" || err != wantErr {
				t.Fatalf("%d at once: error %q, want %q; frames (-want +got):\n%s", atOnce, err, wantErr, diff)
			}
		}
	})
}
