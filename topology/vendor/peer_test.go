package vendor_test

import (
	"crypto/sha256"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kanmon/topology/vendor"
)

// pair is a device as the peer has it: what it says, and what the peer calls
// its operating system.
type pair struct{ os, objectID, descr string }

// sharedFile finds a file of ../shared/data/snmp beside the repository.
func sharedFile(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		path := filepath.Join(filepath.Dir(dir), "shared", "data", "snmp", name)
		if b, err := os.ReadFile(path); err == nil {
			return string(b)
		}
	}
	t.Skip("no ../shared/data beside the repository: what a peer makes of devices was not compared")
	return ""
}

// pairs reads identity_pairs.tsv: sysDescr has \n for a line break, and some
// are in hexadecimal.
func pairs(t *testing.T) []pair {
	t.Helper()
	var out []pair
	for line := range strings.Lines(sharedFile(t, "identity_pairs.tsv")) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(f) < 4 || f[0] == "walk" || f[3] == "" {
			continue // the head, and rest of a row with a line break
		}
		out = append(out, pair{os: f[3], objectID: f[1], descr: strings.ReplaceAll(unhex(f[2]), `\n`, "\n")})
	}
	return out
}

// unhex reads "43:69:73". Line breaks came out as "da", carriage return and
// line feed without zeros before them.
func unhex(s string) string {
	groups := strings.Split(strings.TrimRight(s, ":"), ":")
	if len(groups) < 8 || len(groups[0]) != 2 {
		return s
	}
	var out []byte
	for _, g := range groups {
		n, ok := new(big.Int).SetString(g, 16)
		switch {
		case g == "da":
			out = append(out, '\n')
		case !ok || !n.IsUint64() || n.Uint64() > 255:
			return s
		case len(g) == 2:
			out = append(out, byte(n.Uint64()))
		}
	}
	return string(out)
}

// meaning is a maker and an operating system.
type meaning struct{ vendor, os string }

// peerMeanings reads testdata/peer.tsv.
func peerMeanings(t *testing.T) map[string][]meaning {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "peer.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]meaning)
	for line := range strings.Lines(string(b)) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 3 {
			out[f[0]] = append(out[f[0]], meaning{f[1], f[2]})
		}
	}
	return out
}

// heldOut says which of the peer's operating systems were not looked at while
// the rules were first written: a fifth, by their names. Of these devices 35 of
// 67 (52 %) had the peer's maker and operating system with the rules as they
// were then; what was missing was added after that.
//
// It was tried again when there were rules for some 1,100 makers: the 109 rules
// and 26 systems of makers that decided another fifth (a remainder of one: 72
// systems, 101 devices) were taken out, and written anew from general knowledge by
// somebody who had seen neither these devices nor those rules. Then 65 of them
// (64 %) had the peer's maker and operating system, 71 with those that have it
// under another name, and 89 (88 %) the maker. The aim is 85 %.
func heldOut(os string) bool {
	sum := sha256.Sum256([]byte(os))
	n := new(big.Int).SetBytes(sum[:])
	return n.Mod(n, big.NewInt(5)).Sign() == 0
}

// sameName compares names of makers, of which the list of enterprise numbers
// has the long form.
func sameName(a, b string) bool {
	a, b = letters(a), letters(b)
	return a == b || a != "" && b != "" && (strings.Contains(a, b) || strings.Contains(b, a))
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// agrees reports whether p is what one of the meanings says.
func agrees(p vendor.Product, want []meaning) bool {
	return slices.ContainsFunc(want, func(m meaning) bool {
		if !sameName(p.Vendor, m.vendor) {
			return false
		}
		return letters(p.OS) == letters(m.os) || p.Assumed && strings.HasSuffix(m.os, " firmware")
	})
}

// TestPeer compares makers and operating systems with the peer's.
func TestPeer(t *testing.T) {
	c, want := vendor.New(), peerMeanings(t)
	type score struct{ right, of int }
	scores := make(map[bool]*score)
	for _, held := range []bool{false, true} {
		scores[held] = &score{}
	}
	for _, p := range pairs(t) {
		got, _ := c.Identify(p.objectID, p.descr)
		s := scores[heldOut(p.os)]
		s.of++
		if agrees(got, want[p.os]) {
			s.right++
			continue
		}
		t.Logf("%s: %q, %q; want one of %q", p.os, got.Vendor, got.OS, want[p.os])
	}
	seen, held := scores[false], scores[true]
	t.Logf("maker and operating system agree: %d of %d; of those held out at first: %d of %d", seen.right, seen.of, held.right, held.of)
	if right, of := seen.right+held.right, seen.of+held.of; right*100 < of*95 {
		t.Errorf("%d of %d agree with the peer, want 95 %%", right, of)
	}
}
