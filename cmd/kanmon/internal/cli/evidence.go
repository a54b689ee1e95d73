package cli

import (
	"github.com/spf13/cobra"

	"kanmon/discover"
	"kanmon/discover/fact"
)

func (a *app) evidenceCommand() *cobra.Command {
	var vantage string
	c := &cobra.Command{
		Use:   "evidence PATH...",
		Short: "Print the facts in evidence files, one JSON object a line",
		Long: `Reads evidence as map does and prints every fact in it on standard output, in
kanmon's own evidence format: for jq, for checking, or for carrying away without
the captures. map reads it back.

` + exitCodes,
		Args: args(1, -1, "at least one file or folder of evidence"),
		RunE: func(c *cobra.Command, paths []string) error {
			var collection discover.Collection
			complete, err := a.readEvidence(c.Context(), paths, vantage, &collection)
			if err != nil {
				return err
			}
			enc := fact.NewEncoder(a.Stdout)
			if err := enc.Start(); err != nil {
				return err
			}
			for _, o := range collection.Observations() {
				if err := enc.Encode(o); err != nil {
					return err
				}
			}
			return verdict(complete, false)
		},
	}
	c.Flags().StringVar(&vantage, "vantage", "", "where in the network the captures were made")
	return c
}
