package cli

import (
	"github.com/spf13/cobra"

	"kanmon/render/term"
	"kanmon/topology/diff"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what came, went and changed between two snapshots",
		Long: `Compares two snapshots and ends with code 3 where they differ. The same device
is recognised by what identifies it, not by its name or address.

` + exitCodes,
		Args: args(2, 2, "two snapshots"),
		RunE: func(_ *cobra.Command, given []string) error {
			before, err := loadSnapshot(given[0])
			if err != nil {
				return err
			}
			after, err := loadSnapshot(given[1])
			if err != nil {
				return err
			}
			d := diff.Snapshots(before, after)
			if asJSON {
				err = writeJSON(a.Stdout, d)
			} else {
				err = term.Diff(a.Stdout, d, a.lang)
			}
			if err != nil {
				return err
			}
			return verdict(true, !d.Empty())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}
