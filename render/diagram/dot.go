package diagram

import (
	"fmt"
	"strconv"
	"strings"

	"kanmon/render/font"
)

// dotWriter writes DOT. Attributes are written in the order given, so that the
// same graph gives the same bytes.
type dotWriter struct {
	b     strings.Builder
	depth int
}

// attr is one attribute of a node, an edge or a graph.
type attr struct{ name, value string }

func (d *dotWriter) line(format string, args ...any) {
	d.b.WriteString(strings.Repeat("  ", d.depth))
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func (d *dotWriter) open(format string, args ...any) {
	d.line(format+" {", args...)
	d.depth++
}

func (d *dotWriter) close() {
	d.depth--
	d.line("}")
}

func (d *dotWriter) node(name string, attrs ...attr) { d.line("%s%s;", quote(name), list(attrs)) }

func (d *dotWriter) edge(tail, head string, attrs ...attr) {
	d.line("%s -> %s%s;", quote(tail), quote(head), list(attrs))
}

// set writes attributes of the graph or cluster that is open.
func (d *dotWriter) set(attrs ...attr) {
	for _, a := range attrs {
		d.line("%s=%s;", a.name, quote(a.value))
	}
}

func list(attrs []attr) string {
	if len(attrs) == 0 {
		return ""
	}
	parts := make([]string, len(attrs))
	for i, a := range attrs {
		parts[i] = a.name + "=" + quote(a.value)
	}
	return " [" + strings.Join(parts, ", ") + "]"
}

// quote writes s as a DOT string. The backslash begins escapes in labels (\N,
// \G, \l), so it is doubled; an ampersand begins an HTML entity, so it becomes
// one; the line breaks of labels are ours alone and are passed as U+2028, which
// font.Clean lets no name carry.
func quote(s string) string {
	lines := strings.Split(s, lineBreak)
	for i, l := range lines {
		l = font.Clean(l)
		l = strings.ReplaceAll(l, "&", "&amp;")
		l = strings.ReplaceAll(l, `\`, `\\`)
		lines[i] = strings.ReplaceAll(l, `"`, `\"`)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// lineBreak separates the lines of a label before it is quoted.
const lineBreak = "\u2028"

// label joins the lines of a label; empty ones are left out.
func label(lines ...string) string {
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, strings.ReplaceAll(l, lineBreak, " "))
		}
	}
	return strings.Join(kept, lineBreak)
}

// size fixes the size of a node, given in points; DOT counts in inches.
func size(width, height float64) []attr {
	inches := func(v float64) string { return strconv.FormatFloat(v/72, 'f', 4, 64) }
	return []attr{{"width", inches(width)}, {"height", inches(height)}, {"fixedsize", "true"}}
}

func points(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
