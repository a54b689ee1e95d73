package resolve

import (
	"cmp"
	"slices"
	"strings"

	"kanmon/topology"
)

// servicesOf returns the open ports of a device, sorted; where several scans
// saw one, the newest word.
func (r *resolver) servicesOf(root int) []topology.Service {
	type port struct {
		transport string
		number    uint16
	}
	newest := make(map[port]portRow)
	for _, p := range r.services[root] {
		k := port{p.port.Transport, p.port.Port}
		have, ok := newest[k]
		if !ok || cmp.Or(r.c.obs[p.obs].Last().Compare(r.c.obs[have.obs].Last()), cmp.Compare(have.obs, p.obs)) > 0 {
			newest[k] = p
		}
	}
	out := r.heardServices(root, func(s topology.Service) bool {
		_, ok := newest[port{s.Transport, s.Port}]
		return ok
	})
	for _, p := range newest {
		out = append(out, topology.Service{
			Transport: p.port.Transport, Port: p.port.Port,
			Name: p.port.Service, Product: p.port.Product, Version: p.port.Version,
		})
	}
	slices.SortFunc(out, func(a, b topology.Service) int {
		return cmp.Or(strings.Compare(a.Transport, b.Transport), cmp.Compare(a.Port, b.Port))
	})
	return out[:min(maxServices, len(out)):min(maxServices, len(out))]
}

// heardServices returns the ports whose protocols were heard, but for those that
// a scan tells more of. Of several products at one port the newest is shown.
func (r *resolver) heardServices(root int, scanned func(topology.Service) bool) []topology.Service {
	type port struct {
		transport string
		number    uint16
	}
	best := make(map[port]spokenService)
	for _, s := range r.spoken[root] {
		k := port{s.service.Transport, s.service.Port}
		have, ok := best[k]
		if ok && cmp.Or(
			cmp.Compare(b2i(s.service.Product != ""), b2i(have.service.Product != "")),
			cmp.Compare(innermost(s.service.Name), innermost(have.service.Name)),
			r.c.obs[s.obs].Last().Compare(r.c.obs[have.obs].Last()),
			cmp.Compare(have.obs, s.obs),
		) <= 0 {
			continue
		}
		if !scanned(s.service) {
			best[k] = s
		}
	}
	out := make([]topology.Service, 0, len(best))
	for _, s := range best {
		out = append(out, s.service)
	}
	return out
}

// innermost orders the protocols of one port: what carries others, as TLS does,
// tells less than they do.
func innermost(protocol string) int {
	switch protocol {
	case "tls", "dtls", "quic":
		return 0
	case "ntlm", "kerberos":
		return 1
	}
	return 2
}
