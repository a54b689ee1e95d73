package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"kanmon/render"
	"kanmon/render/csv"
	"kanmon/render/diagram"
	"kanmon/render/draw"
	"kanmon/render/html"
	"kanmon/render/json"
	"kanmon/render/xlsx"
	"kanmon/topology"
)

// rendering is one file that map writes and one format that render prints.
type rendering struct {
	name  string // as -f names it
	file  string // in the output folder
	write func(context.Context, *page, io.Writer) error
}

// renderings is the one list of what kanmon can write, in the order in which
// it is written.
func renderings() []rendering {
	return []rendering{
		{"json", "snapshot.json", func(_ context.Context, p *page, w io.Writer) error { return json.Write(w, p.snapshot) }},
		{"dot", "diagram.dot", func(_ context.Context, p *page, w io.Writer) error { return diagram.WriteDOT(w, p.view) }},
		{"svg", "diagram.svg", func(ctx context.Context, p *page, w io.Writer) error { return p.drawBoard(ctx, w, draw.WriteSVG) }},
		{"pdf", "diagram.pdf", func(ctx context.Context, p *page, w io.Writer) error { return p.drawBoard(ctx, w, draw.WritePDF) }},
		{"png", "diagram.png", func(ctx context.Context, p *page, w io.Writer) error {
			return p.drawBoard(ctx, w, func(w io.Writer, d *draw.Drawing) error { return draw.WritePNG(w, d, pngScale) })
		}},
		{"detail", "detail.svg", func(ctx context.Context, p *page, w io.Writer) error {
			d, err := p.detail(ctx)
			if err != nil {
				return err
			}
			return draw.WriteSVG(w, d)
		}},
		{"html", "report.html", func(ctx context.Context, p *page, w io.Writer) error { return p.writeHTML(ctx, w) }},
		{"xlsx", "ledger.xlsx", func(_ context.Context, p *page, w io.Writer) error { return xlsx.Write(w, p.view) }},
		{"csv", "ledger.csv", func(_ context.Context, p *page, w io.Writer) error { return csv.Write(w, p.view) }},
		{"connections-csv", "external-connections.csv", func(_ context.Context, p *page, w io.Writer) error {
			return csv.WriteConnections(w, p.view)
		}},
	}
}

// pngScale is how many pixels a point of the drawing gets: an A3 page becomes
// about 2400 pixels wide, sharp on a projector and in a document.
const pngScale = 2

// formatNames lists the names that -f takes.
func formatNames() []string {
	var names []string
	for _, r := range renderings() {
		names = append(names, r.name)
	}
	return names
}

// chooseRenderings returns the renderings that list names; all where it is
// empty.
func chooseRenderings(list []string) ([]rendering, error) {
	all := renderings()
	if len(list) == 0 {
		return all, nil
	}
	var chosen []rendering
	for _, r := range all {
		if slices.Contains(list, r.name) {
			chosen = append(chosen, r)
		}
	}
	for _, name := range list {
		if !slices.Contains(formatNames(), name) {
			return nil, usage("", "format %q is not known: use one or more of %s", name, strings.Join(formatNames(), ","))
		}
	}
	return chosen, nil
}

// page is a snapshot about to be rendered; what several renderings need is made
// once.
type page struct {
	snapshot *topology.Snapshot
	view     render.View
	board    func(context.Context) (*draw.Drawing, error)
	detail   func(context.Context) (*draw.Drawing, error)
}

func newPage(s *topology.Snapshot, lang render.Lang) *page {
	p := &page{snapshot: s, view: render.Project(s, lang)}
	p.board = once(func(ctx context.Context) (*draw.Drawing, error) { return diagram.Board(ctx, p.view) })
	p.detail = once(func(ctx context.Context) (*draw.Drawing, error) { return diagram.Detail(ctx, p.view) })
	return p
}

// once makes f return its first result again and again.
func once(f func(context.Context) (*draw.Drawing, error)) func(context.Context) (*draw.Drawing, error) {
	var (
		do  sync.Once
		d   *draw.Drawing
		err error
	)
	return func(ctx context.Context) (*draw.Drawing, error) {
		do.Do(func() { d, err = f(ctx) })
		return d, err
	}
}

func (p *page) drawBoard(ctx context.Context, w io.Writer, write func(io.Writer, *draw.Drawing) error) error {
	d, err := p.board(ctx)
	if err != nil {
		return err
	}
	return write(w, d)
}

func (p *page) writeHTML(ctx context.Context, w io.Writer) error {
	var figures html.Figures
	for _, f := range []struct {
		drawing func(context.Context) (*draw.Drawing, error)
		into    *[]byte
	}{{p.board, &figures.Board}, {p.detail, &figures.Detail}} {
		d, err := f.drawing(ctx)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := draw.WriteSVG(&b, d); err != nil {
			return fmt.Errorf("draw: %w", err)
		}
		*f.into = b.Bytes()
	}
	return html.Write(w, p.view, figures)
}
