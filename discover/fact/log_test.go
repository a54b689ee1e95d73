package fact_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

func decodeAll(tb testing.TB, b []byte) (got []fact.Observation, skipped []int, err error) {
	tb.Helper()
	err = fact.Decode(bytes.NewReader(b),
		func(o fact.Observation) error { got = append(got, o); return nil },
		func(line int, _ error) { skipped = append(skipped, line) })
	return got, skipped, err
}

func encodeAll(tb testing.TB, obs ...fact.Observation) []byte {
	tb.Helper()
	var b bytes.Buffer
	e := fact.NewEncoder(&b)
	for _, o := range obs {
		if err := e.Encode(o); err != nil {
			tb.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestEveryKindSurvivesTheLog(t *testing.T) {
	var want []fact.Observation
	seen := fact.Sighting{Input: "sha256:0011", Vantage: "clinical", Place: "frame 1", First: time.Unix(1, 5).UTC(), Last: time.Unix(2, 0).UTC(), Count: 3}
	for _, f := range everyKind(t) {
		want = append(want, observe(t, "test", f, seen))
	}
	got, skipped, err := decodeAll(t, encodeAll(t, want...))
	if err != nil || len(skipped) > 0 {
		t.Fatalf("error %v, skipped lines %v", err, skipped)
	}
	if diff := cmp.Diff(want, got, compareFacts); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func TestLogCutAtEveryOctet(t *testing.T) {
	var obs []fact.Observation
	for i := range 3 {
		obs = append(obs, observe(t, "pcap/frame", fact.Station{MAC: fact.MAC{0, 0xa0, 0xde, 0, 0, byte(i)}}, fact.Sighting{Input: "live"}))
	}
	whole := encodeAll(t, obs...)
	for n := range len(whole) {
		got, skipped, err := decodeAll(t, whole[:n])
		lines := bytes.Count(whole[:n], []byte("\n"))
		want := max(lines-1, 0)
		if len(whole) > n && whole[n] == '\n' && lines > 0 {
			want++ // the record is whole; only its newline is missing
		}
		if len(got) != want || len(skipped) > 0 {
			t.Fatalf("cut at octet %d: %d records and %d skipped, want %d and 0 (%v)", n, len(got), len(skipped), want, err)
		}
		if cut := n > 0 && lines > 0 && whole[n-1] != '\n' && whole[n] != '\n'; cut != errors.Is(err, fact.ErrCut) {
			t.Fatalf("cut at octet %d: error %v", n, err)
		}
	}
}

func TestDecodeSkipsWhatItCannotUse(t *testing.T) {
	good := string(encodeAll(t, observe(t, "pcap/frame", fact.Station{MAC: fact.MAC{0, 0xa0, 0xde, 0, 0, 1}}, fact.Sighting{Input: "live"})))
	header, line, _ := strings.Cut(good, "\n")
	for _, tt := range []struct {
		name, in  string
		got, skip int
		err       string
	}{
		{"good", good, 1, 0, ""},
		{"changed", header + "\n" + strings.Replace(line, "00:a0:de:00:00:01", "00:a0:de:00:00:02", 1), 0, 1, ""},
		{"unknown-kind", header + "\n" + strings.Replace(line, `"station"`, `"starship"`, 1) + line, 1, 1, ""},
		{"not-json", header + "\nhello\n" + line, 1, 1, ""},
		{"blank", header + "\n\n" + line, 1, 0, ""},
		{"long-line", header + "\n" + strings.Repeat("x", 2<<20) + "\n" + line, 1, 1, ""},
		{"hostile-source", header + "\n" + strings.Replace(line, `pcap/frame`, `pcap\u202e`, 1), 0, 1, ""},
		{"newer", `{"schema":"kanmon.evidence/7"}` + "\n" + line, 0, 0, "use a newer kanmon"},
		{"other", `{"schema":"other"}` + "\n" + line, 0, 0, "not an evidence file"},
		{"empty", "", 0, 0, "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, skipped, err := decodeAll(t, []byte(tt.in))
			if len(got) != tt.got || len(skipped) != tt.skip {
				t.Errorf("%d records and %d skipped, want %d and %d", len(got), len(skipped), tt.got, tt.skip)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestEncoderEscapesWhatActsOnATerminal(t *testing.T) {
	// A file name is not a fact's text; place and vantage are cleaned, so only
	// what Clean lets through can be left. Feed the encoder a hand-made one.
	o := fact.Observation{ID: "x", Source: "test\u202e\u009b\U000e0041", Fact: fact.Gap{What: "\u2066"}, Seen: []fact.Sighting{{}}}
	for _, r := range string(encodeAll(t, o)) {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			t.Errorf("output holds %U", r)
		}
	}
}

func openLog(path string) (*fact.Log, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return fact.OpenLog(f)
}

func TestOpenLogResumes(t *testing.T) {
	obs := []fact.Observation{
		observe(t, "pcap/frame", fact.Station{MAC: fact.MAC{0, 0xa0, 0xde, 0, 0, 1}}, fact.Sighting{Input: "live"}),
		observe(t, "pcap/frame", fact.Station{MAC: fact.MAC{0, 0xa0, 0xde, 0, 0, 2}}, fact.Sighting{Input: "live"}),
	}
	first := encodeAll(t, obs[0])
	for n := range len(first) + 1 { // a run died after n octets
		path := filepath.Join(t.TempDir(), "evidence.jsonl")
		if err := os.WriteFile(path, first[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := openLog(path)
		if err != nil {
			t.Fatalf("died after %d octets: %v", n, err)
		}
		if err := errors.Join(l.Encode(obs[1]), l.Close()); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := decodeAll(t, b)
		if err != nil || len(got) == 0 || got[len(got)-1].ID != obs[1].ID {
			t.Fatalf("died after %d octets: %d records, %v:\n%s", n, len(got), err, b)
		}
	}
	path := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(path, []byte("Dear hospital, this is no evidence file at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := openLog(path); err == nil {
		l.Close()
		t.Error("OpenLog appended to a file that holds something else")
	}
}

// TestKilledWriter kills a process with SIGKILL while it writes a log, and
// counts what is lost.
func TestKilledWriter(t *testing.T) {
	if path := os.Getenv("KANMON_TEST_WRITER"); path != "" {
		writeForever(path)
		return
	}
	for round := range 5 {
		path := filepath.Join(t.TempDir(), "evidence.jsonl")
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), "KANMON_TEST_WRITER="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged, lines := 0, bufio.NewScanner(out)
		for acknowledged < 500*(round+1) && lines.Scan() {
			fmt.Sscan(lines.Text(), &acknowledged)
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it said before it died
			fmt.Sscan(lines.Text(), &acknowledged)
		}
		cmd.Wait()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, skipped, err := decodeAll(t, b)
		if err != nil && !errors.Is(err, fact.ErrCut) {
			t.Fatal(err)
		}
		if acknowledged == 0 || len(got) < acknowledged || len(skipped) > 0 {
			t.Errorf("round %d: %d records written, %d read back, lines %v skipped", round, acknowledged, len(got), skipped)
		}
	}
}

func writeForever(path string) {
	l, err := openLog(path)
	if err != nil {
		panic(err)
	}
	for i := 1; ; i++ {
		o, err := fact.New("pcap/frame", fact.Station{MAC: fact.MAC{0, 0xa0, 0xde, byte(i >> 16), byte(i >> 8), byte(i)}}, fact.Sighting{Input: "live"})
		if err != nil {
			panic(err)
		}
		if err := l.Encode(o); err != nil {
			panic(err)
		}
		fmt.Println(i)
	}
}

func FuzzDecode(f *testing.F) {
	for _, k := range everyKind(f) {
		f.Add(encodeAll(f, observe(f, "test", k, fact.Sighting{Input: "live"})))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _, _ := decodeAll(t, b)
		again, skipped, err := decodeAll(t, encodeAll(t, got...))
		if len(got) > 0 && (err != nil || len(skipped) > 0) {
			t.Fatalf("what was read does not read back: %v, skipped %v", err, skipped)
		}
		if diff := cmp.Diff(got, again, compareFacts, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
			t.Errorf("(-first +again):\n%s", diff)
		}
	})
}

// Lines that are held are written together, in their order, and none is lost.
func TestHold(t *testing.T) {
	t.Parallel()
	var at, held bytes.Buffer
	one, together := fact.NewEncoder(&at), fact.NewEncoder(&held)
	together.Hold(1000)
	for vid := range uint16(50) {
		o, err := fact.New("pcap/station", fact.Station{MAC: fact.MAC{2, 0, 0, 0, 0, 1}, VID: vid}, fact.Sighting{Input: "sha256:0"})
		if err != nil {
			t.Fatal(err)
		}
		for _, enc := range []*fact.Encoder{one, together} {
			if err := enc.Encode(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	if held.Len() == 0 || held.Len() == at.Len() {
		t.Errorf("%d octets were written before the end, of %d", held.Len(), at.Len())
	}
	if err := together.Flush(); err != nil {
		t.Fatal(err)
	}
	if at.String() != held.String() {
		t.Errorf("held: %s, at once: %s", held.String(), at.String())
	}
}
