//go:build !windows

package cli

// systemIsJapanese reports false: where no POSIX variable is set, the locale is
// "C".
func systemIsJapanese() bool { return false }
