//go:build !linux

package nmap

import "syscall"

// processAttributes changes nothing: only Linux ends a process with its parent.
func processAttributes() *syscall.SysProcAttr { return nil }
