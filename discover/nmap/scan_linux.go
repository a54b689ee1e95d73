package nmap

import "syscall"

// processAttributes keeps the terminal's interrupt from nmap, which is told to
// stop in its turn, and has the kernel end nmap when this process dies.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
