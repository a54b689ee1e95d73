// Command testreport reads the output of "go test -json" from standard input
// and prints what a person needs of it: each package, the output of tests that
// failed, every skipped test with its reason, and the counts. It exits with 1
// where anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// event is one line of test2json output.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

func main() {
	counts := map[string]int{}
	output := map[string][]string{}
	var skipped []string
	failed := false
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			fmt.Println(in.Text()) // not an event: the go command speaks
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			if e.Action == "build-output" {
				key = e.ImportPath
				fmt.Print(e.Output)
			}
			output[key] = append(output[key], e.Output)
		case "build-fail":
			failed = true
		case "pass", "fail", "skip":
			if e.Test == "" {
				if e.Action != "skip" { // a package without tests
					fmt.Printf("%-5s %7.1fs  %s\n", e.Action, e.Elapsed, e.Package)
				}
				if e.Action == "fail" {
					failed = true
					fmt.Print(strings.Join(output[key], ""))
				}
				continue
			}
			counts[e.Action]++
			switch e.Action {
			case "fail":
				failed = true
				fmt.Print(strings.Join(output[key], ""))
			case "skip":
				skipped = append(skipped, strings.TrimSpace(key)+": "+reason(output[key]))
			}
			delete(output, key)
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		failed = true
	}
	slices.Sort(skipped)
	for _, s := range skipped {
		fmt.Println("skip ", s)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", counts["pass"], counts["fail"], counts["skip"])
	if failed || counts["pass"] == 0 {
		os.Exit(1)
	}
}

// reason is the last line that a skipped test printed of its own.
func reason(lines []string) string {
	for _, l := range slices.Backward(lines) {
		l = strings.TrimSpace(l)
		if l != "" && !strings.HasPrefix(l, "---") && !strings.HasPrefix(l, "===") {
			return l
		}
	}
	return "no reason given"
}
