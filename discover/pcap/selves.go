package pcap

import "kanmon/discover/fact"

// says notes what a host tells of itself, as it will be shown. Nothing is noted
// where nothing is told.
func (a *analyzer) says(host fact.Endpoint, protocol, field, value string) {
	if value = fact.Clean(value); value == "" {
		return
	}
	a.selves.note("pcap/"+protocol, fact.SelfDescription{Host: host, Protocol: protocol, Field: field, Value: value}, a.at)
}
