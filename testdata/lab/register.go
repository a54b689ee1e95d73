package lab

import (
	"fmt"
	"strings"
)

// Register is the hospital's register of approved connections, as kanmon reads
// it: one entry for each way out that is approved, by its device's address on
// the wire.
func (s Site) Register() string {
	var b strings.Builder
	b.WriteString("version: 1\nconnections:\n")
	for _, w := range s.WaysOut {
		if !w.Approved {
			continue
		}
		fmt.Fprintf(&b, "  - id: %q\n    category: %q\n", w.ID, w.Category)
		for _, n := range s.Nodes {
			if n.Name == w.Device && len(n.Interfaces) > 0 {
				fmt.Fprintf(&b, "    device: {mac: %q}\n", n.Interfaces[0].MAC)
			}
		}
		b.WriteString("    owner: \"lab\"\n    from: \"2020-01-01\"\n")
	}
	return b.String()
}
