package nmap

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// DefaultPorts are the TCP ports that say most about ways into and out of a
// hospital: remote control and maintenance, VPN gateways that listen, management
// pages of routers, file services.
func DefaultPorts() string {
	return "21,22,23,80,135,139,443,445,992,1194,1433,1723,3389,4899,5555,5631,5900,5938,7070,7547,8080,8291,8443,10443"
}

// span is a range of TCP ports.
type span struct{ first, last uint16 }

func (s span) String() string {
	if s.first == s.last {
		return strconv.Itoa(int(s.first))
	}
	return fmt.Sprintf("%d-%d", s.first, s.last)
}

// parsePorts reads a list such as "22,80,8000-8100" as nmap's -p does, without
// its letters and names, and leaves out the ports that are never probed. A list
// that names such a port by itself is an error: it was meant.
func parsePorts(list string) ([]span, error) {
	var spans []span
	for item := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(item), "-")
		first, err := strconv.ParseUint(from, 10, 16)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseUint(to, 10, 16)
		}
		if err != nil || first == 0 || last < first {
			return nil, fmt.Errorf("ports %q: write TCP ports from 1 to 65535 such as 22,80,8000-8100", fact.Clean(item))
		}
		if why := discover.NeverProbe("tcp", uint16(first)); why != "" && first == last {
			return nil, fmt.Errorf("%w to port %d: it is never probed: %s", discover.ErrRefused, first, why)
		}
		spans = append(spans, span{uint16(first), uint16(last)})
	}
	for _, never := range neverTCP() {
		spans = without(spans, never)
	}
	if len(spans) == 0 {
		return nil, errors.New("no port is left: every one named is among those that are never probed")
	}
	return joinSpans(spans), nil
}

// neverTCP returns the TCP ports that are never probed.
func neverTCP() []span {
	var out []span
	for _, r := range discover.NeverProbePorts() {
		if r.Transport == "tcp" {
			out = append(out, span{r.First, r.Last})
		}
	}
	return out
}

// without returns spans without the ports of cut.
func without(spans []span, cut span) []span {
	var out []span
	for _, s := range spans {
		if s.last < cut.first || s.first > cut.last {
			out = append(out, s)
			continue
		}
		if s.first < cut.first {
			out = append(out, span{s.first, cut.first - 1})
		}
		if s.last > cut.last {
			out = append(out, span{cut.last + 1, s.last})
		}
	}
	return out
}

// joinSpans sorts spans and joins those that touch.
func joinSpans(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return int(a.first) - int(b.first) })
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && int(s.first) <= int(out[n-1].last)+1 {
			out[n-1].last = max(out[n-1].last, s.last)
			continue
		}
		out = append(out, s)
	}
	return out
}

// list writes spans as nmap reads them, and counts the ports.
func list(spans []span) (string, int) {
	var items []string
	n := 0
	for _, s := range spans {
		items = append(items, s.String())
		n += int(s.last) - int(s.first) + 1
	}
	return strings.Join(items, ","), n
}
