//go:build !unix

package cli

import "io/fs"

// othersMayRead reports false: who may read a file is not in its mode here.
func othersMayRead(fs.FileInfo) bool { return false }

// mayUseRawSockets reports true: on Windows nmap sends through Npcap, whose
// rights it finds out by itself.
func mayUseRawSockets() bool { return true }

// mayWriteIn returns nil: who may write is not in a folder's mode here, and the
// first write says so.
func mayWriteIn(string) error { return nil }
