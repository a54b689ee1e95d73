package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kanmon/discover/snmp"
)

func (a *app) anonymiseCommand() *cobra.Command {
	var out, keyFile string
	c := &cobra.Command{
		Use:   "anonymise WALK... -o FOLDER",
		Short: "Take out of SNMP walks what tells whose they are",
		Long: `Rewrites walks (.snmprec, or what snmpbulkwalk -On prints) so that a case can be
shown to others. Addresses, names, serial numbers and free text become others: the
same value becomes the same other one in all files of one run, addresses that share
a prefix still do, private addresses stay private, MAC addresses keep their maker,
and kanmon makes a map of the same shape of them. Of each walk only what kanmon
reads is kept; contacts and what it does not know are left out. Models, versions,
names of ports, VLAN IDs, other numbers of up to four digits, and some hundred words
such as "core" or "uplink" stay.

Look at the result before you give it away: no program knows every place in which
a maker lets people write their names.

` + exitCodes,
		Example: `  kanmon anonymise walks/ -o to-share/`,
		Args:    args(1, -1, "at least one walk, or a folder of walks"),
		RunE: func(c *cobra.Command, given []string) error {
			if out == "" {
				return usage("add -o FOLDER", "no folder is named for the result")
			}
			key, err := anonymiserKey(keyFile)
			if err != nil {
				return err
			}
			anonymiser, err := snmp.NewAnonymiser(key)
			if err != nil {
				return usage("", "--key: %w", err)
			}
			paths, err := walkFiles(given)
			if err != nil {
				return err
			}
			for _, path := range paths {
				if err := reading(path, func(r io.Reader) error { return anonymiser.Learn(c.Context(), r) }); err != nil {
					return err
				}
			}
			if err := privateFolder(out); err != nil {
				return usage("name another folder with -o", "folder of the result: %w", err)
			}
			for _, path := range paths {
				var (
					b       bytes.Buffer
					written int
					left    []string
				)
				err := reading(path, func(r io.Reader) (err error) {
					written, left, err = anonymiser.Rewrite(c.Context(), r, &b)
					return err
				})
				if err != nil {
					return err
				}
				name := filepath.Join(out, anonymiser.FileName(filepath.Base(path)))
				if err := writeNew(name, b.Bytes()); err != nil {
					return err
				}
				a.note("%s: %d variables in %s", path, written, name)
				if len(left) > 0 {
					a.note("%s: rows that kanmon does not know how to make anonymous are left out of %s", path, strings.Join(left, ", "))
				}
			}
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "folder for the result; files that are there are not overwritten")
	c.Flags().StringVar(&keyFile, "key", "", "file with a key of 16 octets or more, to get the same values in another run (default: one that is made up and forgotten)")
	return c
}

// anonymiserKey reads the key, or makes one up.
func anonymiserKey(path string) ([]byte, error) {
	if path == "" {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	}
	key, err := readPrivate(path, "--key")
	return bytes.TrimSpace(key), err
}

// walkFiles returns the files that are given, and those in folders that are, but
// for receipts.
func walkFiles(given []string) ([]string, error) {
	var out []string
	for _, path := range given {
		err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.HasSuffix(path, ".jsonl") {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, usage("", "%w", err)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func reading(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return usage("", "%w", err)
	}
	defer f.Close()
	if err := read(f); err != nil {
		return usage("", "%s: %w", path, err)
	}
	return nil
}

// writeNew writes a file that was not there.
func writeNew(path string, b []byte) error {
	f, err := privateFile(path, os.O_EXCL|os.O_WRONLY)
	if errors.Is(err, os.ErrExist) {
		return usage("name another folder with -o", "%s is there already; nothing was overwritten", path)
	}
	if err != nil {
		return usage("name another folder with -o", "%w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
