package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) renderCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "render SNAPSHOT -f FORMAT",
		Short: "Print one rendering of a snapshot",
		Long: `Prints one rendering of a snapshot on standard output, or writes it to a file
that is not there yet.

` + exitCodes,
		Example: `  kanmon render map/snapshot.json -f pdf > board.pdf
  kanmon render map/ -f dot | dot -Tsvg > diagram.svg`,
		Args: args(1, 1, "one snapshot"),
		RunE: func(c *cobra.Command, given []string) error {
			if format == "" {
				return usage("add -f FORMAT: "+strings.Join(formatNames(), ", "), "no format was named")
			}
			chosen, err := chooseRenderings([]string{format})
			if err != nil {
				return err
			}
			s, err := loadSnapshot(given[0])
			if err != nil {
				return err
			}
			page := newPage(s, a.lang)
			write := func(w io.Writer) error { return chosen[0].write(c.Context(), page, w) }
			if out == "" || out == "-" {
				return write(a.Stdout)
			}
			if _, err := os.Lstat(out); err == nil {
				return usage("name another file with -o, or remove it first", "%s is there already; nothing was overwritten", out)
			}
			if err := writeFile(out, write); err != nil {
				return fmt.Errorf("render: %w", err)
			}
			return nil
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "", "one of "+strings.Join(formatNames(), ","))
	c.Flags().StringVarP(&out, "output", "o", "", "file to write (default: standard output)")
	return c
}
