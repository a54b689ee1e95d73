package score

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"kanmon/testdata/lab"
)

// Table is results side by side, as text or as markdown.
func Table(results []Result, markdown bool) string {
	rows := [][]string{{"done", "what", "there are", "can be known", "found", "wrong", "precision", "recall", "of what can be known"}}
	for _, r := range results {
		for _, t := range r.Tallies {
			rows = append(rows, []string{
				string(r.Level), t.Kind, fmt.Sprint(t.True), fmt.Sprint(t.Knowable), fmt.Sprint(t.Found), fmt.Sprint(t.Shown - t.Found),
				percent(t.Precision(), t.Shown), percent(t.Recall(), t.True), percent(t.RecallOfKnowable(), t.Knowable),
			})
		}
	}
	return grid(rows, markdown)
}

// WaysOutTable says of each way out how each result shows it.
func WaysOutTable(site lab.Site, results []Result, markdown bool) string {
	head := []string{"way out", "category", "through", "approved", "can be known"}
	for _, r := range results {
		head = append(head, string(r.Level))
	}
	rows := [][]string{head}
	for _, w := range site.WaysOut {
		var known []string
		for _, v := range w.Known {
			known = append(known, string(v))
		}
		if len(known) == 0 {
			known = []string{"no"}
		}
		row := []string{w.ID, string(w.Category), w.Device, map[bool]string{true: "yes", false: "no"}[w.Approved], strings.Join(known, ", ")}
		for _, r := range results {
			how := r.WaysOut[w.ID]
			if how == "missed" && !r.Level.shows(w.Known) {
				how = "-"
			}
			row = append(row, how)
		}
		rows = append(rows, row)
	}
	return grid(rows, markdown)
}

// Details are what was missed though it can be known, and what is wrong.
func Details(results []Result) string {
	var b strings.Builder
	for _, r := range results {
		for _, t := range r.Tallies {
			for _, name := range t.Missed {
				fmt.Fprintf(&b, "- %s, %s: missed %s\n", r.Level, t.Kind, name)
			}
			for _, name := range t.Wrong {
				fmt.Fprintf(&b, "- %s, %s: wrong, %s\n", r.Level, t.Kind, name)
			}
		}
	}
	return b.String()
}

// percent is a part of n things, rounded down: 100 means all.
func percent(v float64, n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", int(v*100+1e-9))
}

func grid(rows [][]string, markdown bool) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cell
			if !markdown {
				cells[i] = cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			}
		}
		if !markdown {
			b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
			continue
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if n == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	return b.String()
}
