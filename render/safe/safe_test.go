package safe_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/render/safe"
)

type word string

type inner struct {
	W    word
	Addr netip.Addr
	At   time.Time
}

type outer struct {
	S    string
	L    []string
	A    [2]string
	M    map[string]inner
	P    *inner
	Nil  []inner
	N    int
	Nest []inner
}

func TestDeep(t *testing.T) {
	at := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
	addr := netip.MustParseAddr("10.0.0.1")
	in := outer{
		S: "a\x1b[31mb", L: []string{"x\x00y", "plain"}, A: [2]string{"\u202eabc", ""},
		M: map[string]inner{"k\u200b": {W: "v\x07", Addr: addr, At: at}},
		P: &inner{W: "p\u2066"}, N: 7, Nest: []inner{{W: "n\x9b"}},
	}
	want := outer{
		S: "a\ufffd[31mb", L: []string{"x\ufffdy", "plain"}, A: [2]string{"\ufffdabc", ""},
		M: map[string]inner{"k\ufffd": {W: "v\ufffd", Addr: addr, At: at}},
		P: &inner{W: "p\ufffd"}, N: 7, Nest: []inner{{W: "n\ufffd"}},
	}
	got := safe.Deep(in)
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); d != "" {
		t.Errorf("Deep (-want +got):\n%s", d)
	}
	if in.L[0] != "x\x00y" || in.P.W != "p\u2066" {
		t.Error("Deep changed its argument")
	}
}

func TestHidden(t *testing.T) {
	for _, r := range []rune{0, 0x1b, '\n', 0x7f, 0x9b, 0xa0, 0x200b, 0x202e, 0x2066, 0xfeff, 0xe000, 0xe0041, 0x2028} {
		if !safe.Hidden(r) {
			t.Errorf("Hidden(%U) = false, want true", r)
		}
	}
	for _, r := range []rune{' ', 'a', '"', '<', '病', '　', '①', '\ufffd'} {
		if safe.Hidden(r) {
			t.Errorf("Hidden(%U) = true, want false", r)
		}
	}
}

// TestHiddenIsWhatCleanReplaces holds the short way of Hidden against Text.
func TestHiddenIsWhatCleanReplaces(t *testing.T) {
	for r := rune(1); r <= 0x10ffff; r++ {
		if r == ' ' || r >= 0xd800 && r <= 0xdfff {
			continue // a space at an end is cut off; surrogates are no characters
		}
		if got, want := safe.Hidden(r), safe.Text(string(r)) != string(r); got != want {
			t.Errorf("Hidden(%U) = %v, want %v", r, got, want)
		}
	}
}
