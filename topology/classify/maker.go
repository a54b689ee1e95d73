package classify

import (
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// enterprise returns the IANA enterprise number in a sysObjectID (RFC 3418), 0
// where there is none.
func enterprise(oid string) uint32 {
	rest, ok := strings.CutPrefix(oid, "1.3.6.1.4.1.")
	if !ok {
		return 0
	}
	first, _, _ := strings.Cut(rest, ".")
	n, err := strconv.ParseUint(first, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// makers finds cellular routers by who made them: a maker that makes nothing
// else is a sign, and for the address block alone the device must also act as a
// gateway.
func (c *classifier) makers() {
	for _, s := range c.seen.systems {
		sig := c.sig.Enterprise(enterprise(s.f.SysObjectID))
		if sig == nil {
			continue
		}
		for _, d := range c.devicesOf(s.o, s.f.Agent) {
			c.ledger.add(claim{
				key: key{category: sig.Category, device: d}, rules: []rule{cellularByEnterprise},
				sig: sig, transport: sig.Transport,
			}, s.o)
		}
	}
	signs := c.gatewaySigns()
	for _, d := range c.net.Devices() {
		sig := c.sig.Maker(d.Vendor)
		if sig == nil || len(signs[d.ID]) == 0 {
			continue
		}
		obs := signs[d.ID]
		for _, s := range c.seen.stations { // who made it is read from its MAC
			if id, ok := c.net.DeviceByMAC(s.f); ok && id == d.ID {
				obs = append(obs, s.o)
			}
		}
		c.ledger.add(claim{
			key: key{category: sig.Category, device: d.ID}, rules: []rule{cellularByMaker}, sig: sig, transport: sig.Transport,
		}, obs...)
	}
}

// gatewaySigns returns, for each device that behaves as a gateway, what shows
// it: it gives out addresses, is named as a router to those who ask, offers
// itself as an internet gateway, or carries frames that are not its own.
func (c *classifier) gatewaySigns() map[topology.DeviceID][]*fact.Observation {
	out := make(map[topology.DeviceID][]*fact.Observation)
	add := func(d topology.DeviceID, ok bool, o *fact.Observation) {
		if have := out[d]; ok && len(have) < maxPerUse && (len(have) == 0 || have[len(have)-1] != o) {
			out[d] = append(have, o)
		}
	}
	for _, s := range c.seen.services {
		if isInternetGateway(s.f.Service) {
			d, ok := c.announcing(s.f)
			add(d, ok, s.o)
		}
	}
	for _, s := range c.seen.servers {
		d, ok := c.net.DeviceByMAC(s.f.MAC)
		if !ok && s.f.IP.IsValid() {
			d, ok = c.net.DeviceByIP(s.f.IP)
		}
		add(d, ok, s.o)
		for _, r := range s.f.Routers {
			d, ok := c.net.DeviceByIP(r)
			add(d, ok, s.o)
		}
	}
	for _, f := range c.seen.flows {
		for _, e := range []fact.Endpoint{f.f.Client, f.f.Server} {
			d, ok := c.carrierOf(e)
			add(d, ok && c.net.IsGatewayMAC(e.MAC), f.o)
		}
	}
	return out
}
