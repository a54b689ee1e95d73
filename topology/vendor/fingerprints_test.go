package vendor_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"kanmon/topology/vendor"
)

// held says whether a family of testdata/fingerprints.tsv is of the fifth that
// was left out while rules were written.
func (f family) held() bool { return sha256.Sum256([]byte(f.key))[0]%5 == 0 }

// sameFingerprint is how the names of fingerprints are compared, as it was fixed
// before one was read. They are an operating system, its family, a product and
// its family, and one of them must be met as sameFamily has it. Where the maker
// is called after the operating system ("Linux"), we name none and the system
// alone counts; and a system that is called Linux must be so with us. Names of
// nothing but a kind of device ("Switch") count where there are no others.
func sameFingerprint(p vendor.Product, f family) (maker, same bool) {
	if p.Vendor == "" && p.OS != "" {
		maker = slices.ContainsFunc(strings.Split(f.maker, "|"), func(m string) bool { return sameName(p.OS, m) })
		same = maker && slices.ContainsFunc(strings.Split(f.name, "|"), func(n string) bool { return sameName(p.OS, n) })
		return maker, same
	}
	names := strings.Split(f.name, "|")
	plain := func(n string) bool { return letters(n) != "linux" && len(words(n, f.maker)) == 0 }
	if telling := slices.DeleteFunc(slices.Clone(names), plain); len(telling) > 0 {
		names = telling
	}
	for _, name := range names {
		one := f
		one.key, one.name = name, name
		m, s := sameFamily(p, one)
		if letters(name) == "linux" {
			s = m && strings.Contains(letters(p.OS), "linux")
		}
		maker, same = maker || m, same || s
	}
	return maker, same
}

// TestFingerprints measures the families of a second peer's fingerprints, which
// none of the rules was written from.
//
// A family is a maker and a product, or an operating system; of each the first
// example of the first fingerprint counts. Fingerprints without a maker, a name
// or an example are left out, and those that their description calls generic or
// a catch-all. A fifth of the families, by the SHA-256 of their keys, was held
// out; rules were written from the misses of the others.
// Whoever wrote them had fetched all texts, and saw the figure of the fifth twice
// in between, yet none of its misses.
//
// When the families were fetched (fa85a2f), no rule had been written from any of
// them: of the 256 others 190 (74 %) had the peer's maker and 154 (60 %) maker
// and family, of the 73 held out 48 (66 %) and 37 (51 %), of all 329 191 (58 %).
// With the rules that the misses of the 256 led to (34d70b0), 56 (77 %) and 47
// (64 %) of the 73 were met, and 215 (84 %) of the 256. That is below the 85 %
// aimed at. Of the 26, eight name the same device or its maker otherwise (as
// Pulse Secure what was Juniper's, AP for WAP). With the third and fourth sets of
// TestFamilies, as recorded, 68 of 103 (66 %) had maker and family.
//
// The bounds below are what rules give now; what the misses of the fifth led to
// came on top.
func TestFingerprints(t *testing.T) {
	c := vendor.New()
	type score struct{ maker, both, of int }
	got := make(map[string]score)
	for _, f := range familiesOf(t, "fingerprints.tsv") {
		if want := map[bool]string{true: "held", false: "dev"}[f.held()]; f.set != want {
			t.Errorf("%s is in set %q and is to be in %q", f.key, f.set, want)
		}
		p, _ := c.Identify(f.objectID, f.descr)
		maker, same := sameFingerprint(p, f)
		s := got[f.set]
		s.of++
		if maker {
			s.maker++
		}
		if same {
			s.both++
		} else if f.set == "dev" {
			t.Logf("%s %s: %q: %q, %q, model %q; want %q, %q", f.set, f.key, f.descr, p.Vendor, p.OS, p.Model, f.maker, f.name)
		}
		got[f.set] = s
	}
	for set, least := range map[string]score{"dev": {237, 215, 256}, "held": {66, 62, 73}} {
		s := got[set]
		t.Logf("%s: maker %d, maker and family %d, of %d", set, s.maker, s.both, s.of)
		if s.of != least.of || s.maker < least.maker || s.both < least.both {
			t.Errorf("%s: %+v, and has been %+v", set, s, least)
		}
	}
}
