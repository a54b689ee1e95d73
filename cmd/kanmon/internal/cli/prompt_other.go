//go:build !linux && !darwin && !windows

package cli

import (
	"errors"
	"os"
)

// noEcho refuses: a secret would be seen.
func noEcho(*os.File) (restore func(), err error) {
	return nil, errors.New("a secret cannot be typed unseen on this system: give it in the environment")
}
