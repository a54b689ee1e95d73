package pcap_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestHostile reads captures that were damaged on purpose, or break off: all of
// their frames are read, each fault is told with its frame, and none takes long.
// Then it breaks each classic one off at many places: what stands before is
// read, and the error says in which frame the file ends.
func TestHostile(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	faults := 0
	for _, row := range table(t, filepath.Join(folder, "derived", "capture_labels.tsv")) {
		if row[1] != "corrupt" && row[1] != "truncated" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(folder, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		r := readBytes(t, row[0], b)
		if strconv.FormatUint(r.sum.Records, 10) != row[2] || r.err != nil {
			t.Errorf("%s: %d frames, error %v; tshark reads %s", row[0], r.sum.Records, r.err, row[2])
		}
		if r.took > 2*time.Second {
			t.Errorf("%s took %v", row[0], r.took)
		}
		for _, s := range r.skips {
			faults++
			n, err := strconv.Atoi(strings.TrimPrefix(s.Place, "frame "))
			if err != nil || n < 1 || uint64(n) > r.sum.Records || s.Reason == "" {
				t.Errorf("%s: fault %q at %q", row[0], s.Reason, s.Place)
			}
		}
		breakOff(t, row[0], b)
	}
	if faults == 0 {
		t.Error("no fault was told")
	}
	t.Logf("%d faults told", faults)
}

// breakOff reads starts of a classic file.
func breakOff(t *testing.T, name string, b []byte) {
	t.Helper()
	if !bytes.HasPrefix(b, []byte{0xd4, 0xc3, 0xb2, 0xa1}) {
		return
	}
	ends := []int{24} // of the header and of each frame
	for at := 24; at+16 <= len(b); {
		at += 16 + int(binary.LittleEndian.Uint32(b[at+8:]))
		ends = append(ends, at)
	}
	whole := 0 // frames before the cut
	for cut := 24; cut < len(b); cut += max(1, len(b)/50) {
		for whole+1 < len(ends) && ends[whole+1] <= cut {
			whole++
		}
		r := readBytes(t, name, b[:cut])
		if int(r.sum.Records) != whole {
			t.Errorf("%s cut at %d: %d frames, want %d", name, cut, r.sum.Records, whole)
		}
		if want := fmt.Sprintf("frame %d", whole+1); (cut != ends[whole]) != (r.err != nil && strings.Contains(r.err.Error(), want)) {
			t.Errorf("%s cut at %d: error %v, want %s", name, cut, r.err, want)
		}
	}
}
