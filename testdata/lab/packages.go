package lab

import (
	"maps"
	"slices"
	"strings"
)

// self stands for the lab's own program in the Argv of a Proc or a Task.
const self = "{lab}"

// packages says which package of Debian 12 has a program, for all that the
// plan runs and for what the remaining ways out need.
func packages() map[string]string {
	return map[string]string{
		"avahi-daemon":          "avahi-daemon",
		"dnsmasq":               "dnsmasq-base",
		"dump2dcm":              "dcmtk",
		"echoscu":               "dcmtk",
		"ip":                    "iproute2",
		"lldpd":                 "lldpd",
		"nft":                   "nftables",
		"nginx":                 "nginx-light",
		"openvpn":               "openvpn",
		"ping":                  "iputils-ping",
		"radvd":                 "radvd",
		"sh":                    "dash",
		"smbclient":             "smbclient",
		"smbd":                  "samba",
		"snmpd":                 "snmpd",
		"storescp":              "dcmtk",
		"storescu":              "dcmtk",
		"swanctl":               "strongswan-swanctl",
		"tc":                    "iproute2",
		"wg":                    "wireguard-tools",
		"wireguard-go":          "wireguard-go",
		"/usr/lib/frr/zebra":    "frr",
		"/usr/lib/ipsec/charon": "strongswan-charon",
		kernelLibipsec:          "libcharon-extra-plugins",
		opensslPlugin:           "libstrongswan-standard-plugins",
	}
}

// programs are those the host runs, without the lab's own.
func (h *Host) programs() []string {
	var names []string
	add := func(argv []string) {
		if len(argv) > 0 {
			names = append(names, argv[0])
		}
	}
	names = append(names, h.Needs...)
	for _, argv := range h.Setup {
		add(argv)
	}
	for _, proc := range h.Procs {
		add(proc.Argv)
	}
	for _, task := range h.Tasks {
		add(task.Argv)
	}
	return names
}

// Packages lists the packages that the plan needs, sorted.
func (p *Plan) Packages() []string {
	return p.missing(func(string) bool { return false })
}

// Missing lists the packages whose programs are not there.
func (p *Plan) Missing(there func(program string) bool) []string { return p.missing(there) }

func (p *Plan) missing(there func(string) bool) []string {
	need := map[string]bool{}
	add := func(program string) {
		if pkg, ok := packages()[program]; ok && !strings.HasPrefix(program, "{") && !there(program) {
			need[pkg] = true
		}
	}
	add("ip")
	add("tc")
	for _, h := range p.Hosts {
		for _, program := range h.programs() {
			add(program)
		}
	}
	return slices.Sorted(maps.Keys(need))
}
