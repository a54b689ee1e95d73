package json_test

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/render/json"
	"kanmon/render/rendertest"
	"kanmon/render/safe"
	"kanmon/topology"
)

func write(t *testing.T, s *topology.Snapshot) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	want := rendertest.Sample(100)
	text := write(t, want)
	if !bytes.Equal(text, write(t, want)) {
		t.Error("two runs differ")
	}
	if !bytes.HasSuffix(text, []byte("}\n")) {
		t.Error("no line break at the end")
	}
	got, err := json.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); d != "" {
		t.Errorf("Read(Write(s)) (-want +got):\n%s", d)
	}
	if !bytes.Equal(text, write(t, got)) {
		t.Error("written again, it has other bytes")
	}
}

// TestWriteIndents: the text is that of encoding/json, which would need all of
// it in memory.
func TestWriteIndents(t *testing.T) {
	s := rendertest.Sample(40)
	var want bytes.Buffer
	e := stdjson.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.String(), string(write(t, s))); d != "" {
		t.Errorf("Write (-want +got):\n%s", d)
	}
}

type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestWriteError(t *testing.T) {
	for _, left := range []int{0, 5000} {
		if err := json.Write(&fullDisk{left}, rendertest.Sample(40)); err == nil {
			t.Errorf("%d bytes of space: want an error", left)
		}
	}
}

func TestWriteEmpty(t *testing.T) {
	text := string(write(t, &topology.Snapshot{}))
	if strings.Contains(text, "null") {
		t.Errorf("an empty list is null:\n%s", text)
	}
	if !strings.Contains(text, `"schema": "kanmon.snapshot/1"`) {
		t.Errorf("no schema:\n%s", text)
	}
}

func TestWriteShowsHiddenCharacters(t *testing.T) {
	site := "<a&b> 病院\x1b[31m\u202e\u200b\u00a0\x7f\u009b\U000e0041\ue000\u2028"
	text := write(t, &topology.Snapshot{Site: site})
	want := `"site": "<a&b> 病院\u001b[31m\u202e\u200b\u00a0\u007f\u009b\udb40\udc41\ue000\u2028"`
	if !bytes.Contains(text, []byte(want)) {
		t.Errorf("want %s in\n%s", want, text)
	}
	var back struct{ Site string }
	if err := stdjson.Unmarshal(text, &back); err != nil || back.Site != site {
		t.Errorf("another reader gets %q, %v; want %q", back.Site, err, site)
	}
}

func TestHostile(t *testing.T) {
	for i := range rendertest.Attacks() {
		s := rendertest.Fill[topology.Snapshot](i)
		s.Schema = topology.Schema
		text := write(t, &s)
		for _, r := range string(text) {
			if r != '\n' && safe.Hidden(r) {
				t.Fatalf("shift %d: the file has %U", i, r)
			}
		}
		got, err := json.Read(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("shift %d: %v", i, err)
		}
		walk(t, reflect.ValueOf(*got), "snapshot")
	}
}

func walk(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); s != safe.Text(s) {
			t.Errorf("%s is not clean: %.40q", path, s)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(t, v.Index(i), path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(t, v.Field(i), path+"."+f.Name)
			}
		}
	default:
	}
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, test := range []struct {
		name, in, want string
		is             error
	}{
		{"empty", "", "not a kanmon snapshot", json.ErrNotSnapshot},
		{"not-json", "<html>", "line 1", json.ErrNotSnapshot},
		{"list", "[]", "not a kanmon snapshot", json.ErrNotSnapshot},
		{"no-schema", "{}", "it has no schema", json.ErrNotSnapshot},
		{"null-schema", `{"schema":null}`, "it has no schema", json.ErrNotSnapshot},
		{"other-schema", `{"schema":"syft/1\u001b[31m"}`, `its schema is "syft/1`, json.ErrNotSnapshot},
		{"newer", `{"schema":"kanmon.snapshot/2","devices":"elsewhere"}`, "or a newer one", json.ErrNewerSchema},
		{"cut-short", `{"schema":"kanmon.snapshot/1","site":"a`, "unexpected end", json.ErrNotSnapshot},
		{"more-behind", `{"schema":"kanmon.snapshot/1"} {}`, "after top-level value", json.ErrNotSnapshot},
		{"wrong-type", "{\"schema\":\"kanmon.snapshot/1\",\n\"devices\":7}", "line 2", nil},
		{"wrong-time", `{"schema":"kanmon.snapshot/1","taken_at":"yesterday"}`, "yesterday", nil},
		{"wrong-address", `{"schema":"kanmon.snapshot/1","zones":[{"prefixes":["10.0.0.0/99"]}]}`, "prefix", nil},
		{"deep", strings.Repeat("[", 100_000), "depth", json.ErrNotSnapshot},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := json.Read(strings.NewReader(test.in))
			if err == nil {
				t.Fatal("want an error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %q, want %q in it", err, test.want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error is %q, want it to wrap %q", err, test.is)
			}
			if strings.ContainsRune(err.Error(), 0x1b) {
				t.Errorf("the error has an escape character: %q", err)
			}
		})
	}
	if _, err := json.Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error is %v, want that of the reader", err)
	}
}

func TestReadToleratesAdditions(t *testing.T) {
	s, err := json.Read(strings.NewReader("\ufeff" + `{"schema":"kanmon.snapshot/1","site":"x","weather":["rain"]}`))
	if err != nil || s.Site != "x" {
		t.Errorf("Read = %v, %v; want the site x", s, err)
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := json.Write(&b, rendertest.Sample(5)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schema":"kanmon.snapshot/1"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := json.Read(bytes.NewReader(in))
		if err != nil {
			return
		}
		walk(t, reflect.ValueOf(*s), "snapshot")
		var out bytes.Buffer
		if err := json.Write(&out, s); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if _, err := json.Read(&out); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
