package term_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/rendertest"
	"kanmon/render/safe"
	"kanmon/render/term"
	"kanmon/topology"
)

func summary(t *testing.T, v render.View, o term.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := term.Summary(&b, v, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func explain(t *testing.T, s *topology.Snapshot, asked string, l render.Lang) string {
	t.Helper()
	var b bytes.Buffer
	if err := term.Explain(&b, s, asked, l); err != nil {
		t.Fatalf("Explain(%q): %v", asked, err)
	}
	return b.String()
}

func TestSummary(t *testing.T) {
	want := `見本病院（150床）  2026-11-21 18:40  根拠 152 件
出入口 13  未承認 6  期限切れ 1  承認内容と相違 1  承認済み 5
機器 60  接続（配線） 5  見えていない範囲 3

判断が必要な出入口
  5  ■ 未承認          保守VPN                10.60.0.253        相手不明
       契約の有無と接続元制限を確認 (報告)
  6  ■ 未承認          保守VPN                kyushoku-sv        203.0.113.77
       契約の有無と接続元制限を確認 (確定)
  9  ■ 未承認          LTE保守回線            RUT241             相手不明
       現物を確認し、設置者を特定 (推定)
 10  ■ 未承認          USBテザリング・モデム  byoto-pc12         相手不明
       取り外し、利用者へ聞取り (確定)
 11  ■ 未承認          USBテザリング・モデム  kensa-pc3          相手不明
       取り外し、利用者へ聞取り (推定)
 13  ■ 未承認          説明のつかない出口     00:00:5e:00:53:77  192.0.2.99
       現物と配線を確認 (報告)
  7  ◇ 期限切れ        遠隔保守ソフト         ekaru-07           電カル V社
       契約更新または撤去（2026-03-31 終了） (確定)
  4  △ 承認内容と相違  保守VPN                mr-box             MR保守 Y社
       変更の経緯を事業者に確認 (確定)

承認されているが見つからなかった接続 1
`
	if got := summary(t, render.Project(rendertest.Sample(60), render.Japanese), term.Options{}); got != want {
		t.Errorf("Summary:\n%s\nwant:\n%s", got, want)
	}
}

func TestSummaryNothingToDecide(t *testing.T) {
	got := summary(t, render.View{Lang: render.English, Site: "x"}, term.Options{})
	if !strings.Contains(got, "No way out needs a decision") {
		t.Errorf("Summary:\n%s", got)
	}
}

func TestSummaryColor(t *testing.T) {
	v := render.Project(rendertest.Sample(60), render.English)
	plain, colored := summary(t, v, term.Options{}), summary(t, v, term.Options{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("colour that nobody asked for")
	}
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[35m"} {
		if !strings.Contains(colored, code) {
			t.Errorf("no %q in the coloured summary", code)
		}
		colored = strings.ReplaceAll(colored, code, "")
	}
	if plain != colored {
		t.Error("the texts differ when they are coloured")
	}
}

func TestSummaryWidth(t *testing.T) {
	v := render.View{Lang: render.English, WaysOut: []render.WayOut{{
		No: 1, Status: topology.Unapproved, StatusLabel: "Unapproved", CategoryLabel: "Unexplained",
		Device: strings.Repeat("病", 100), Party: strings.Repeat("x", 100),
	}}}
	for _, width := range []int{0, 20, 80, 200} {
		got := summary(t, v, term.Options{Width: width})
		row := strings.Split(got, "\n")[5]
		n := 0
		for _, r := range row {
			n++
			if r > 0x2e80 {
				n++ // a Japanese character takes two cells
			}
		}
		if limit := max(width, 100); n > limit || strings.Count(row, "…") != 2 {
			t.Errorf("width %d: the row has %d cells: %s", width, n, row)
		}
	}
}

func TestExplain(t *testing.T) {
	s := rendertest.Sample(60)
	way := explain(t, s, "6", render.English)
	for _, must := range []string{
		"Way out 6  ■  Unapproved  kyushoku-sv → 203.0.113.77", "x-catering", "WireGuard",
		"Because", "  - The device forwards traffic", "Evidence 2", "kyushoku-sv talks to the outside",
	} {
		if !strings.Contains(way, must) {
			t.Errorf("no %q in\n%s", must, way)
		}
	}
	first, second := strings.Index(way, "has a default route"), strings.Index(way, "talks to the outside")
	if first < 0 || second < first {
		t.Errorf("evidence is not in the order of time:\n%s", way)
	}
	for _, same := range []string{"x-catering", "x-cat"} {
		if explain(t, s, same, render.English) != way {
			t.Errorf("Explain(%q) differs from Explain(6)", same)
		}
	}
	device := explain(t, s, "d-catering", render.Japanese)
	for _, same := range []string{"kyushoku-sv", "KYUSHOKU-SV", "kyushoku", "10.50.0.10", " d-catering "} {
		if explain(t, s, same, render.Japanese) != device {
			t.Errorf("Explain(%q) differs from that of the device's ID", same)
		}
	}
	if !strings.Contains(device, "は kyushoku-sv と名乗る") || !strings.Contains(device, "根拠 2") {
		t.Errorf("the device:\n%s", device)
	}
	link := explain(t, s, s.Links[0].ID, render.English)
	if !strings.Contains(link, "core-sw Gi1/0/") || !strings.Contains(link, "core-sw sees it") {
		t.Errorf("the link:\n%s", link)
	}
	evidence := explain(t, s, string(s.ExternalConnections[4].Evidence[0]), render.English)
	if !strings.Contains(evidence, "Way out 6  kyushoku-sv → 203.0.113.77  x-catering") {
		t.Errorf("the evidence:\n%s", evidence)
	}
}

func TestExplainErrors(t *testing.T) {
	s := rendertest.Sample(60)
	for _, test := range []struct {
		asked string
		is    error
		want  string
	}{
		{"", term.ErrNotFound, "give an ID"},
		{"99", term.ErrNotFound, `"99"`},
		{"kyushoku-vs", term.ErrNotFound, "near it: d-catering (kyushoku-sv)"},
		{"pc12", term.ErrNotFound, "near it: x-pc12, d-pc12 (byoto-pc12)"},
		{"printer", term.ErrAmbiguous, "more"},
		{"\x1b[31m", term.ErrNotFound, ""},
		{strings.Repeat("x", 100_000), term.ErrNotFound, ""},
	} {
		err := term.Explain(&bytes.Buffer{}, s, test.asked, render.English)
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Explain(%.20q): %v, want %v with %q", test.asked, err, test.is, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "\x1b") {
			t.Errorf("Explain(%.20q): the error acts on the terminal: %q", test.asked, err)
		}
	}
}

// TestHostile: whatever the names are, nothing that acts on a terminal is
// written, and no name makes a line of its own.
func TestHostile(t *testing.T) {
	plain := rendertest.Plain[render.View]()
	want := strings.Count(summary(t, plain, term.Options{}), "\n")
	for i := range rendertest.Attacks() {
		v := rendertest.Fill[render.View](i)
		got := summary(t, v, term.Options{})
		check(t, "summary", i, got)
		if n := strings.Count(got, "\n"); n != want {
			t.Errorf("shift %d: the summary has %d lines, want %d:\n%s", i, n, want, got)
		}
		s := rendertest.Fill[topology.Snapshot](i)
		for _, asked := range []string{
			"1", string(s.Devices[1].ID), s.Links[2].ID, string(s.Evidence[0].ID), s.ExternalConnections[1].ID,
		} {
			var b bytes.Buffer
			if err := term.Explain(&b, &s, asked, render.Japanese); err != nil {
				check(t, "error", i, err.Error())
			}
			check(t, "explain", i, b.String())
		}
	}
}

func check(t *testing.T, what string, shift int, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && safe.Hidden(r) {
			t.Fatalf("%s, shift %d: %U is written", what, shift, r)
		}
	}
}
