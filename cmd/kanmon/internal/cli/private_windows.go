package cli

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
)

// onlyOwner leaves a file or folder, and what will be made in that, to this user,
// the system and administrators: a mode says nothing on Windows, where a folder
// at the root of a drive is for everybody who may log on. A file system that
// keeps no rights, as those of USB sticks, is left as it is.
func onlyOwner(path string) error {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("ask who runs this: %w", err)
	}
	rights, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + user.User.Sid.String() + ")")
	if err != nil {
		return fmt.Errorf("say who may read: %w", err)
	}
	list, _, err := rights.DACL()
	if err != nil {
		return fmt.Errorf("say who may read: %w", err)
	}
	err = windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
	if errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep others from reading %s: %w", path, err)
	}
	return nil
}
