package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kanmon/topology"
)

// outDir is a folder that kanmon writes: private to the user, never one that
// holds something else, each file whole or not there.
type outDir struct {
	path string
}

// evidenceFolder is the folder inside an audit's output that holds what was
// observed.
const evidenceFolder = "evidence"

// checkOutDir reports whether kanmon may write to path: it does not exist, is
// empty, or holds an earlier output of kanmon and nothing else. It writes
// nothing.
func checkOutDir(path string) (outDir, error) {
	d := outDir{path: path}
	if path == "" {
		return d, usage("add -o FOLDER", "no folder to write to was named")
	}
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, checkWritable(filepath.Dir(filepath.Clean(path)))
	case err != nil:
		return d, usage("name another folder with -o", "output folder: %w", err)
	case !st.IsDir():
		return d, usage("name a folder with -o", "%s is not a folder", path)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return d, usage("name another folder with -o", "output folder: %w", err)
	}
	for _, e := range entries {
		if !isOurs(e) {
			return d, usage("name a new folder with -o, or one that kanmon wrote",
				"%s holds %q, which kanmon did not write; nothing was overwritten", path, e.Name())
		}
	}
	if err := checkSnapshotIsOurs(filepath.Join(path, "snapshot.json")); err != nil {
		return d, err
	}
	return d, checkWritable(path)
}

// checkWritable reports whether files can be made in the folder at path, or in
// the nearest one above it that is there. It is better to know before an hour
// of listening than after it.
func checkWritable(path string) error {
	st, err := os.Stat(path)
	for errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		st, err = os.Stat(path)
	}
	if err == nil && !st.IsDir() {
		return usage("name another folder with -o", "output folder: %s is not a folder", path)
	}
	if err == nil {
		err = mayWriteIn(path)
	}
	if err != nil {
		return usage("name another folder with -o", "output folder: write in %s: %w", path, err)
	}
	return nil
}

// isOurs reports whether kanmon writes a file or folder of this name.
func isOurs(e fs.DirEntry) bool {
	if e.IsDir() {
		return e.Name() == evidenceFolder
	}
	name := strings.TrimSuffix(e.Name(), partSuffix)
	return e.Type().IsRegular() && slices.ContainsFunc(renderings(), func(r rendering) bool { return r.file == name })
}

// checkSnapshotIsOurs refuses to replace a snapshot.json of another program.
func checkSnapshotIsOurs(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return usage("name another folder with -o", "output folder: %w", err)
	}
	defer f.Close()
	head := make([]byte, 256)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return usage("name another folder with -o", "output folder: %w", err)
	}
	schema, _, _ := strings.Cut(topology.Schema, "/")
	if n > 0 && !strings.Contains(string(head[:n]), `"`+schema+`/`) {
		return usage("name a new folder with -o", "%s is not a snapshot that kanmon wrote; nothing was overwritten", path)
	}
	return nil
}

// make makes the folder, readable by its owner only.
func (d outDir) make() error {
	if err := privateFolder(d.path); err != nil {
		return fmt.Errorf("make output folder: %w", err)
	}
	return nil
}

// partSuffix ends the name of a file that is not yet whole.
const partSuffix = ".part"

// write writes files and makes the folder where it is not there. All are
// written under other names before the first gets its own, so that a run that
// fails or is killed while it writes leaves the earlier output as it was and
// never a mixture. The first file gets its name last: where it is, all are.
func (d outDir) write(files []rendering, write func(rendering, io.Writer) error) (err error) {
	if err := d.make(); err != nil {
		return err
	}
	paths := make([]string, 0, len(files))
	defer func() {
		for _, path := range paths { // empty where nothing failed
			err = errors.Join(err, os.Remove(path+partSuffix))
		}
	}()
	for _, r := range files {
		path := filepath.Join(d.path, r.file)
		if err := writePart(path, func(w io.Writer) error { return write(r, w) }); err != nil {
			return err
		}
		paths = append(paths, path)
	}
	for len(paths) > 0 {
		last := len(paths) - 1
		if err := os.Rename(paths[last]+partSuffix, paths[last]); err != nil {
			return fmt.Errorf("write %s: %w", paths[last], err)
		}
		paths = paths[:last]
	}
	return nil
}

// writeFile writes a file that only its owner may read: under another name
// first, so that a file of that name is always whole.
func writeFile(path string, write func(io.Writer) error) error {
	if err := writePart(path, write); err != nil {
		return err
	}
	if err := os.Rename(path+partSuffix, path); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path+partSuffix))
	}
	return nil
}

// writePart writes what is to become the file at path, under its other name.
func writePart(path string, write func(io.Writer) error) error {
	part := path + partSuffix
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := privateFile(part, os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(part))
	}
	return nil
}
