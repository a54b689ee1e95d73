package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// Lab is one running site, or one that may be made. Several with different
// names can run at once.
type Lab struct {
	// ID is part of the names of all that is made; letters and digits, at most 8.
	ID string
	// Helper is the lab's own program, which is copied into the folder.
	Helper string
	// Log gets a line for each step.
	Log io.Writer
}

// root is where the labs' folders are: where only root may write, and not below
// /run, of which each host has one of its own.
const root = "/var/lib"

// Dir is the folder of all configurations and logs, one folder below it for
// each host; nobody but root can look into it.
func (l *Lab) Dir() string { return filepath.Join(root, "kmlab-"+l.ID) }

// HostDir is the folder of one host.
func (l *Lab) HostDir(host string) string { return filepath.Join(l.Dir(), host) }

// Namespace is the name of a host's namespace, for `ip netns`.
func (l *Lab) Namespace(host string) string { return "kmlab-" + l.ID + "-" + host }

// program is where the copy of the helper is.
func (l *Lab) program() string { return filepath.Join(l.Dir(), "lab") }

func (l *Lab) check() error {
	if !regexp.MustCompile(`^[a-z0-9]{1,8}$`).MatchString(l.ID) {
		return fmt.Errorf("lab: name %q: want one to eight of a-z and 0-9", l.ID)
	}
	if os.Geteuid() != 0 {
		return ErrNotRoot
	}
	return nil
}

// ErrNotRoot is returned where namespaces cannot be made.
var ErrNotRoot = errors.New("lab: network namespaces need root: run it with sudo")

func (l *Lab) logf(format string, args ...any) {
	if l.Log != nil {
		_, _ = fmt.Fprintf(l.Log, format+"\n", args...) // nobody is left to tell
	}
}

// shut closes what was only read, or whose error was told already.
func shut(c io.Closer) { _ = c.Close() }
