package snmp

import (
	_ "embed" // for the table of secrets
	"fmt"
	"slices"
	"strings"
)

//go:embed secret.tsv
var secretText string

// secretTrees reads the table of what holds secrets.
func secretTrees() ([]oid, error) {
	var out []oid
	for i, line := range strings.Split(secretText, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		text, _, _ := strings.Cut(line, "\t")
		o, err := parseOID(text)
		if err != nil {
			return nil, fmt.Errorf("secret.tsv, line %d: %w", i+1, err)
		}
		out = append(out, o)
	}
	return out, nil
}

// passOver leaves trees out.
func (d *device) passOver(trees ...oid) {
	d.trees = append(d.trees, trees...)
	slices.Sort(d.trees)
}

// leftOut returns where to go on behind a tree that is left out, nothing where o
// is in none: at the next tree, the name of which is never that of a value. A
// last possible name within would be shorter to say, and is more than some agents
// can count to.
func (d *device) leftOut(o oid) oid {
	for _, tree := range d.trees {
		if tree > o {
			break
		}
		if strings.HasPrefix(string(o), string(tree)) {
			return tree.parent().child(tree.last() + 1)
		}
	}
	return ""
}
