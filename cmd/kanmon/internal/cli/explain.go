package cli

import (
	"github.com/spf13/cobra"

	"kanmon/render/term"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain SNAPSHOT ID",
		Short: "Say why a device, link or connection is on the map",
		Long: `Prints every piece of evidence for one thing on the map, in order of time. ID is
the number of a way out, an ID of the snapshot or the beginning of one, or the
name of a device.`,
		Args: args(2, 2, "a snapshot and an ID"),
		RunE: func(_ *cobra.Command, given []string) error {
			s, err := loadSnapshot(given[0])
			if err != nil {
				return err
			}
			if err := term.Explain(a.Stdout, s, given[1], a.lang); err != nil {
				return usage("", "%w", err)
			}
			return nil
		},
	}
}
