// Package cli is kanmon's command line: one file for each command. It is the
// only place that touches flags, the clock, the environment, the standard
// streams and the exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kanmon/discover/fact"
	"kanmon/render"
)

// Env is the process as commands see it, so that a test can be one.
type Env struct {
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	Now    func() time.Time
	Heap   *Heap // nil: left to Go
}

// Exit codes, one table for every command. When several apply: 1, 2, 4, 3, so
// that an incomplete run never looks like a clean one.
const (
	exitDone    = 0 // done, nothing to tell
	exitFailed  = 1 // failed
	exitUsage   = 2 // wrong usage or configuration, or refused: nothing was read, nothing was sent
	exitFound   = 3 // done, and found what the caller asked to be told of
	exitPartial = 4 // done in part; what was gathered is kept and shown
)

const exitCodes = `Exit codes:
  0  done, nothing to tell
  1  failed
  2  wrong usage or configuration, or refused: nothing was read, nothing was sent
  3  done, and found what you asked to be told of
  4  done in part: a source failed, was cut short or was interrupted; what was
     gathered is kept and shown`

// exitError ends a command with a code. An err of nil means that the command
// has already said all there is to say.
type exitError struct {
	code int
	err  error
	hint string // what to do next
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage makes an error that ends the command with exitUsage.
func usage(hint, format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// app is what the commands share: the environment and the flags that every
// command has.
type app struct {
	Env
	langName string
	quiet    bool
	verbose  bool
	lang     render.Lang
}

// Run runs the command line in env and returns the exit code.
func Run(ctx context.Context, env Env) (code int) {
	a := &app{Env: env}
	defer func() {
		if r := recover(); r != nil { // a fault of ours: say so, and keep the exit code's meaning
			fmt.Fprintf(env.Stderr, "kanmon: error: internal fault: %v\n", r)
			if a.verbose {
				fmt.Fprintf(env.Stderr, "%s\n", debug.Stack())
			}
			fmt.Fprintln(env.Stderr, "kanmon: hint: please report this with the output of: kanmon version --json")
			code = exitFailed
		}
	}()
	root := a.rootCommand() //nolint:contextcheck // cobra carries it to the commands
	root.SetArgs(spellVersion(env.Args))
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	return a.exit(root.ExecuteContext(ctx))
}

// exit prints err as people are shown errors, and returns its code.
func (a *app) exit(err error) int {
	if err == nil {
		return exitDone
	}
	e := &exitError{code: exitFailed, err: err}
	if !errors.As(err, &e) {
		e = &exitError{code: exitFailed, err: err}
	}
	if e.err != nil {
		fmt.Fprintln(a.Stderr, "kanmon: error:", cleanLines(err.Error()))
		if e.hint != "" {
			fmt.Fprintln(a.Stderr, "kanmon: hint:", cleanLines(e.hint))
		}
	}
	return e.code
}

// cleanLines makes a message safe for the terminal and keeps its line breaks. What
// several say, such as that a disk is full, is said once.
func cleanLines(s string) string {
	var lines []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = fact.Clean(l); !slices.Contains(lines, l) {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n               ")
}

// note prints a line about progress or a finding on standard error, unless the
// user asked for silence.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintln(a.Stderr, "kanmon:", cleanLines(fmt.Sprintf(format, args...)))
	}
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "kanmon",
		Short: "Maps a hospital's network and every way out of it",
		Long: `Kanmon finds the doors of a network that is said to be closed: the
online-qualification path, internet routers, vendors' VPN and LTE lines, phones
used as modems, remote-support software, partner connections, and ways out that
nobody can explain. It draws them for a board, and lists them with the evidence
for engineers.

Nothing is sent unless you name whom to ask.

` + exitCodes,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          command,
		RunE:          help,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.chooseLang()
		},
	}
	root.PersistentFlags().StringVar(&a.langName, "lang", "", "language of what people read: ja or en (default: the locale)")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "say nothing but errors and what was asked for")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "say more: every input, every skipped record")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(c.CommandPath()+" --help", "%w", err)
	})
	root.AddCommand(
		a.demoCommand(),
		a.mapCommand(),
		a.evidenceCommand(),
		a.auditCommand(),
		a.sniffCommand(),
		a.snmpCommand(),
		a.anonymiseCommand(),
		a.scanCommand(),
		a.renderCommand(),
		a.explainCommand(),
		a.diffCommand(),
		a.registerCommand(),
		a.signaturesCommand(),
		a.nightlyCommand(),
		a.versionCommand(),
	)
	return root
}

// chooseLang takes the language from --lang, else from the locale.
func (a *app) chooseLang() error {
	if a.langName == "" {
		a.lang = render.English
		if isJapanese(a.Getenv) {
			a.lang = render.Japanese
		}
		return nil
	}
	lang, err := render.ParseLang(a.langName)
	if err != nil {
		return usage("", "--lang: %w", err)
	}
	a.lang = lang
	return nil
}

// isJapanese reports whether the locale is Japanese: the POSIX variables in
// their order, and where none is set what the system says.
func isJapanese(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			return strings.HasPrefix(v, "ja")
		}
	}
	return systemIsJapanese()
}

// command refuses an argument where the name of a command belongs.
func command(c *cobra.Command, given []string) error {
	if len(given) > 0 {
		return usage(c.CommandPath()+" --help", "%s: unknown command %q", c.CommandPath(), given[0])
	}
	return nil
}

// help is what a command does that only holds others.
func help(c *cobra.Command, _ []string) error { return c.Help() }

// args checks the number of arguments and answers with what to do.
func args(minimum, maximum int, want string) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if len(given) < minimum || maximum >= 0 && len(given) > maximum {
			return usage(c.CommandPath()+" --help", "%s: want %s, got %d", c.CommandPath(), want, len(given))
		}
		return nil
	}
}
