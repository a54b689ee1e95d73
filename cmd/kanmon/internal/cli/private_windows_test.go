package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestPrivate wants what is made to be for this user, the system and
// administrators, whoever may read what stands above it.
func TestPrivate(t *testing.T) {
	above := filepath.Join(t.TempDir(), "above")
	out := filepath.Join(above, "demo")
	kanmon(t, "demo", "-o", out).want(t, 0)
	for _, path := range []string{above, out, filepath.Join(out, "snapshot.json")} {
		got, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		s := got.String()
		if !strings.HasPrefix(s, "D:P") || strings.Count(s, "(A;") != 3 || strings.Contains(s, ";;;WD)") || strings.Contains(s, ";;;BU)") {
			t.Errorf("%s: %s", path, s)
		}
	}
}
