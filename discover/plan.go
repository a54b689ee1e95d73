package discover

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
)

// Plan says in lines of text what a run would send, for the operator to approve.
type Plan []string

// Plan returns the bounds that g sets for the run; sources append what they
// would send within them.
func (g *Gate) Plan() Plan {
	if g == nil || g.opts.Level < TrafficQuery {
		return Plan{"nothing is sent"}
	}
	p := Plan{
		fmt.Sprintf("traffic level: %s", g.opts.Level),
		"targets: " + joined(g.opts.Targets),
		"left alone: " + joined(g.opts.Exclude),
		fmt.Sprintf("rate: at most %g packets a second in all, %s between two to the same address", g.opts.PerSecond, g.opts.PerHostInterval),
	}
	var ports []string
	for _, r := range NeverProbePorts() {
		port := fmt.Sprintf("%s/%d", r.Transport, r.First)
		if r.Last != r.First {
			port += fmt.Sprintf("-%d", r.Last)
		}
		ports = append(ports, port)
	}
	return append(p, "ports never probed: "+strings.Join(ports, ", "))
}

func joined(prefixes []netip.Prefix) string {
	if len(prefixes) == 0 {
		return "none named"
	}
	var out []string
	for _, p := range prefixes {
		s := p.String()
		if p.IsSingleIP() {
			s = p.Addr().String()
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// WriteTo writes the plan, a line each.
func (p Plan) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, strings.Join(p, "\n")+"\n")
	return int64(n), err
}
