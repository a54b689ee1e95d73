//go:build !unix

package cli

import "io/fs"

// othersMayRead reports false: who may read a file is not in its mode here.
func othersMayRead(fs.FileInfo) bool { return false }

// mayUseRawSockets reports true: on Windows nmap sends through Npcap, whose
// rights it finds out by itself.
func mayUseRawSockets() bool { return true }
