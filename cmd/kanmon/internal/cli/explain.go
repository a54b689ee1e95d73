package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"kanmon/render/term"
)

func (a *app) explainCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain SNAPSHOT ID",
		Short: "Say why a device, link or connection is on the map",
		Long: `Prints every piece of evidence for one thing on the map, in order of time. ID is
the number of a way out, an ID of the snapshot or the beginning of one, or the
name of a device.

` + exitCodes,
		Args: args(2, 2, "a snapshot and an ID"),
		RunE: func(_ *cobra.Command, given []string) error {
			s, err := loadSnapshot(given[0])
			if err != nil {
				return err
			}
			if asJSON {
				var e term.Explanation
				if e, err = term.ExplainData(s, given[1], a.lang); err == nil {
					return writeJSON(a.Stdout, e)
				}
			} else {
				err = term.Explain(a.Stdout, s, given[1], a.lang)
			}
			if errors.Is(err, term.ErrNotFound) || errors.Is(err, term.ErrAmbiguous) {
				return usage("", "%w", err)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON, in the words of the snapshot")
	return c
}
