// Package strictyaml reads the YAML files that people write for kanmon: the
// site file, the register, signatures and the configuration of nightly runs. It says no to what it does not
// know, because a misspelt key in a list of approvals must not pass in
// silence, and it names the line of everything it refuses.
package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"kanmon/discover/fact"
)

// MaxFile bounds a file in octets: ten thousand approvals of a hundred octets,
// far more than any hospital has.
const MaxFile = 1 << 20

// maxText bounds one text in a file, in octets.
const maxText = 1000

// Error is something wrong at one line of a file.
type Error struct {
	File string
	Line int // from 1; 0 where the whole file is meant
	Msg  string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// Text is a scalar as it stands in the file, and where. Dates and numbers
// without quotes stay as they were written.
type Text struct {
	Value string
	Line  int
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (t *Text) UnmarshalYAML(n *yaml.Node) error {
	t.Line = n.Line
	switch {
	case n.Kind != yaml.ScalarNode:
		return fmt.Errorf("line %d: want a text here, not a list or a mapping", n.Line)
	case len(n.Value) > maxText:
		return fmt.Errorf("line %d: text is longer than %d octets", n.Line, maxText)
	case n.ShortTag() == "!!null":
		return nil
	}
	t.Value = fact.Clean(n.Value)
	return nil
}

// Set reports whether the text stands in the file and is not empty.
func (t Text) Set() bool { return t.Value != "" }

// Load reads the one YAML document of r into out, a pointer to a struct.
// Unknown and repeated keys, a second document, aliases and files longer than
// MaxFile are errors. Name is the file's name in errors; all errors are joined.
func Load(r io.Reader, name string, out any) error {
	name = fact.Clean(name)
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1)) //nolint:forbidigo // bounded by MaxFile
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > MaxFile {
		return &Error{File: name, Msg: fmt.Sprintf("file is longer than %d octets: split it", MaxFile)}
	}
	err = yaml.Load(b, out, yaml.WithKnownFields(), yaml.WithUniqueKeys(), yaml.WithPlugin(noAliases{}))
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		var all []error
		for _, e := range many.Errors {
			all = append(all, loadError(name, e))
		}
		return errors.Join(all...)
	case errors.As(err, &one):
		return loadError(name, one)
	}
	return &Error{File: name, Msg: "not a YAML document of the kind wanted here: " + fact.Clean(err.Error())}
}

func loadError(name string, e *yaml.LoadError) error {
	msg := e.Message
	if msg == "" && e.Unwrap() != nil {
		msg = e.Unwrap().Error()
	}
	if field, ok := strings.CutPrefix(msg, "field "); ok {
		if key, _, ok := strings.Cut(field, " not found in type"); ok {
			msg = fmt.Sprintf("key %q is not known here: remove it or correct its spelling", key)
		}
	}
	return &Error{File: name, Line: e.Mark.Line, Msg: fact.Clean(msg)}
}

// noAliases refuses aliases, which no file of these kinds needs and with which
// a short file becomes a long one, and deep nesting.
type noAliases struct{}

// CheckDepth implements yaml.LoaderLimitsPlugin.
func (noAliases) CheckDepth(depth int, _ *yaml.DepthContext) error {
	const most = 20
	if depth > most {
		return fmt.Errorf("nested deeper than %d", most)
	}
	return nil
}

// CheckAlias implements yaml.LoaderLimitsPlugin.
func (noAliases) CheckAlias(aliasCount, _ int) error {
	if aliasCount > 0 {
		return errors.New("aliases (*name) are not allowed: write the value out")
	}
	return nil
}
