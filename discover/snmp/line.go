package snmp

import (
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// lineTypes are the IANAifType values of lines to a provider, and what they are
// called.
func lineTypes() map[uint32]string {
	return map[uint32]string{
		20: "isdn", 21: "isdn", // basicISDN, primaryISDN
		23: "ppp", 63: "isdn", // ppp, isdn
		94: "dsl", 96: "dsl", 97: "dsl", // adsl, sdsl, vdsl
		238: "dsl", 251: "dsl", // adsl2plus, vdsl2
		243: "lte", 244: "lte", // wwanPP, wwanPP2
	}
}

// notLines are the beginnings of names of interfaces whose ifType says that they
// are lines and which are not, in small letters: ports that every Windows has for
// calls it may make, and what FreeBSD numbers in its own way.
func notLines() []string { return []string{"wan miniport", "ras async adapter", "enc0", "stf0"} }

// decodeLines emits the interfaces whose ifType says that they are lines to a
// provider, and that are up or down. PPP-MIBs (RFC 1471 to 1474) say no more, and
// hold secrets.
func decodeLines(w *walk, r *reporter) error {
	types := lineTypes()
	for row := range w.rows(ifTable()) {
		kind := types[row.get(ifType).uint()]
		if kind == "" || len(row.index) != 1 {
			continue
		}
		f := fact.Line{
			Agent: r.agent, Type: kind, IfIndex: row.index[0],
			Name: ifLabel(w, row.index[0]), State: linkState(w, row.index[0]),
		}
		name := strings.ToLower(f.Name)
		isNone := func(start string) bool { return strings.HasPrefix(name, start) }
		if f.State == "" || slices.ContainsFunc(notLines(), isNone) {
			continue
		}
		if kind == "ppp" && strings.Contains(name, "pppoe") {
			f.Type = "pppoe"
		}
		if err := r.emit("snmp/line", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}
