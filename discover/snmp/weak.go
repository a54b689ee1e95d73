package snmp

import (
	_ "embed" // for the table of weak models
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

//go:embed weak.tsv
var weakText string

// weakness is what a model does not bear.
type weakness struct {
	object string // its sysObjectID begins so
	descr  *regexp.Regexp
	noBulk bool
	tenRow bool     // never more than ten rows at once
	vars   int      // variables in a request; 0: as others
	leave  []string // tables
	source string   // where that is told
}

// weaknesses reads the table of weak models.
func weaknesses() ([]weakness, error) {
	var out []weakness
	for i, line := range strings.Split(weakText, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			return nil, fmt.Errorf("weak.tsv, line %d: want 4 fields, got %d", i+1, len(f))
		}
		w := weakness{source: f[3]}
		if f[0] != "-" {
			w.object = f[0]
		}
		if f[1] != "-" {
			re, err := regexp.Compile(f[1])
			if err != nil {
				return nil, fmt.Errorf("weak.tsv, line %d: %w", i+1, err)
			}
			w.descr = re
		}
		for limit := range strings.FieldsSeq(f[2]) {
			name, val, _ := strings.Cut(limit, "=")
			n, err := strconv.Atoi(val)
			switch {
			case limit == "nobulk":
				w.noBulk = true
			case limit == "tenrows":
				w.tenRow = true
			case name == "vars" && err == nil && n > 0:
				w.vars = n
			case name == "leave" && val != "":
				w.leave = strings.Split(val, ",")
			default:
				return nil, fmt.Errorf("weak.tsv, line %d: %q is no limit", i+1, limit)
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// fits reports whether an agent with this system group is one of the model.
func (w weakness) fits(object, descr string) bool {
	return (w.object == "" || object == w.object || strings.HasPrefix(object, w.object+".")) && (w.descr == nil || w.descr.MatchString(descr))
}

// spare asks no more of the agent than its model bears.
func (d *device) spare() error {
	sys := systemTable().entry
	object, descr := d.w.scalar(sys, 2).oid().String(), d.w.scalar(sys, 1).text()
	for _, w := range d.weak {
		if !w.fits(object, descr) {
			continue
		}
		d.pace.bulk = d.pace.bulk && !w.noBulk
		if w.tenRow {
			d.pace.shrink()
		}
		if w.vars > 0 {
			d.pace.vars = min(d.pace.vars, w.vars)
		}
		for _, g := range groups() {
			for _, t := range g.tables {
				for _, name := range w.leave {
					if t.name == name {
						d.left = append(d.left, t)
						d.passOver(mustOID(t.entry))
						if err := d.lacks(name, fact.GapSpared, "not asked: this model does not bear it ("+w.source+")", w.source); err != nil {
							return err
						}
					}
				}
			}
		}
		break
	}
	return nil
}
