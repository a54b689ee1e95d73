//go:build unix

package cli

import "io/fs"

// othersMayRead reports whether users other than the owner may read the file.
func othersMayRead(st fs.FileInfo) bool { return st.Mode().Perm()&0o077 != 0 }
