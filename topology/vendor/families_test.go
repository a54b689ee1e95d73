package vendor_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kanmon/topology/vendor"
)

// family is a line of a file such as testdata/families.tsv.
type family struct{ set, key, objectID, descr, maker, name string }

func familiesOf(t *testing.T, file string) []family {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var out []family
	for line := range strings.Lines(string(b)) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 6 {
			out = append(out, family{f[0], f[1], f[2], strings.ReplaceAll(f[3], `\n`, "\n"), f[4], f[5]})
		}
	}
	return out
}

// sameFamily is how the peer's names are compared, as it was fixed before the
// held-out half was looked at. The maker must be the peer's,
// or the one that has the enterprise number. Of the peer's name,
// what is neither its maker nor a word for a kind of device is the family: it
// must be in our operating system or model. Where the peer's name has nothing
// of the kind, ours may have no name either, or one that the device gives.
func sameFamily(p vendor.Product, f family) (maker, same bool) {
	if !slices.ContainsFunc(strings.Split(f.maker, "|"), func(m string) bool { return sameName(p.Vendor, m) }) {
		return false, false
	}
	ours := letters(p.OS + p.Model)
	for _, name := range []string{f.name, f.key} {
		rest := words(name, f.maker)
		switch {
		case len(rest) > 0:
			missing := func(w string) bool { return !strings.Contains(ours, w) }
			if strings.Contains(ours, strings.Join(rest, "")) || !slices.ContainsFunc(rest, missing) {
				return true, true
			}
		case p.Assumed || len(words(p.OS, f.maker)) == 0:
			return true, true
		case slices.Contains(strings.Split(f.maker, "|"), name):
			return true, true // the peer names nothing but the maker
		case strings.Contains(letters(f.descr), strings.Join(words(p.OS, f.maker), "")):
			return true, true
		}
	}
	return true, false
}

// words returns what of a name says more than who made it and of what kind it is.
func words(name, maker string) []string {
	split := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	drop := append(strings.FieldsFunc(strings.ToLower(maker), split), strings.Fields(
		"networks network systems system inc ltd corp technologies device devices firmware software os series appliance"+
			" printer camera cam switch router firewall ups pdu wireless access point ap modem phone server storage unit"+
			" controller gateway management sensor laser linux ip")...)
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(name), split) {
		if !slices.Contains(drop, w) && !slices.ContainsFunc(strings.Split(maker, "|"), func(m string) bool { return w == letters(m) }) {
			out = append(out, w)
		}
	}
	return out
}

// TestFamilies measures the families in the sets in which they were tried.
//
// The first two sets are halves, which the parity of the SHA-256 of their keys
// tells apart. Rules were written after the half "dev" was
// read. The half "held" was read when those rules had been committed, and not
// before (b8d53f5): of its 34 devices 30 (88 %) had the peer's maker and 20
// (59 %) its maker and family; with the rules of the commit before, 30 and 14.
// That is below the 85 % aimed at. Of the 14, the peer itself asks further
// objects for four (airos-af60, airos-ep, almalinux, abbups) and takes a host's
// name for one (bison).
//
// The sets "third" and "fourth" were taken from names of the peer's that had
// never been used, in the order of their SHA-256, each after the rules were
// committed (6530c70, 0f7d910). As recorded, 14 of 19 and 7 of 11 had maker and
// family, together 70 % of 30, and 24 (80 %) the maker. Two more name the same
// line otherwise, which makes 77 %: Vanguard routers, which the peer calls after
// their software ApplicationsWare, and the APC ePDU, which we called a rack PDU.
// "Defined" and "defined4" are the names of which no record was read: a device
// has only what the peer's definition demands of it, mostly an object identifier
// and no description. Of those 16 of 30 and 6 of 34 had maker and family, 51 of
// 64 (80 %) the maker.
//
// The bounds below are what was measured then; rules that the misses led to come
// on top.
func TestFamilies(t *testing.T) {
	c := vendor.New()
	type score struct{ maker, both, of int }
	got := make(map[string]score)
	for _, f := range familiesOf(t, "families.tsv") {
		p, _ := c.Identify(f.objectID, f.descr)
		maker, same := sameFamily(p, f)
		s := got[f.set]
		s.of++
		if maker {
			s.maker++
		}
		if same {
			s.both++
		} else {
			t.Logf("%s %s: %q, %q, model %q; want %q, %q", f.set, f.key, p.Vendor, p.OS, p.Model, f.maker, f.name)
		}
		got[f.set] = s
	}
	for set, least := range map[string]score{
		"dev": {44, 40, 44}, "held": {30, 20, 34},
		"third": {16, 14, 19}, "defined": {25, 16, 30},
		"fourth": {8, 7, 11}, "defined4": {26, 6, 34},
	} {
		s := got[set]
		t.Logf("%s: maker %d, maker and family %d, of %d", set, s.maker, s.both, s.of)
		if s.of != least.of || s.maker < least.maker || s.both < least.both {
			t.Errorf("%s: %+v, and has been %+v", set, s, least)
		}
	}
}
