package infer_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/infer"
	"kanmon/topology/resolve"
)

// TestGapsInJapanese reads a gap of every code: what it says must be there in
// Japanese, with all that is filled in.
func TestGapsInJapanese(t *testing.T) {
	given := map[string]int{ // arguments; 2 where nothing is said
		fact.GapCommands: 3, fact.GapLines: 4, fact.GapFrameLimit: 1, fact.GapFramesDropped: 1, fact.GapInterfaceDown: 1, fact.GapTable: 3, fact.GapFlows: 3,
		fact.GapScanStopped: 1, fact.GapScanGivenUp: 1, fact.GapFollowed: 1, fact.GapNoType: 4, fact.GapSeveralTypes: 3, fact.GapMissingRows: 4,
		fact.GapUneven: 6, fact.GapVLANs: 4, fact.GapSpared: 3,
	}
	all := []string{"ARG1", "ARG2", "ARG3", "ARG4", "ARG5", "ARG6"}
	for _, code := range fact.GapCodes() {
		t.Run(code, func(t *testing.T) {
			n, ok := given[code]
			if !ok {
				n = 2
			}
			s := spot(t, fact.Gap{What: "english", Why: "english", Code: code, Args: all[:n]})
			han := func(s string) bool {
				return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) })
			}
			if !han(s.WhyJA) {
				t.Errorf("why: %q", s.WhyJA)
			}
			for _, a := range all[:n] {
				if !strings.Contains(s.WhatJA+s.WhyJA, a) {
					t.Errorf("%s is not told: %q, %q", a, s.WhatJA, s.WhyJA)
				}
			}
			if strings.ContainsAny(s.WhatJA+s.WhyJA, "{}") {
				t.Errorf("something was not filled in: %q, %q", s.WhatJA, s.WhyJA)
			}
		})
	}
}

// TestGapsOfOthers reads gaps whose codes or arguments are not those of kanmon.
func TestGapsOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   fact.Gap
		what string
	}{
		{name: "no code", in: fact.Gap{What: "frames", Why: "dropped"}},
		{name: "another code", in: fact.Gap{What: "frames", Why: "dropped", Code: "made-up", Args: []string{"x"}}},
		{name: "too few", in: fact.Gap{What: "frames", Why: "dropped", Code: fact.GapUneven, Args: []string{"x"}}},
		{name: "none", in: fact.Gap{What: "frames", Why: "dropped", Code: fact.GapFramesDropped}},
		{name: "a device of which nothing was read", in: fact.Gap{What: "192.0.2.1", Why: "x", Code: fact.GapClosed, Args: []string{"", "192.0.2.1"}}, what: "192.0.2.1"},
		{name: "braces", in: fact.Gap{What: "x", Why: "x", Code: fact.GapSpared, Args: []string{"{2}", "{3}", "{1}"}}, what: "{3} の {2}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := spot(t, tt.in); got.WhatJA != tt.what {
				t.Errorf("what is %q, want %q", got.WhatJA, tt.what)
			}
		})
	}
}

// spot returns the blind spot that a gap is.
func spot(t *testing.T, g fact.Gap) topology.BlindSpot {
	t.Helper()
	in := []fact.Observation{seen(t, "p", g)}
	spots := infer.BlindSpots(in, resolve.Resolve(in, topology.Site{}), topology.Site{})
	i := slices.IndexFunc(spots, func(s topology.BlindSpot) bool { return s.What == g.What && s.Kind == topology.BlindGap })
	if i < 0 {
		t.Fatalf("not told: %v", spots)
	}
	return spots[i]
}
