package lab_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/testdata/lab"
	"kanmon/testdata/lab/fragile"
)

// Each of what kills a real device kills one of these, and an ordinary
// question does not.
func TestFragileDies(t *testing.T) {
	provocations := []struct{ name, script, want string }{
		{"an ordinary question", `exec {lab} ask hl7 {at}:2575`, ""},
		{"many connections", `for n in $(seq 40); do (: >/dev/tcp/{at}/104) & done; wait`, "connections within a second"},
		{"a byte to the printer", `echo >/dev/tcp/{at}/9100`, "on the printer's port"},
		{"a web request to DICOM", `echo GET / >/dev/tcp/{at}/104`, "on port 104"},
		{"a web request to HL7", `echo GET / >/dev/tcp/{at}/2575`, "on port 2575"},
		{"a slow scan", `for n in $(seq 3000 3104); do (: >/dev/tcp/{at}/$n); sleep 0.06; done`, "a scan"},
	}
	l := newLab(t)
	p := &lab.Plan{}
	tester := p.Add(lab.Host{Name: "tester", OUI: "00:e0:4c"})
	for n := range provocations {
		h := p.Add(lab.Host{Name: fmt.Sprintf("device-%d", n), OUI: "00:03:b1"})
		p.Cross(h, tester, "eth0", fmt.Sprintf("10.10.%d.2/24", n), fmt.Sprintf("eth%d", n), fmt.Sprintf("10.10.%d.1/24", n))
		h.Fragile()
	}
	if err := l.Up(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for n, tt := range provocations {
		t.Run(tt.name, func(t *testing.T) {
			script := strings.NewReplacer("{at}", fmt.Sprintf("10.10.%d.2", n), "{lab}", filepath.Join(l.Dir(), "lab")).Replace(tt.script)
			// A port that is closed is an error of the script, and none of the test.
			out, err := exec.CommandContext(t.Context(), l.Helper, "-id", l.ID, "inside", "tester", "bash", "-c", script).CombinedOutput()
			if err != nil && tt.want == "" {
				t.Errorf("no answer: %v: %s", err, out)
			}
			dir := l.HostDir(fmt.Sprintf("device-%d", n))
			var cause []byte
			for end := time.Now().Add(3 * time.Second); time.Now().Before(end) && len(cause) == 0; time.Sleep(50 * time.Millisecond) {
				cause, _ = os.ReadFile(filepath.Join(dir, fragile.DeathFile)) // not there while it lives
			}
			if tt.want == "" && len(cause) > 0 || !strings.Contains(string(cause), tt.want) {
				t.Errorf("died of %q, want %q", cause, tt.want)
			}
			if counts, err := os.ReadFile(filepath.Join(dir, fragile.CountsFile)); err != nil || !strings.Contains(string(counts), "tcp ") {
				t.Errorf("counted %s, %v; want connections among it", counts, err)
			}
		})
	}
}
