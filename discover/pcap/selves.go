package pcap

import "kanmon/discover/fact"

// says notes what a host tells of itself, as it will be shown. Nothing is noted
// where nothing is told.
func (a *analyzer) says(host fact.Endpoint, protocol, field, value string) {
	a.saysIn(a.selves, host, protocol, field, value)
}

// saysIn is says with a table of its own for what the whole outside world tells,
// so that it does not displace what the hosts here do.
func (a *analyzer) saysIn(t *table, host fact.Endpoint, protocol, field, value string) {
	if value = fact.Clean(value); value == "" {
		return
	}
	t.note("pcap/"+protocol, fact.SelfDescription{Host: host, Protocol: protocol, Field: field, Value: value}, a.at)
}
