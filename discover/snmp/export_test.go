package snmp

import (
	"net/netip"
	"slices"
	"testing"
)

// OIDs returns identifiers in their order, and as they come back from BER.
func OIDs(t *testing.T, in []string) (sorted, fromBER []string) {
	t.Helper()
	var all []oid
	for _, s := range in {
		o := mustOID(s)
		all = append(all, o)
		back, err := appendFromBER(nil, string(o.appendBER(nil)))
		if err != nil {
			t.Error(err)
		}
		fromBER = append(fromBER, oid(back).String())
	}
	slices.Sort(all)
	for _, o := range all {
		sorted = append(sorted, o.String())
	}
	return sorted, fromBER
}

// ParseMessage reads an answer, and returns how many variables it holds.
func ParseMessage(b []byte) (int, error) {
	m, err := new(decoder).message(b)
	return len(m.vars), err
}

// OtherAddr returns what an address becomes.
func OtherAddr(a *Anonymiser, addr netip.Addr) netip.Addr { return a.names.addr(addr) }
