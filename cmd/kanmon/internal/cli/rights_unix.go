//go:build unix

package cli

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// othersMayRead reports whether users other than the owner may read the file.
func othersMayRead(st fs.FileInfo) bool { return st.Mode().Perm()&0o077 != 0 }

// mayUseRawSockets reports whether nmap will find that it may send raw packets:
// it asks for the user, not for capabilities.
func mayUseRawSockets() bool { return os.Geteuid() == 0 }

// mayWriteIn returns why this user cannot make files in a folder, or nil.
func mayWriteIn(folder string) error { return unix.Access(folder, unix.W_OK|unix.X_OK) }
