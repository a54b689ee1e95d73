package snmp

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
)

// PackOIDs packs identifiers, and returns them in the order of their packed
// form, then each unpacked again, then each as it comes back from BER.
func PackOIDs(t *testing.T, in []string) (sorted, back, fromBER []string) {
	t.Helper()
	var packed [][]byte
	for _, s := range in {
		p := mustOID(s).pack(nil)
		packed = append(packed, p)
		back = append(back, unpack(p).String())
		o, err := oidFromBER(mustOID(s).appendBER(nil))
		if err != nil {
			t.Error(err)
		}
		fromBER = append(fromBER, o.String())
	}
	slices.SortFunc(packed, bytes.Compare)
	for _, p := range packed {
		sorted = append(sorted, unpack(p).String())
	}
	return sorted, back, fromBER
}

// SortOIDs returns identifiers in their order.
func SortOIDs(t *testing.T, in []string) []string {
	t.Helper()
	var all []oid
	for _, s := range in {
		all = append(all, mustOID(s))
	}
	slices.Sort(all)
	out := make([]string, 0, len(all))
	for _, o := range all {
		out = append(out, o.String())
	}
	return out
}

// ParseMessage reads an answer, and returns how many variables it holds.
func ParseMessage(b []byte) (int, error) {
	m, err := parseMessage(b, nil)
	return len(m.vars), err
}

// OtherAddr returns what an address becomes.
func OtherAddr(a *Anonymiser, addr netip.Addr) netip.Addr { return a.names.addr(addr) }
