package resolve

import "kanmon/discover/fact"

// minAccuracy is the least accuracy, in percent, at which nmap's guess of an
// operating system is taken up.
const minAccuracy = 90

// HostStatus implements fact.Visitor.
func (c *collector) HostStatus(_ *fact.Observation, f fact.HostStatus) {
	if f.State != "up" {
		return
	}
	c.resolved(f.IP, f.MAC)
	c.mention(atIP(f.IP), true, true)
	for _, n := range f.HostNames {
		c.name(atIP(f.IP), nameScan, n)
	}
}

// Port implements fact.Visitor.
func (c *collector) Port(_ *fact.Observation, f fact.Port) {
	c.mention(atIP(f.IP), true, false)
	c.ports = append(c.ports, portRow{ip: plain(f.IP), obs: c.i, port: f})
	if r, ok := serviceRole(f); ok {
		c.weakRole(atIP(f.IP), r)
	}
}

// OSMatch implements fact.Visitor.
func (c *collector) OSMatch(_ *fact.Observation, f fact.OSMatch) {
	c.mention(atIP(f.IP), true, true)
	if f.Accuracy < minAccuracy {
		return
	}
	c.trait(atIP(f.IP), fieldOS, fromScan, f.Name)
	if r, ok := osRole(f); ok {
		c.weakRole(atIP(f.IP), r)
	}
}
