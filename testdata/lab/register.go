package lab

import (
	"fmt"
	"strings"
)

// Register is the hospital's register of approved connections, as kanmon reads
// it: one entry for each way out that is approved, by its device's
// addresses.
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
				fmt.Fprintf(&b, "    device: {%s}\n", n.Interfaces[0].traits())
			}
		}
		b.WriteString("    owner: \"lab\"\n    from: \"2020-01-01\"\n")
	}
	return b.String()
}

// traits are what kanmon may see of an interface: where its address is of
// IPv6, one of IPv4 may never be heard of it, or another be taken for changed.
func (e NodeEnd) traits() string {
	mac := fmt.Sprintf("mac: %q", e.MAC)
	if len(e.Addresses) != 1 {
		return mac
	}
	ip, _, _ := strings.Cut(e.Addresses[0], "/")
	return fmt.Sprintf("%s, ip: %q", mac, ip)
}
