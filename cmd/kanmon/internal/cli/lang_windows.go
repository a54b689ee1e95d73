package cli

import (
	"strings"

	"golang.org/x/sys/windows"
)

// systemIsJapanese asks Windows for the user's display language, since Windows
// sets none of the POSIX variables.
func systemIsJapanese() bool {
	langs, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	return err == nil && len(langs) > 0 && strings.HasPrefix(langs[0], "ja")
}
