package cli_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// program returns the path of a real program, and skips the test where it is
// not installed.
func program(tb testing.TB, name, what string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Skipf("%s is not installed: %s is not tested", name, what)
	}
	return path
}

// What a reader of the PDF marks and copies is text, in Japanese.
func TestTextOfThePDF(t *testing.T) {
	pdftotext := program(t, "pdftotext", "the text of the PDF")
	out := filepath.Join(t.TempDir(), "demo")
	kanmon(t, "demo", "--lang", "ja", "-o", out, "-f", "pdf").want(t, 0)
	text, err := exec.Command(pdftotext, filepath.Join(out, "diagram.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"外部との出入口マップ", "見本病院（150床）", "未承認", "WireGuard", "KYUSHOKU-SV", "見えていない範囲"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("text of the PDF does not hold %q", want)
		}
	}
}

// A real browser makes of the report's hostile names text, and nothing else.
func TestReportInABrowser(t *testing.T) {
	chromium := program(t, "chromium", "the report in a browser")
	out := filepath.Join(t.TempDir(), "map")
	kanmon(t, "map", hostileEvidence(t), "-o", out, "-f", "html").want(t, 0)
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=2000", "--dump-dom", "file://"+filepath.Join(out, "report.html"))
	dom, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	page := string(dom)
	if !strings.Contains(page, "hm1&lt;script&gt;") {
		t.Error("the page does not show the first hostile name as text")
	}
	// Within a tag: in a text, the same letters are what a device called itself.
	for _, bad := range []string{`<script`, `<img`, `<[^<>]*onerror`, `<[^<>]*javascript:`} {
		if hit := regexp.MustCompile(bad).FindString(strings.ToLower(page)); hit != "" {
			t.Errorf("the browser made %q of a name", hit)
		}
	}
}
