//go:build !unix

package cli

import "io/fs"

// othersMayRead reports false: who may read a file is not in its mode here.
func othersMayRead(fs.FileInfo) bool { return false }
