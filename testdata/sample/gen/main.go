// Gen writes the evidence of the sample hospital, the same bytes each time.
//
//	go run ./testdata/sample/gen
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"kanmon/testdata/sample/internal/hospital"
)

func main() {
	dir := flag.String("o", filepath.Join("testdata", "sample"), "folder to write into")
	flag.Parse()
	if err := write(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	files, err := hospital.Files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "evidence"), 0o750); err != nil {
		return err
	}
	for _, name := range hospital.Names(files) {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), files[name], 0o600); err != nil {
			return err
		}
	}
	return nil
}
