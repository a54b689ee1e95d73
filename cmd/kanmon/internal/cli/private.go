package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// privateFolder makes the folder at path, and those above it, which only this
// user may read. What is there stays as it is.
func privateFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(path, 0o700) // which says what is there in its place
	}
	if above := filepath.Dir(path); above != path {
		if err := privateFolder(above); err != nil {
			return err
		}
	}
	err := os.Mkdir(path, 0o700)
	switch {
	case errors.Is(err, fs.ErrExist), // another made it a moment ago
		errors.Is(err, fs.ErrNotExist): // what a ".." in it leads back from is not there
		return os.MkdirAll(path, 0o700)
	case err != nil:
		return err
	}
	return onlyOwner(path)
}

// privateFile opens the file at path for writing, as os.OpenFile does with flags,
// and makes it where it is not there, so that only this user may read it. One
// that is there keeps the rights that it has.
func privateFile(path string, flags int) (*os.File, error) {
	_, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(path, os.O_CREATE|flags, 0o600)
	if err != nil || !fresh {
		return f, err
	}
	if err := onlyOwner(path); err != nil { // before anything is written
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, nil
}
