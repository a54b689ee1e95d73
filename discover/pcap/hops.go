package pcap

import (
	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// maxHops is how many times to live are kept of each host and station: a host
// sends with one or two, and traceroute with as many as it likes.
const maxHops = 4

// maxHopsOf is how many are kept of each station: a gateway sends for thousands
// of hosts, and some of them show what there is to be seen.
const maxHopsOf = 128

// arrived learns from the first packet of a side of a conversation with which
// time to live or hop limit it arrived. Of hosts elsewhere in the world that
// says nothing about this network: one counts that has a private address, or
// whose packets no router has counted down.
func (a *analyzer) arrived(h *hop, p *packet) {
	switch p.proto {
	case frame.ProtoTCP, frame.ProtoUDP, frame.ProtoICMP, frame.ProtoICMPv6: // routers send little else than ICMP
	default:
		return
	}
	if !isStation(h.Src) || p.src.IsLinkLocalUnicast() || !p.src.IsPrivate() && !fresh(p.hops) {
		return
	}
	station := stationKey(h.Src, h.VID)
	host := a.hostHash(packed(p.src))
	for nth := range uint64(maxHops) {
		id := a.secret.of(host+nth, station)
		e := a.hopLimits.get(id)
		if e == nil {
			if a.hopsOf[station] >= maxHopsOf {
				return
			}
			if len(a.hopsOf) < limitStations {
				a.hopsOf[station]++
			}
			noteAs(a.hopLimits, "hop-limit", id, fact.HopLimit{IP: p.src, MAC: h.Src, VID: h.VID, Value: int(p.hops)}, a.at)
			return
		}
		if f, ok := e.fact.(fact.HopLimit); ok && f.Value == int(p.hops) {
			e.see(a.at)
			return
		}
	}
}

// fresh reports whether hosts start with a time to live.
func fresh(hops uint8) bool { return hops == 64 || hops == 128 || hops == 255 }
