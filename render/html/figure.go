package html

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// checkFigure reports what in an SVG would do more than show a picture, and
// returns its markup without the XML declaration. The picture comes from our
// own writer; the check holds should names of the network ever get into its
// markup. ids collects the IDs of the figures of one page.
//
// The picture must be well-formed XML, so that it ends where it seems to end.
// It is then read as a browser reads it, by the rules of HTML, and may have only
// elements and attributes that draw.
func checkFigure(svg []byte, ids map[string]bool) (template.HTML, error) {
	markup, err := body(svg)
	if err != nil {
		return "", err
	}
	context := &nethtml.Node{Type: nethtml.ElementNode, Data: "figure", DataAtom: atom.Figure}
	nodes, err := nethtml.ParseFragment(bytes.NewReader(markup), context)
	if err != nil {
		return "", err
	}
	if len(nodes) != 1 || nodes[0].Data != "svg" {
		return "", errors.New("it is more than one svg element")
	}
	own := make(map[string]bool)
	for n := range nodes[0].Descendants() {
		if err := checkNode(n, own); err != nil {
			return "", err
		}
	}
	if err := checkNode(nodes[0], own); err != nil {
		return "", err
	}
	for _, id := range slices.Sorted(maps.Keys(own)) {
		// Outlines of glyphs are the same in every figure and may be defined twice.
		if ids[id] && !strings.HasPrefix(id, "glyph-") {
			return "", fmt.Errorf("its ID %q is in another figure of the page", id)
		}
		ids[id] = true
	}
	return template.HTML(markup), nil //nolint:gosec // checked above, element by element
}

// body checks that svg is one well-formed element and cuts off what stands
// before it.
func body(svg []byte) ([]byte, error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	start := int64(-1)
	for {
		at := d.InputOffset()
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch tok.(type) {
		case xml.StartElement:
			if start < 0 {
				start = at
			}
		case xml.Directive:
			return nil, errors.New("it has a document type")
		case xml.Comment:
			return nil, errors.New("it has a comment, which HTML may end elsewhere than XML")
		}
	}
	if start < 0 {
		return nil, errors.New("it has no element")
	}
	markup := bytes.TrimSpace(svg[start:])
	if bytes.Contains(markup, []byte("<![CDATA[")) {
		return nil, errors.New("it has a CDATA section, which HTML may end elsewhere than XML")
	}
	return markup, nil
}

// drawing reports whether name is an element that only draws. Names are those
// of the SVG namespace, in the spelling of the HTML parser.
func drawing(name string) bool {
	switch name {
	case "svg", "g", "a", "defs", "symbol", "use", "title", "desc", "marker", "clipPath", "mask", "pattern",
		"linearGradient", "radialGradient", "stop", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
		"text", "tspan":
		return true
	}
	return false
}

func checkNode(n *nethtml.Node, ids map[string]bool) error {
	switch n.Type {
	case nethtml.TextNode, nethtml.CommentNode:
		return nil
	case nethtml.ElementNode:
	default:
		return fmt.Errorf("it has a node of type %d", n.Type)
	}
	if n.Namespace != "svg" || !drawing(n.Data) {
		return fmt.Errorf("it has an element %q, which does more than draw", n.Data)
	}
	for _, a := range n.Attr {
		key, val := strings.ToLower(a.Key), strings.ToLower(a.Val)
		switch {
		case strings.HasPrefix(key, "on"):
			return fmt.Errorf("its element %q has an event handler %q", n.Data, a.Key)
		case key == "href" && !strings.HasPrefix(val, "#"):
			return fmt.Errorf("its element %q refers to something outside of the page", n.Data)
		case strings.Contains(strings.ReplaceAll(val, "url(#", ""), "url("), strings.Contains(val, "@import"), strings.Contains(val, `\`):
			return fmt.Errorf("its element %q has a style that may load something", n.Data)
		case key == "id":
			ids[a.Val] = true
		}
	}
	return nil
}
