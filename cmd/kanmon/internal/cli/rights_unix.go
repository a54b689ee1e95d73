//go:build unix

package cli

import (
	"io/fs"
	"os"
)

// othersMayRead reports whether users other than the owner may read the file.
func othersMayRead(st fs.FileInfo) bool { return st.Mode().Perm()&0o077 != 0 }

// mayUseRawSockets reports whether nmap will find that it may send raw packets:
// it asks for the user, not for capabilities.
func mayUseRawSockets() bool { return os.Geteuid() == 0 }
