package lab

import (
	"fmt"
	"slices"
	"strings"
)

// sysctl is one file below /proc/sys/net.
type sysctl struct {
	key, value string
}

// before are the settings of a host that its interfaces inherit, so they are
// made before there are any. Waiting for duplicate addresses would cost a
// second and a half each.
func (h *Host) before() []sysctl {
	yes := map[bool]string{true: "1", false: "0"}
	out := []sysctl{{"ipv4/ip_forward", yes[h.Forward]}}
	for _, scope := range []string{"all", "default"} {
		out = append(
			out,
			sysctl{"ipv4/conf/" + scope + "/send_redirects", "0"},
			sysctl{"ipv4/conf/" + scope + "/rp_filter", "0"},
			sysctl{"ipv4/conf/" + scope + "/arp_ignore", "1"},
			sysctl{"ipv6/conf/" + scope + "/accept_dad", "0"},
			sysctl{"ipv6/conf/" + scope + "/accept_ra", "0"},
			sysctl{"ipv6/conf/" + scope + "/forwarding", yes[h.Forward && !h.NoIPv6]},
			sysctl{"ipv6/conf/" + scope + "/disable_ipv6", yes[h.NoIPv6]},
		)
	}
	return out
}

// after are the settings of single interfaces, made while they are down.
func (h *Host) after() []sysctl {
	var out []sysctl
	for _, i := range h.Interfaces {
		switch {
		case i.Silent:
			out = append(out, sysctl{"ipv6/conf/" + i.Name + "/disable_ipv6", "1"})
		case i.SLAAC:
			out = append(out, sysctl{"ipv6/conf/" + i.Name + "/accept_ra", "1"})
		}
	}
	return out
}

// links are the lines for `ip -batch` that make the host's bridges, and the
// cables whose first end is here. The function ns names a host's namespace.
func (p *Plan) links(h *Host, ns func(string) string) []string {
	lines := []string{"link set lo up"}
	for _, i := range h.Interfaces {
		if i.IsBridge() {
			lines = append(lines,
				fmt.Sprintf("link add %s address %s type bridge forward_delay 0 stp_state 0 mcast_snooping 0", i.Name, i.MAC))
		}
	}
	for _, c := range p.Cables {
		if c.A.Host == h.Name {
			a, b := p.find(c.A), p.find(c.B)
			lines = append(lines, fmt.Sprintf("link add %s address %s type veth peer name %s address %s netns %s",
				a.Name, a.MAC, b.Name, b.MAC, ns(c.B.Host)))
		}
	}
	return lines
}

// addresses are the lines that fill the bridges, set addresses and routes and
// bring everything up.
func (h *Host) addresses() []string {
	var lines []string
	for _, i := range h.Interfaces {
		if i.Bridge != "" {
			lines = append(lines, fmt.Sprintf("link set %s master %s", i.Name, i.Bridge))
		}
		if i.Alias != "" {
			lines = append(lines, fmt.Sprintf("link set %s alias %s", i.Name, i.Alias))
		}
		for _, a := range i.Addrs {
			lines = append(lines, fmt.Sprintf("addr add %s dev %s%s", a, i.Name, nodad(a.Addr().Is6())))
		}
		if i.Silent {
			lines = append(lines, fmt.Sprintf("link set %s arp off", i.Name))
		}
		lines = append(lines, fmt.Sprintf("link set %s up", i.Name))
	}
	for _, a := range h.Loopback {
		lines = append(lines, fmt.Sprintf("addr add %s dev lo%s", a, nodad(a.Addr().Is6())))
	}
	for _, r := range h.Routes {
		line := fmt.Sprintf("route add %s via %s", r.To, r.Via)
		if r.Dev != "" {
			line += " dev " + r.Dev
		}
		lines = append(lines, line)
	}
	return lines
}

func nodad(six bool) string {
	if six {
		return " nodad"
	}
	return ""
}

// mirroring are the lines for `tc -batch` that feed the host's mirror ports.
// Frames are taken where they enter a port, and where the switch's own router
// sends into the bridge: so each frame once for each VLAN that it crosses.
// There is no matchall in every kernel; u32 with an empty mask matches all.
func (p *Plan) mirroring(h *Host) []string {
	var lines []string
	add := func(name, direction, to string) {
		lines = append(lines, fmt.Sprintf("filter add dev %s %s protocol all prio 1 u32 match u32 0 0 action mirred egress mirror dev %s", name, direction, to))
	}
	for _, m := range p.Mirrors {
		if m.Switch != h.Name {
			continue
		}
		for _, i := range h.Interfaces {
			switch {
			case slices.Contains(m.Bridges, i.Name):
				lines = append(lines, "qdisc add dev "+i.Name+" clsact")
				add(i.Name, "egress", m.Port)
			case slices.Contains(m.Bridges, i.Bridge):
				lines = append(lines, "qdisc add dev "+i.Name+" clsact")
				add(i.Name, "ingress", m.Port)
			}
		}
	}
	return lines
}

// Script is what Up runs, as text for a person to read; it is the same for the
// same plan. Namespaces go by the names of their hosts.
func (p *Plan) Script() string {
	var b strings.Builder
	ns := func(host string) string { return host }
	section := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "# %s\n%s\n", title, strings.Join(lines, "\n"))
		}
	}
	for _, h := range p.Hosts {
		var settings, programs []string
		for _, s := range append(h.before(), h.after()...) {
			settings = append(settings, s.key+" = "+s.value)
		}
		for _, argv := range h.Setup {
			programs = append(programs, "once: "+strings.Join(argv, " "))
		}
		for _, proc := range h.Procs {
			programs = append(programs, strings.Join(proc.Argv, " "))
		}
		for _, task := range h.Tasks {
			programs = append(programs, fmt.Sprintf("every %s: %s", task.Every, strings.Join(task.Argv, " ")))
		}
		section(h.Name+": sysctl", settings)
		section(h.Name+": ip", append(p.links(h, ns), h.addresses()...))
		section(h.Name+": tc", p.mirroring(h))
		section(h.Name+": programs", programs)
	}
	return b.String()
}

// expand puts the host's folder and the lab's program into a text.
func expand(s, dir, program string) string {
	return strings.NewReplacer("{dir}", dir, "{lab}", program).Replace(s)
}
