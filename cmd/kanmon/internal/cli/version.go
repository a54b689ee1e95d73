package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// release is the version of kanmon; the commit is added from the build.
const release = "0.1.0"

type versionInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from a tree with changes that were not committed
	Go       string `json:"go"`
	System   string `json:"system"`
	Snapshot string `json:"snapshot_schema"`
	Evidence string `json:"evidence_schema"`
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  args(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			v := versionInfo{
				Version: release, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
				Snapshot: topology.Schema, Evidence: fact.Schema,
			}
			if b, ok := debug.ReadBuildInfo(); ok {
				for _, s := range b.Settings {
					switch s.Key {
					case "vcs.revision":
						v.Commit = s.Value
					case "vcs.modified":
						v.Modified = s.Value == "true"
					}
				}
			}
			if asJSON {
				return writeJSON(a.Stdout, v)
			}
			line := "kanmon " + v.Version
			if v.Commit != "" {
				line += " (" + v.Commit[:min(12, len(v.Commit))] + ")"
			}
			_, err := fmt.Fprintln(a.Stdout, line)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON, with the versions of the file formats")
	return c
}

// writeJSON prints v for programs.
func writeJSON(w interface{ Write([]byte) (int, error) }, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
