package register

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// header explains the file to whoever fills it in.
const header = `# 外部接続台帳 / register of approved external connections
#
# 下の各項目は見つかった外部接続です。承認するものだけ行頭の「# 」を外し、
# owner（責任者）、purpose（目的）、contract（契約）、until（期限）を書いてください。
# Each entry below is an external connection that was found. Remove the "# " in
# front of those that are approved, and fill in who answers for it, what for,
# under which contract and until when. What stays a comment is not approved.
#
# category: %s
# until: YYYY-MM-DD, その日まで有効 / valid through that day
# device と remote で照合します / matched by device and remote
version: 1
connections:
`

// Template returns a register file to start from, in which every external
// connection of s stands as a comment: nothing is approved until somebody says
// so. Every text is quoted.
func Template(s *topology.Snapshot) string {
	net := Index(s.Devices)
	var names []string
	for _, c := range topology.Categories() {
		names = append(names, string(c))
	}
	var b strings.Builder
	fmt.Fprintf(&b, header, strings.Join(names, ", "))
	for i, x := range s.ExternalConnections {
		d, _ := net.Device(x.Device)
		fmt.Fprintf(&b, "#\n# %s: %s\n", x.Category, quote(x.Service))
		for _, l := range entryLines(i, x, d) {
			b.WriteString("# " + l + "\n")
		}
	}
	return b.String()
}

func entryLines(i int, x topology.ExternalConnection, d topology.Device) []string {
	l := []string{
		fmt.Sprintf("- id: %s", quote(fmt.Sprintf("%03d", i+1))),
		fmt.Sprintf("  category: %s", quote(string(x.Category))),
		"  device:",
		fmt.Sprintf("    name: %s", quote(d.Name)),
	}
	ips, macs := addresses(d)
	switch {
	case len(macs) == 1: // an address may be given to another; of several MACs it is not known which is meant
		l = append(l, "    mac: "+quote(macs[0]))
	default:
		if i := slices.IndexFunc(ips, func(ip netip.Addr) bool { return ip.Is4() && !ip.IsLinkLocalUnicast() }); i >= 0 {
			l = append(l, "    ip: "+quote(ips[i].String()))
		}
	}
	if d.Serial != "" {
		l = append(l, "    serial: "+quote(d.Serial))
	}
	if len(x.Remote.Names)+len(x.Remote.Addresses) > 0 || x.Remote.Organisation != "" {
		l = append(l, "  remote:")
	}
	if n := dotted(x.Remote.Names, x.Category == topology.RemoteSupport); len(n) > 0 {
		l = append(l, "    names: "+list(n))
	}
	if a := x.Remote.Addresses; len(a) > 0 && x.Category != topology.RemoteSupport { // relays change
		l = append(l, "    addresses: "+list(texts(a)))
	}
	if o := x.Remote.Organisation; o != "" {
		l = append(l, "    organisation: "+quote(o))
	}
	if len(x.Transport) > 0 {
		l = append(l, "  transport: "+list(x.Transport))
	}
	return append(l,
		`  owner: ""`,
		`  purpose: ""`,
		`  contract: ""`,
		`  until: ""`,
	)
}

// dotted returns the names that a register may hold. Relays change from day to
// day, so that for them all names beside one are meant: "*.example.com".
func dotted(names []string, relays bool) []string {
	var out []string
	for _, n := range names {
		if !strings.Contains(n, ".") || strings.ContainsAny(n, "*/: ") || strings.HasSuffix(n, ".") {
			continue
		}
		if _, parent, _ := strings.Cut(n, "."); relays && strings.Contains(parent, ".") {
			n = "*." + parent
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func texts(in []netip.Addr) []string {
	var out []string
	for _, a := range in {
		out = append(out, a.WithZone("").String())
	}
	return out
}

func list(in []string) string {
	var out []string
	for _, s := range in {
		out = append(out, quote(s))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// quote returns s as a JSON string, which is a double-quoted YAML scalar on one
// line, whatever s holds.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(fact.Clean(s)); err != nil { // strings always encode
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
