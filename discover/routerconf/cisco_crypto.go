package routerconf

import (
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// crypto reads crypto maps and EasyVPN. Keys stand in lines that are not looked
// at.
func (c *cisco) crypto(place string, w words) {
	switch {
	case w.is("crypto", "map") && len(w) >= 5 && w[4] == "ipsec-isakmp":
		c.peer = &ciscoPeer{name: w[2] + " " + w[3], place: place}
		if w.at(5) == "dynamic" {
			c.dynamic[w[2]], c.peer.calls, c.peer.by = true, true, w.at(6)
		}
		if len(c.maps) < maxEach && len(c.maps[w[2]]) < maxEach {
			c.maps[w[2]] = append(c.maps[w[2]], c.peer)
		}
	case w.is("crypto", "isakmp", "client", "configuration", "group"):
		c.serves["ike"] = place
	case w.is("crypto", "isakmp", "profile"), w.is("crypto", "ikev2", "profile"):
		c.profile = &ciscoProfile{name: w.at(3), place: place}
		add(c.d, &c.profiles, c.profile)
	case w.is("crypto", "ipsec", "client", "ezvpn"), w.is("crypto", "ikev2", "client", "flexvpn"):
		c.peer = &ciscoPeer{name: w.at(4), place: place}
		name := "\x00" + w.at(4) // never the name of a map
		c.maps[name] = []*ciscoPeer{c.peer}
	}
}

// inCrypto reads a line of a section on keys.
func (c *cisco) inCrypto(place string, w words) {
	switch {
	case c.in.is("crypto", "pki"):
		if w[0] == "certificate" {
			c.until = "quit"
		}
	case c.peer != nil && w.is("client", "connect") && len(c.connects) < maxEach:
		c.connects[strings.Join(w.from(2), "")], c.peer.connected = c.peer, true
	case c.peer != nil && w.is("set", "peer"), c.peer != nil && w.is("peer"):
		name := w[len(w)-1]
		if name == "default" || name == "dynamic" {
			name = w.at(len(w) - 2)
		}
		if len(c.peer.peers) < 16 {
			c.peer.peers = append(c.peer.peers, name)
		}
	case c.profile != nil && w.is("virtual-template"):
		c.profile.template = true
		c.serves["ike"] = place
	case c.profile != nil && w.is("match", "identity"):
		c.profile.match(w.from(2))
	case c.in.is("crypto", "dynamic-map") && (w.is("set", "isakmp-profile") || w.is("set", "ikev2-profile")) && len(c.callers) < maxEach:
		c.callers[c.in.at(2)] = w.at(2)
	}
}

// match reads what the other end calls itself:
//
//	{host|user-fqdn} [domain] NAME
//	remote {fqdn|email|key-id} [domain] NAME
//
// "address" names nobody, "user" and "group" may name persons.
func (p *ciscoProfile) match(w words) {
	if w.is("remote") {
		w = w.from(1)
	}
	if wordIn(w.at(0), []string{"host", "user-fqdn", "fqdn", "email", "key-id"}) && p.id == "" {
		p.id = peerName(w.at(1))
		if w.at(1) == "domain" {
			p.id = peerName(w.at(2))
		}
	}
}

// endTunnels makes the tunnels.
func (c *cisco) endTunnels() {
	d := c.d
	for _, t := range c.tunnels {
		f := fact.TunnelEnd{Name: t.name, Local: address(t.source), Remote: address(t.dest)}
		if i := d.ifaces[t.source]; i != nil {
			for _, p := range i.addrs {
				if !f.Local.IsValid() && (!f.Remote.IsValid() || p.Addr().Is4() == f.Remote.Is4()) {
					f.Local = p.Addr()
				}
			}
		}
		if !f.Remote.IsValid() && t.dest != "dynamic" {
			f.RemoteName = hostName(t.dest)
		}
		f.Calls = t.mode == "gre multipoint" && !f.Remote.IsValid() && f.RemoteName == "" // a hub
		switch {
		case t.protected, strings.HasPrefix(t.mode, "ipsec"):
			f.Type = "ipsec"
		case strings.HasPrefix(t.mode, "gre"):
			f.Type = "gre"
		case strings.HasPrefix(t.mode, "ipv6ip"):
			f.Type = "6in4"
		case t.mode == "ipv6":
			f.Type = "4in6"
		case t.mode == "ipip":
			f.Type = "4in4"
		case strings.HasPrefix(t.mode, "l2tp"):
			f.Type = "l2tp"
		default:
			f.Type = "gre"
		}
		ends := []fact.TunnelEnd{f}
		if p := c.connects[t.name]; p != nil && t.dest == "dynamic" && len(p.peers) > 0 {
			ends = nil
			for _, peer := range p.peers {
				if f.Remote, f.RemoteName = address(peer), ""; !f.Remote.IsValid() {
					f.RemoteName = peerName(peer)
				}
				ends = append(ends, f)
			}
		}
		for _, f := range ends {
			add(d, &d.tunnels, &tunnel{fact: f, iface: t.name, over: t.source, place: t.place})
		}
	}
	c.endMaps()
	for _, p := range c.profiles {
		if p.template {
			add(d, &d.tunnels, &tunnel{fact: fact.TunnelEnd{Type: "ipsec", Name: p.name, RemoteName: p.id, Calls: true}, place: p.place})
		}
	}
}

// endMaps makes the tunnels of crypto maps, EasyVPN and FlexVPN.
func (c *cisco) endMaps() {
	d := c.d
	ids := make(map[string]string, len(c.profiles)) // what other ends call themselves, by profile
	for _, p := range c.profiles {
		ids[p.name] = p.id
	}
	names := make([]string, 0, len(c.maps))
	for name := range c.maps {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		on := append(slices.Clone(c.mapOn[name]), "")[0]
		for _, p := range c.maps[name] {
			if p.connected {
				continue
			}
			peers := p.peers
			if p.calls {
				peers = []string{""}
			}
			for _, peer := range peers {
				f := fact.TunnelEnd{Type: "ipsec", Name: p.name, Remote: address(peer), Calls: p.calls}
				if !f.Remote.IsValid() {
					f.RemoteName = peerName(peer)
				}
				if p.calls {
					f.RemoteName = ids[c.callers[p.by]]
				}
				if on == "" {
					f.State = "down" // bound to no interface
				}
				add(d, &d.tunnels, &tunnel{fact: f, iface: on, place: p.place})
			}
		}
	}
}
