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

// hopKey names one of the hop limits of a host behind a station.
type hopKey struct {
	ip  addr
	mac fact.MAC
	vid uint16
	nth uint8
}

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
	if a.hopsOf[station] >= maxHopsOf {
		return
	}
	for nth := range uint8(maxHops) {
		id := idOf(a, hopKey{ip: packed(p.src), mac: h.Src, vid: h.VID, nth: nth})
		e := a.hopLimits.get(id)
		if e == nil {
			if len(a.hopsOf) < limitStations {
				a.hopsOf[station]++
			}
			a.hopLimits.noteAs("hop-limit", id, fact.HopLimit{IP: p.src, MAC: h.Src, VID: h.VID, Value: int(p.hops)}, a.at)
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
