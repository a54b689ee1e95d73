package discover

import (
	"fmt"

	"kanmon/discover/fact"
)

// Traffic is how much a run may send. Each level allows what the ones before it
// allow; the zero value allows nothing.
type Traffic uint8

// The levels of traffic.
const (
	TrafficNone   Traffic = iota // sends nothing and hears nothing: reads files
	TrafficListen                // sends nothing: captures
	TrafficQuery                 // asks infrastructure that the operator named, by SNMP
	TrafficProbe                 // connects to end devices that the operator named
)

// trafficNames are what the operator writes, in the order of the constants.
func trafficNames() []string { return []string{"none", "listen", "query", "probe"} }

// ParseTraffic reads what String writes.
func ParseTraffic(s string) (Traffic, error) {
	for i, name := range trafficNames() {
		if s == name {
			return Traffic(i), nil
		}
	}
	return TrafficNone, fmt.Errorf("traffic level %q is not known: use none, listen, query or probe", fact.Clean(s))
}

// String returns the name of t as the operator writes it.
func (t Traffic) String() string {
	if names := trafficNames(); int(t) < len(names) {
		return names[t]
	}
	return fmt.Sprintf("traffic level %d", uint8(t))
}

// MarshalText writes t as String does.
func (t Traffic) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (t *Traffic) UnmarshalText(b []byte) error {
	v, err := ParseTraffic(string(b))
	if err != nil {
		return err
	}
	*t = v
	return nil
}
