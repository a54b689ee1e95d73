package capfile_test

import (
	"bytes"
	"io"
	"testing"

	"kanmon/discover/pcap/internal/capfile"
	"kanmon/discover/pcap/internal/frame"
	"kanmon/discover/pcap/internal/frametest"
	"kanmon/discover/pcap/save"
)

// open opens a capture of either format; nil where it is neither.
func open(b []byte) (capfile.Reader, error) {
	switch {
	case capfile.IsClassic(b):
		return capfile.NewClassic(bytes.NewReader(b))
	case capfile.IsNG(b):
		return capfile.NewNG(bytes.NewReader(b))
	}
	return nil, io.EOF
}

// ngFile is a pcapng file.
func ngFile(link uint32, frames ...[]byte) []byte {
	var out bytes.Buffer
	f := save.New(&out, save.Options{Snaplen: frame.MaxLen})
	iface := f.Interface("eth0", link, nil)
	for i, b := range frames {
		_ = f.Frame(iface, &frame.Frame{Data: b, Nanos: int64(1_700_000_000+i) * 1e9, Link: link, Length: uint32(len(b))})
	}
	_ = f.Flush()
	return out.Bytes()
}

func TestNext(t *testing.T) {
	t.Parallel()
	frames := [][]byte{[]byte("one"), []byte("the second"), {}}
	for name, file := range map[string][]byte{"pcap": frametest.File(frame.LinkRaw, frames...), "pcapng": ngFile(frame.LinkRaw, frames...)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := open(file)
			if err != nil {
				t.Fatal(err)
			}
			var f frame.Frame
			for i, want := range frames {
				if err := r.Next(&f); err != nil || !bytes.Equal(f.Data, want) || f.Link != frame.LinkRaw || !f.Whole || f.Length != uint32(len(want)) || f.Nanos/1e9 != int64(1_700_000_000+i) {
					t.Errorf("frame %d: %+v, error %v", i, f, err)
				}
			}
			if err := r.Next(&f); err != io.EOF { //nolint:errorlint // the end is not wrapped: within a frame it would be
				t.Errorf("at the end: error %v", err)
			}
			if want := map[string]string{"pcapng": "eth0"}[name]; r.Vantage() != want {
				t.Errorf("vantage %q, want %q", r.Vantage(), want)
			}
		})
	}
}

// FuzzReader wants every file to have an end, and no frame to be too long.
func FuzzReader(f *testing.F) {
	f.Add(frametest.File(frame.LinkEthernet, make([]byte, 60)))
	f.Add(ngFile(frame.LinkEthernet, make([]byte, 60)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := open(b)
		var rec frame.Frame
		for n := 0; err == nil; n++ {
			if err = r.Next(&rec); err == nil && (len(rec.Data) > len(b) || n > len(b)) {
				t.Fatalf("frame %d of %d octets in a file of %d", n, len(rec.Data), len(b))
			}
		}
	})
}
