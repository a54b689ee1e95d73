package pcap

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/head"
	"kanmon/discover/internal/wire/industry"
	"kanmon/discover/internal/wire/intellivue"
	"kanmon/discover/internal/wire/kerberos"
	"kanmon/discover/internal/wire/ldap"
	"kanmon/discover/internal/wire/ntp"
	"kanmon/discover/internal/wire/radius"
	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/snmp"
	"kanmon/discover/internal/wire/syslog"
)

// describeUDP learns from one of the first datagrams of a side what it says of
// itself.
func (a *analyzer) describeUDP(c *conn, side int, p *packet) {
	c.heard[side]++
	if m, ok := udpSays(p.payload, p.sport, p.dport); ok {
		if c.app == 0 {
			a.setApp(c, m.Protocol)
		}
		a.described(c, side, []said.Message{m})
	}
}

// udpSays returns what the sender of a datagram says.
func udpSays(b []byte, src, dst uint16) (said.Message, bool) {
	either := func(p uint16) bool { return src == p || dst == p }
	switch {
	case either(123):
		return ntp.Decode(b)
	case either(161), either(162):
		return snmp.Decode(b)
	case either(88):
		return kerberos.Decode(b)
	case either(389):
		return ldap.Decode(b)
	case either(514):
		return syslog.Decode(b)
	case either(1812), either(1813), either(1645), either(1646):
		return radius.Decode(b)
	case either(industry.PortBACnet):
		return industry.BACnet(b)
	case either(industry.PortEtherNetIP):
		return industry.EtherNetIP(b)
	case either(intellivue.Port):
		return intellivue.Decode(b)
	}
	if b[0] >= 'A' && b[0] <= 'Z' {
		if list := head.Decode(b); len(list) > 0 && list[0].Protocol == "sip" {
			return list[0], true
		}
	}
	return said.Message{}, false
}

// groupSays returns what the sender of a datagram to a group says.
func groupSays(b []byte, port uint16) []said.Message {
	var m said.Message
	ok := false
	switch port {
	case 123:
		m, ok = ntp.Decode(b)
	case 514:
		m, ok = syslog.Decode(b)
	case industry.PortBACnet:
		m, ok = industry.BACnet(b)
	case intellivue.Port:
		m, ok = intellivue.Decode(b)
	}
	if !ok {
		return nil
	}
	return []said.Message{m}
}

// profinet learns from the discovery protocol of PROFINET, which needs no
// addresses of IP.
func (a *analyzer) profinet(h *hop, b []byte) {
	m, ip, ok := industry.Profinet(b)
	if !ok || h.Src.IsZero() {
		return
	}
	host := fact.Endpoint{IP: ip, MAC: h.Src}
	for _, w := range m.Words {
		a.says(host, m.Protocol, w.Field, w.Value)
	}
	if ip != (netip.Addr{}) {
		note(a.bindings, "profinet", fact.AddressBinding{IP: ip, MAC: h.Src, VID: h.VID}, a.at)
	}
}
