package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"kanmon/discover"
	"kanmon/testdata/sample"
	"kanmon/topology/register"
	"kanmon/topology/site"
)

func (a *app) demoCommand() *cobra.Command {
	o := mapOptions{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Make the map of the sample hospital that is built in",
		Long: `Makes the map of a made-up hospital of 150 beds from evidence that is built into
kanmon: captures, SNMP walks, scans and an evidence file. It needs no network, no
rights and no other program.

` + exitCodes,
		Args: args(0, 0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.out == "" && !o.json {
				o.out = "kanmon-demo"
			}
			p, err := a.prepare(o)
			if err != nil {
				return err
			}
			if err := a.useSample(p); err != nil {
				return err
			}
			folder, err := os.MkdirTemp("", "kanmon-demo-") // 0700
			if err != nil {
				return fmt.Errorf("unpack the sample hospital: %w", err)
			}
			defer os.RemoveAll(folder)
			evidence, err := fs.Sub(sample.FS(), "evidence")
			if err != nil {
				return fmt.Errorf("unpack the sample hospital: %w", err)
			}
			if err := unpack(evidence, folder); err != nil {
				return fmt.Errorf("unpack the sample hospital: %w", err)
			}
			return a.mapEvidence(c.Context(), p, func(ctx context.Context, to discover.Sink) (bool, error) {
				return a.readEvidence(ctx, []string{folder}, "", to)
			})
		},
	}
	o.flags(c)
	return c
}

// useSample takes the sample's own site file and register where the user names
// none.
func (a *app) useSample(p *prepared) error {
	var err error
	if p.site == "" {
		if p.build.Site, err = loadSample("site.yaml", site.Load); err != nil {
			return err
		}
	}
	if p.register == "" {
		if p.build.Register, err = loadSample("register.yaml", register.Load); err != nil {
			return err
		}
	}
	return nil
}

func loadSample[T any](name string, parse func(io.Reader, string) (T, error)) (T, error) {
	var zero T
	f, err := sample.FS().Open(name)
	if err != nil {
		return zero, fmt.Errorf("sample hospital: %w", err)
	}
	defer f.Close()
	v, err := parse(f, name)
	if err != nil {
		return zero, fmt.Errorf("sample hospital: %w", err)
	}
	return v, nil
}

// unpack copies the files of from into folder.
func unpack(from fs.FS, folder string) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, b, 0o600)
	})
}
