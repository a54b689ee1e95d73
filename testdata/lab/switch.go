package lab

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
)

// Switch is a managed switch: bridges, snmpd with the bridge's tables, and
// lldpd as snmpd's subagent.
type Switch struct {
	Name       string
	OUI        string
	Descr      string // sysDescr and the LLDP system description
	ObjectID   string // sysObjectID
	Management string // "10.99.0.11/24"; the cable goes to the core's VLAN 99
	VLANs      []int
	Access     Access
}

// Access says who may ask the SNMP agent: a community for version 2c, or a
// user for version 3 and nobody for version 2c.
type Access struct {
	Community            string
	User, AuthPW, PrivPW string // SHA and AES
}

// core is the name of the core switch, where management cables end.
const core = "core-sw"

// AddSwitch adds a managed switch, with a management cable to the core.
func (p *Plan) AddSwitch(s Switch) *Host {
	h := p.Add(Host{Name: s.Name, OUI: s.OUI, NoIPv6: true})
	h.bridges(s.VLANs)
	at, _, _ := strings.Cut(s.Management, "/")
	if s.Name != core {
		h.Plug("mgmt0", core+"/99", s.Management)
		h.Route("default", p.Segment(management).Gateway().String())
	}
	h.Agent(s.Descr, s.ObjectID, s.Access, "pass_persist .1.3.6.1.2.1.17 {lab} agent")
	// lldpd hands the file to lldpcli, which is not root: hence in /run.
	h.File("run/lldpd.conf", strings.Join([]string{
		"configure system hostname " + s.Name,
		"configure lldp portidsubtype ifname",
		"configure lldp tx-interval 5",
		"resume", "",
	}, "\n"))
	h.Run(Proc{
		Name: "lldpd",
		Argv: []string{
			"lldpd", "-d", "-x", "-X", "/run/agentx", "-O", "/run/lldpd.conf",
			"-I", "port*,uplink*", "-C", "port1,uplink1", "-m", at, "-S", s.Descr, "-M", "4",
		},
	})
	return h
}

// AddUnmanaged adds a switch without any address or agent.
func (p *Plan) AddUnmanaged(name, oui string, vlan int) *Host {
	h := p.Add(Host{Name: name, OUI: oui, NoIPv6: true})
	h.bridges([]int{vlan})
	return h
}

// bridges adds one bridge for each VLAN. All have the switch's base address.
func (h *Host) bridges(vlans []int) {
	for _, vlan := range vlans {
		i := h.NewInterface(fmt.Sprintf("vlan%d", vlan))
		i.MAC, i.VLAN, i.Alias = macOf(h.OUI, h.Name, "base"), vlan, h.plan.Segment(vlan).Name
	}
}

// Uplink connects a switch to an upper one: a cable for each VLAN, since the
// kernels the lab runs on know no 802.1Q.
func (p *Plan) Uplink(lower, upper *Host) {
	for _, i := range lower.Interfaces {
		if !i.IsBridge() {
			continue
		}
		vlan := fmt.Sprint(i.VLAN)
		p.Cables = append(p.Cables, Cable{
			A: Port{upper.Name, upper.newPort("port", vlan)},
			B: Port{lower.Name, lower.newPort("uplink", vlan)},
		})
	}
}

// Mirror copies VLANs of a switch to a silent interface of the host.
func (h *Host) Mirror(name string, sw *Host, vlans ...int) {
	m := Mirror{Switch: sw.Name, Port: name}
	for _, vlan := range vlans {
		m.Bridges = append(m.Bridges, fmt.Sprintf("vlan%d", vlan))
	}
	for _, end := range []*Host{sw, h} {
		end.NewInterface(name).Silent = true
	}
	h.plan.Cables = append(h.plan.Cables, Cable{A: Port{sw.Name, name}, B: Port{h.Name, name}})
	h.plan.Mirrors = append(h.plan.Mirrors, m)
}

// Agent is a host that answers to SNMP.
type Agent struct {
	Host   string
	Access Access
}

// AgentAddr is where an agent is asked: at its management address, else at its
// first one.
func (p *Plan) AgentAddr(a Agent) netip.Addr {
	h := p.Host(a.Host)
	for _, i := range h.Interfaces {
		for _, addr := range i.Addrs {
			if p.Segment(management).Prefix.Contains(addr.Addr()) {
				return addr.Addr()
			}
		}
	}
	return h.Addr()
}

// Agent adds snmpd, for a switch or for any other host. Further lines of
// snmpd.conf may be given; the view leaves out what would tell about the
// machine that the lab runs on, such as its disks and processes.
func (h *Host) Agent(descr, objectID string, access Access, lines ...string) {
	h.plan.Agents = append(h.plan.Agents, Agent{h.Name, access})
	conf := []string{
		"agentAddress udp:161",
		"agentXSocket unix:/run/agentx",
		"master agentx",
		"sysName " + h.Name,
		"sysDescr " + descr,
		"sysObjectID " + objectID,
		"sysLocation sample hospital",
		"sysServices 6",
		"exactEngineID 0x80001f8804" + hex.EncodeToString([]byte(h.Name)),
		"dontLogTCPWrappersConnects yes",
	}
	for _, oid := range []string{
		"1.3.6.1.2.1.1", "1.3.6.1.2.1.2", "1.3.6.1.2.1.4", "1.3.6.1.2.1.17", "1.3.6.1.2.1.31", "1.3.6.1.2.1.47",
		"1.3.6.1.6.3.10", "1.0.8802",
	} {
		conf = append(conf, "view lab included ."+oid)
	}
	if access.User != "" {
		conf = append(conf,
			fmt.Sprintf("createUser %s SHA %s AES %s", access.User, access.AuthPW, access.PrivPW),
			fmt.Sprintf("rouser %s priv -V lab", access.User))
	} else {
		conf = append(conf, fmt.Sprintf("rocommunity %s default -V lab", access.Community))
	}
	h.File("snmpd.conf", strings.Join(append(conf, lines...), "\n")+"\n")
	h.Run(Proc{
		Name:  "snmpd",
		Argv:  []string{"snmpd", "-f", "-Lo", "-C", "-c", "{dir}/snmpd.conf", "-p", "/run/snmpd.pid"},
		Env:   []string{"SNMP_PERSISTENT_DIR={dir}/snmp", "MIBS="},
		Ready: "file {dir}/run/agentx",
	})
}

// gatewayOf gives the bridge of a VLAN the segment's first address.
func (h *Host) gatewayOf(s Segment) {
	h.Interface(fmt.Sprintf("vlan%d", s.VLAN)).Addrs = []netip.Prefix{netip.PrefixFrom(s.Gateway(), s.Prefix.Bits())}
}
