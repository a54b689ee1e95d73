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
		return Join(all)
	case errors.As(err, &one):
		return loadError(name, one)
	}
	return &Error{File: name, Msg: "not a YAML document of the kind wanted here: " + fact.Clean(err.Error())}
}

// maxErrors bounds how many errors of a file are told.
const maxErrors = 20

// Join joins the errors of one file, the first of them where they are many. It
// returns nil where there is none.
func Join(errs []error) error {
	if len(errs) > maxErrors {
		more := fmt.Errorf("and %d more: mend these first", len(errs)-maxErrors)
		return errors.Join(append(errs[:maxErrors:maxErrors], more)...)
	}
	return errors.Join(errs...)
}

func loadError(name string, e *yaml.LoadError) error {
	msg := e.Message
	if msg == "" && e.Unwrap() != nil {
		msg = e.Unwrap().Error()
	}
	if rest, ok := strings.CutPrefix(msg, fmt.Sprintf("line %d: ", e.Mark.Line)); ok {
		msg = rest
	}
	return &Error{File: name, Line: e.Mark.Line, Msg: fact.Clean(plainly(msg))}
}

// plainly says what the YAML reader says in words of those who write files: it
// speaks of types of Go.
func plainly(msg string) string {
	if field, ok := strings.CutPrefix(msg, "field "); ok {
		if key, _, ok := strings.Cut(field, " not found in type"); ok {
			return fmt.Sprintf("key %s is not known here: remove it or correct its spelling", quoted(key))
		}
	}
	if found, ok := strings.CutPrefix(msg, "cannot construct !!"); ok {
		kind, rest, _ := strings.Cut(found, " ")
		if i := strings.LastIndex(rest, "into "); i >= 0 {
			return "want " + wanted(rest[i+len("into "):]) + " here, not " + given(kind)
		}
	}
	const most = 200
	if len(msg) > most {
		return strings.ToValidUTF8(msg[:most], "") + "…"
	}
	return msg
}

// wanted says what a file must hold where a type of Go is read.
func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"):
		return "a whole number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "a text"
	}
	return "keys with values"
}

// given says what kind of thing a tag of YAML is.
func given(tag string) string {
	switch tag {
	case "str":
		return "a text"
	case "seq":
		return "a list"
	case "map":
		return "keys with values"
	case "int", "float":
		return "such a number"
	}
	return "this"
}

func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return fmt.Sprintf("%q", s)
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
