package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/register"
)

func (a *app) registerCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "register",
		Short: "Check or begin the register of approved connections",
		Long: `The register is a YAML file in which the hospital writes down which external
connections it has approved: for whom, for what, until when. map, audit and
nightly take it with --register and show each way out as approved, unapproved,
expired or changed.`,
		Args: command,
		RunE: help,
	}
	c.AddCommand(a.registerCheckCommand(), a.registerTemplateCommand())
	return c
}

func (a *app) registerCheckCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a register, and say what is wrong with it",
		Long: `Reads a register as map does. A register with a fault ends with code 2, and the
fault and its line are told.

` + exitCodes,
		Args: args(1, 1, "one register file"),
		RunE: func(_ *cobra.Command, given []string) error {
			r, err := load(given[0], register.Load)
			if err != nil {
				return err
			}
			if asJSON {
				list := make([]topology.Approval, 0, r.Len())
				for _, approval := range r.Approvals() {
					list = append(list, approval.Approval)
				}
				return writeJSON(a.Stdout, struct {
					Approvals []topology.Approval `json:"approvals"`
				}{list})
			}
			_, err = fmt.Fprintf(a.Stdout, "%s: %d approvals, no fault found\n", fact.Clean(given[0]), len(r.Approvals()))
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the approvals as JSON")
	return c
}

func (a *app) registerTemplateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "template SNAPSHOT",
		Short: "Print a register with an entry for each way out of a snapshot, to be checked by a person",
		Args:  args(1, 1, "one snapshot"),
		RunE: func(_ *cobra.Command, given []string) error {
			s, err := loadSnapshot(given[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.Stdout, register.Template(s))
			return err
		},
	}
}
