package sample_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kanmon/testdata/sample"
	"kanmon/testdata/sample/internal/hospital"
)

// maxSize bounds the evidence, since it is embedded in the program.
const maxSize = 1_500_000

func TestEvidenceIsWhatTheGeneratorWrites(t *testing.T) {
	want, err := hospital.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range hospital.Names(want) {
		got, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			t.Errorf("%v: run go run ./testdata/sample/gen", err)
			continue
		}
		if !bytes.Equal(plain(t, name, got), plain(t, name, want[name])) {
			t.Errorf("%s differs from what the generator writes: run go run ./testdata/sample/gen", name)
		}
	}
}

func TestGeneratorRepeatsItself(t *testing.T) {
	first, err := hospital.Files()
	if err != nil {
		t.Fatal(err)
	}
	second, err := hospital.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range first {
		if !bytes.Equal(b, second[name]) {
			t.Errorf("%s differs from run to run", name)
		}
	}
}

// plain returns b without compression, whose bytes may change with the
// toolchain.
func plain(t *testing.T, name string, b []byte) []byte {
	t.Helper()
	if !strings.HasSuffix(name, ".gz") {
		return b
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func TestEmbeddedFiles(t *testing.T) {
	want, err := hospital.Files()
	if err != nil {
		t.Fatal(err)
	}
	size, evidence := 0, 0
	err = fs.WalkDir(sample.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(sample.FS(), path)
		if err != nil {
			return err
		}
		size += len(b)
		if strings.HasPrefix(path, "evidence/") {
			evidence++
			if _, ok := want[path]; !ok {
				t.Errorf("%s is embedded, but the generator does not write it", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if evidence != len(want)-1 { // truth.json is not evidence
		t.Errorf("%d evidence files are embedded, want %d", evidence, len(want)-1)
	}
	if size > maxSize {
		t.Errorf("embedded files have %d octets, want at most %d", size, maxSize)
	}
	for _, name := range []string{"site.yaml", "register.yaml"} {
		if _, err := fs.Stat(sample.FS(), name); err != nil {
			t.Error(err)
		}
	}
}

func TestScansAreXML(t *testing.T) {
	for name, want := range map[string]int{"scan-server.xml": 14, "scan-clinical.xml": 123} {
		f, err := sample.FS().Open("evidence/" + name)
		if err != nil {
			t.Fatal(err)
		}
		d, hosts := xml.NewDecoder(f), 0
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "host" {
				hosts++
			}
		}
		if hosts != want {
			t.Errorf("%s has %d hosts, want %d", name, hosts, want)
		}
	}
}

// truth reads truth.json.
func truth(t *testing.T) hospital.Truth {
	t.Helper()
	b, err := os.ReadFile("truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var v hospital.Truth
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTruth(t *testing.T) {
	truth := truth(t)
	if n := len(truth.Devices); n < 200 || n > 260 {
		t.Errorf("%d devices, want 200 to 260", n)
	}
	owner, ports := map[string]string{}, map[hospital.TruthPort]string{}
	for _, d := range truth.Devices {
		for _, key := range append(append([]string{d.Name}, d.IPs...), d.MACs...) {
			if other, ok := owner[key]; ok {
				t.Errorf("%s belongs to %s and to %s", key, other, d.Name)
			}
			owner[key] = d.Name
		}
		for _, p := range d.Attached {
			if other, ok := ports[p]; ok && p != truth.Unmanaged[0] {
				t.Errorf("%s and %s are plugged into %v", other, d.Name, p)
			}
			ports[p] = d.Name
		}
	}
	if len(truth.Ways) != 14 {
		t.Errorf("%d ways out, want 14", len(truth.Ways))
	}
	for i, w := range truth.Ways {
		if w.Number != i+1 || owner[w.Device] != w.Device || owner[w.DeviceIP] != w.Device {
			t.Errorf("way out %d: number %d, device %q with address %s", i+1, w.Number, w.Device, w.DeviceIP)
		}
		for _, f := range w.Evidence {
			if _, err := fs.Stat(sample.FS(), "evidence/"+f); err != nil {
				t.Errorf("way out %d: %v", w.Number, err)
			}
		}
	}
}
