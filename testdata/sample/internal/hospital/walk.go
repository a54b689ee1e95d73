package hospital

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// kind is the type of a value of a walk, as snmprec writes it: the ASN.1 tag.
type kind int

const (
	kInteger kind = 2
	kString  kind = 4
	kOID     kind = 6
	kIP      kind = 64
	kCounter kind = 65
	kGauge   kind = 66
	kTicks   kind = 67
)

type value struct {
	kind kind
	text string // octets of strings, decimal numbers, dotted identifiers and addresses
	hex  bool   // string to be written in hexadecimal
}

// walk is what one agent answered.
type walk struct{ rows map[string]value }

func newWalk() *walk { return &walk{map[string]value{}} }

func (w *walk) put(oid string, v value) {
	if _, ok := w.rows[oid]; ok {
		panic("twice in a walk: " + oid)
	}
	w.rows[oid] = v
}

func (w *walk) num(oid string, n int)   { w.put(oid, value{kind: kInteger, text: strconv.Itoa(n)}) }
func (w *walk) gauge(oid string, n int) { w.put(oid, value{kind: kGauge, text: strconv.Itoa(n)}) }
func (w *walk) str(oid, s string)       { w.put(oid, value{kind: kString, text: s}) }
func (w *walk) bin(oid string, b []byte) {
	w.put(oid, value{kind: kString, text: string(b), hex: true})
}
func (w *walk) oid(oid, v string) { w.put(oid, value{kind: kOID, text: v}) }
func (w *walk) ip(oid string, a netip.Addr) {
	w.put(oid, value{kind: kIP, text: a.String()})
}

func (w *walk) mac(oid string, m fact.MAC) { w.bin(oid, m[:]) }

// oids returns the identifiers in the order in which an agent gives them.
func (w *walk) oids() []string {
	type key struct {
		oid  string
		arcs []uint64
	}
	keys := make([]key, 0, len(w.rows))
	for o := range w.rows {
		k := key{oid: o}
		for _, a := range strings.Split(o, ".") {
			n, err := strconv.ParseUint(a, 10, 32)
			if err != nil {
				panic(err)
			}
			k.arcs = append(k.arcs, n)
		}
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return slices.Compare(a.arcs, b.arcs) })
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.oid
	}
	return out
}

// snmprec writes w as snmpsim records do: identifier, tag, value.
func (w *walk) snmprec() []byte {
	var b []byte
	for _, o := range w.oids() {
		v := w.rows[o]
		if v.hex {
			b = fmt.Appendf(b, "%s|%dx|%s\n", o, v.kind, hex.EncodeToString([]byte(v.text)))
			continue
		}
		b = fmt.Appendf(b, "%s|%d|%s\n", o, v.kind, v.text)
	}
	return b
}

// snmpwalk writes w as "snmpbulkwalk -On" of net-snmp prints it where no MIB
// file is at hand.
func (w *walk) snmpwalk() []byte {
	var b []byte
	for _, o := range w.oids() {
		b = fmt.Appendf(b, ".%s = %s\n", o, w.rows[o].netsnmp())
	}
	return b
}

func (v value) netsnmp() string {
	switch v.kind {
	case kInteger:
		return "INTEGER: " + v.text
	case kOID:
		return "OID: ." + v.text
	case kIP:
		return "IpAddress: " + v.text
	case kCounter:
		return "Counter32: " + v.text
	case kGauge:
		return "Gauge32: " + v.text
	case kTicks:
		n, err := strconv.Atoi(v.text)
		if err != nil {
			panic(err)
		}
		return fmt.Sprintf("Timeticks: (%d) %d days, %d:%02d:%02d.%02d", n, n/8640000, n/360000%24, n/6000%60, n/100%60, n%100)
	default:
	}
	if v.hex {
		return "Hex-STRING: " + fmt.Sprintf("% X ", v.text)
	}
	if v.text == "" {
		return `""`
	}
	return `STRING: "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v.text) + `"`
}
