package vendor

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kanmon/topology"
	"kanmon/topology/strictyaml"
)

// files holds the rules, a file for each kind of maker.
//
//go:embed rules/*.yaml
var files embed.FS

// knowledge is what the files say.
type knowledge struct {
	byNumber map[uint64]Product
	lines    map[uint64]string // of products, by enterprise number
	rules    []*rule           // of makers, what says most first
	generic  []*rule           // of no maker, likewise
	makers   []string
}

var builtIn = sync.OnceValue(func() *knowledge { //nolint:gochecknoglobals // a constant that Go cannot express
	k := &knowledge{byNumber: make(map[uint64]Product), lines: make(map[uint64]string)}
	if err := k.loadAll(); err != nil {
		panic("rules about makers: " + err.Error())
	}
	sortRules(k.rules)
	sortRules(k.generic)
	return k
})

// file is a file of rules as it is written.
type file struct {
	Version int          `yaml:"version"`
	Makers  []makerEntry `yaml:"makers"`
}

// makerEntry is what is known of one maker. Where a file names a maker again,
// both entries count.
type makerEntry struct {
	Maker    string         `yaml:"maker"`   // as people call it; none for what runs on machines of any maker
	Numbers  []uint64       `yaml:"numbers"` // its private enterprise numbers (IANA)
	OS       string         `yaml:"os"`      // of products of which nothing better is known
	Line     string         `yaml:"line"`    // what it makes, as model of products of which nothing better is known
	Roles    []string       `yaml:"roles"`   // that all of its products have
	Products []productEntry `yaml:"products"`
	Models   []modelEntry   `yaml:"models"`
}

// modelEntry lists the models that have an object identifier each.
type modelEntry struct {
	Below strictyaml.Text   `yaml:"below"` // as object of a product
	Names map[uint64]string `yaml:"names"` // by the number that follows
}

// productEntry is a rule. $1 and so on in its texts stand for groups of the
// expression.
type productEntry struct {
	Object   strictyaml.Text `yaml:"object"` // sysObjectID prefix below 1.3.6.1.4.1, or "uk." and what is below 1.2.826.0.1
	Text     strictyaml.Text `yaml:"text"`   // RE2, for sysDescr and the like, with one blank wherever there is white space
	Vendor   string          `yaml:"vendor"` // where the product bears another name than that of its maker
	Model    string          `yaml:"model"`
	Line     string          `yaml:"line"` // stands for the model where the text names none
	OS       string          `yaml:"os"`
	Version  string          `yaml:"version"`
	Serial   string          `yaml:"serial"`
	Named    bool            `yaml:"named"` // the model is what people call it, where other sources have a part number
	Roles    []string        `yaml:"roles"`
	Examples []string        `yaml:"examples"` // texts that the rule decides
}

// rule says what a device is that has an object identifier, or a text, or both.
type rule struct {
	object    string // with a dot at its end; empty where any will do
	text      *regexp.Regexp
	words     []string // of which a text has one at least, in lower case
	loose     bool     // nothing but a text, which may stand anywhere
	product   Product  // with $1 and so on
	line      string
	osOfMaker string
	examples  []string
	place     string // "rules/japan.yaml, line 7"
}

// strength orders rules: the lower, the more it says.
func (r *rule) strength() int {
	switch {
	case r.text == nil:
		return 2
	case r.object == "":
		return 1
	}
	return 0
}

// subject is what rules are tried on.
type subject struct {
	object      string
	maker       string // who has its enterprise number, as rules call him
	text, lower string
	// The text without the name of the host, which says what somebody called it.
	body string
}

// host matches what uname -a begins with, up to the name of the host.
var host = regexp.MustCompile(`^((?:Linux|FreeBSD|NetBSD|OpenBSD|DragonFly|SunOS|Darwin) )[^\s\d]\S* (\d)`)

// agentOf matches what some put before the name of their product.
var agentOf = regexp.MustCompile(`(?i)^snmp agent (?:on|for|of) (?:the )?`)

func (k *knowledge) subject(object, text string) subject {
	text = strings.TrimLeft(normal(text), `"' `)
	text = agentOf.ReplaceAllString(text, "")
	return subject{
		object: object, maker: k.byNumber[number(object)].Vendor, text: text, lower: strings.ToLower(text),
		body: host.ReplaceAllString(text, "$1- $2"),
	}
}

// textOf returns what of a subject the rule looks at.
func (r *rule) textOf(s subject) string {
	if r.loose {
		return s.body
	}
	return s.text
}

// matches reports whether the rule is about a subject.
func (r *rule) matches(s subject) bool {
	if !strings.HasPrefix(s.object, r.object) || r.text != nil && s.text == "" {
		return false
	}
	if has := func(w string) bool { return strings.Contains(s.lower, w) }; len(r.words) > 0 && !slices.ContainsFunc(r.words, has) {
		return false
	}
	return !r.contradicts(s) && (r.text == nil || r.text.MatchString(r.textOf(s)))
}

// contradicts reports whether the rule would give a subject another maker than
// the one that has its enterprise number, with nothing but a text that does not
// begin with the name of that maker, or with the beginning of it ("HP" of HPE).
func (r *rule) contradicts(s subject) bool {
	maker := strings.ToLower(r.product.Vendor)
	if r.object != "" || maker == "" || s.maker == "" || s.maker == r.product.Vendor {
		return false
	}
	first, _, _ := strings.Cut(s.lower, " ")
	return !strings.HasPrefix(s.lower, maker) && !strings.HasPrefix(maker, first)
}

// expand returns what the rule makes of a text that it matches.
func (r *rule) expand(text string) Product {
	p := r.product
	if r.text == nil {
		return p
	}
	m := r.text.FindStringSubmatchIndex(text)
	for _, s := range []*string{&p.Model, &p.OS, &p.Version, &p.Serial} {
		if strings.Contains(*s, "$") {
			*s = strings.TrimSpace(string(r.text.ExpandString(nil, *s, text, m)))
		}
	}
	return p
}

// load adds the rules of a file.
func (k *knowledge) load(r io.Reader, name string) error {
	var f file
	if err := strictyaml.Load(r, name, &f); err != nil {
		return err
	}
	if f.Version != 1 {
		return fmt.Errorf("%s: version is %d and must be 1", name, f.Version)
	}
	var errs []error
	for _, m := range f.Makers {
		errs = append(errs, k.maker(m, name))
	}
	return errors.Join(errs...)
}

func (k *knowledge) maker(m makerEntry, name string) error {
	roles, err := rolesOf(m.Roles)
	errs := []error{err}
	if !slices.Contains(ordinary(), m.Maker) {
		k.makers = append(k.makers, m.Maker)
	}
	for _, n := range m.Numbers {
		if _, ok := k.byNumber[n]; ok {
			errs = append(errs, fmt.Errorf("%s: enterprise number %d is of two makers", name, n))
		}
		k.byNumber[n] = Product{Vendor: m.Maker, OS: m.OS, Roles: roles}
		k.lines[n] = m.Line
	}
	for _, e := range m.Models {
		for n, model := range e.Names {
			k.rules = append(k.rules, &rule{
				object: e.Below.Value + "." + strconv.FormatUint(n, 10) + ".", osOfMaker: m.OS,
				product: Product{Vendor: m.Maker, Model: model, Roles: roles}, place: name,
			})
		}
	}
	for _, p := range m.Products {
		r := &rule{
			osOfMaker: m.OS, line: p.Line, examples: p.Examples,
			place: name + ", line " + strconv.Itoa(max(p.Object.Line, p.Text.Line)),
			product: Product{
				Vendor: m.Maker, Model: p.Model, Named: p.Named, OS: p.OS, Version: p.Version, Serial: p.Serial, Roles: roles,
			},
		}
		if p.Vendor != "" {
			r.product.Vendor = p.Vendor
		}
		if len(p.Roles) > 0 {
			r.product.Roles, err = rolesOf(p.Roles)
			errs = append(errs, err)
		}
		if p.Text.Set() {
			r.text, err = regexp.Compile(p.Text.Value)
			errs = append(errs, err)
			if re, err := syntax.Parse(p.Text.Value, syntax.Perl); err == nil {
				r.words, r.loose = required(re), !p.Object.Set() && !anchored(re)
			}
		}
		if p.Object.Set() {
			r.object = p.Object.Value + "."
		}
		if !p.Text.Set() && !p.Object.Set() {
			errs = append(errs, fmt.Errorf("%s: a product of %q has neither object nor text", name, m.Maker))
		}
		if m.Maker == "" {
			k.generic = append(k.generic, r)
		} else {
			k.rules = append(k.rules, r)
		}
	}
	return errors.Join(errs...)
}

// rolesOf reads the names of roles.
func rolesOf(names []string) ([]topology.Role, error) {
	var out []topology.Role
	for _, n := range names {
		r := topology.Role(n)
		if !slices.Contains(topology.Roles(), r) {
			return nil, fmt.Errorf("%q is not one of %v", n, topology.Roles())
		}
		out = append(out, r)
	}
	return out, nil
}

// loadAll loads the files in order of their names.
func (k *knowledge) loadAll() error {
	names, err := fs.Glob(files, "rules/*.yaml")
	if err != nil {
		return err
	}
	for _, n := range names {
		b, err := files.ReadFile(n)
		if err != nil {
			return err
		}
		if err := k.load(bytes.NewReader(b), n); err != nil {
			return err
		}
	}
	return nil
}

// sortRules puts the rules that say most first, and of those that say as much
// the longest object identifier; else they keep the order of their files.
func sortRules(rules []*rule) {
	slices.SortStableFunc(rules, func(a, b *rule) int {
		d := cmp.Or(a.strength()-b.strength(), strings.Count(b.object, ".")-strings.Count(a.object, "."))
		if a.text == nil && b.text == nil {
			return cmp.Or(d, strings.Compare(a.object, b.object)) // models come in no order
		}
		return d
	})
}

// Check tries the examples of all rules: each must be decided by its own rule,
// and whatever a rule takes from its text must be there in one example at
// least.
func (c *Catalogue) Check() error {
	var errs []error
	k := c.known()
	for _, rules := range [][]*rule{k.rules, k.generic} {
		for _, r := range rules {
			if r.text != nil {
				errs = append(errs, k.check(r, rules))
			}
		}
	}
	return errors.Join(errs...)
}

func (k *knowledge) check(r *rule, rules []*rule) error {
	if len(r.examples) == 0 {
		return fmt.Errorf("%s: a rule with a text wants an example", r.place)
	}
	var errs []error
	filled := make(map[string]bool)
	for _, x := range r.examples {
		s := k.subject(r.object, x)
		i := slices.IndexFunc(rules, func(o *rule) bool { return o.matches(s) })
		if i < 0 {
			errs = append(errs, fmt.Errorf("%s: %q matches no rule", r.place, x))
			continue
		}
		if rules[i] != r {
			errs = append(errs, fmt.Errorf("%s: %q is decided by %s", r.place, x, rules[i].place))
		}
		for of, v := range r.taken(r.textOf(s)) {
			filled[of] = filled[of] || v != ""
		}
	}
	for of := range r.taken("") {
		if !filled[of] {
			errs = append(errs, fmt.Errorf("%s: no example gives its %s", r.place, of))
		}
	}
	return errors.Join(errs...)
}

// taken returns what the rule takes from a text.
func (r *rule) taken(text string) map[string]string {
	out := make(map[string]string)
	p := Product{}
	if r.text.MatchString(text) {
		p = r.expand(text)
	}
	for _, f := range []struct{ of, rule, value string }{
		{"model", r.product.Model, p.Model}, {"version", r.product.Version, p.Version}, {"serial", r.product.Serial, p.Serial},
	} {
		if f.rule != "" {
			out[f.of] = f.value
		}
	}
	return out
}
