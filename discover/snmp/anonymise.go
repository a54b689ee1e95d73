package snmp

import (
	"context"
	_ "embed" // for the tables of the anonymiser
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover"
	"kanmon/discover/fact"
)

//go:embed anonymise.tsv
var anonymiseText string

//go:embed anonymise_words.txt
var anonymiseWords string

// minKey is the least length of the key of an Anonymiser, in octets.
const minKey = 16

// Anonymiser takes out of recorded walks what tells whose they are, so that a
// case can be shown to others: addresses, names, serial numbers, and all text
// but what makers write. Equal values become equal ones, in all walks that are
// made anonymous with the same key: a map of them has the same shape.
//
// Of a walk only what kanmon reads is kept. What it reads but does not know how
// to make anonymous is left out.
type Anonymiser struct {
	names  *pseudonyms
	tables []anonymousTable
}

// anonymousTable says what a table holds.
type anonymousTable struct {
	entry   oid
	index   []string
	columns map[uint32]string
}

// NewAnonymiser returns an Anonymiser. Whoever has the key can find out what was
// replaced: it is as secret as the walks are.
func NewAnonymiser(key []byte) (*Anonymiser, error) {
	if len(key) < minKey {
		return nil, fmt.Errorf("the key has %d octets, want %d or more", len(key), minKey)
	}
	a := &Anonymiser{names: newPseudonyms(key, anonymiseWords)}
	for i, line := range strings.Split(anonymiseText, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line+"\t", "\t")
		t := anonymousTable{entry: mustOID(f[0]), index: strings.Fields(f[1]), columns: make(map[uint32]string)}
		for column := range strings.FieldsSeq(f[2]) {
			n, what, _ := strings.Cut(column, ":")
			number, err := strconv.ParseUint(n, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("anonymise.tsv, line %d: %w", i+1, err)
			}
			t.columns[uint32(number)] = what
		}
		a.tables = append(a.tables, t)
	}
	a.addMakers()
	return a, nil
}

// addMakers says what the tables of makers hold.
func (a *Anonymiser) addMakers() {
	for _, m := range makers() {
		for class, objects := range map[string][]string{"serial": {m.serial}, "descr": {m.model, m.software, m.hardware}} {
			for _, s := range objects {
				if s == "" {
					continue
				}
				o := parseObject(s)
				i := slices.IndexFunc(a.tables, func(t anonymousTable) bool { return t.entry == mustOID(o.entry) })
				if i < 0 {
					i = len(a.tables)
					a.tables = append(a.tables, anonymousTable{entry: mustOID(o.entry), index: []string{"rest"}, columns: make(map[uint32]string)})
				}
				if a.tables[i].columns[o.column] != "serial" { // one that is both is hidden
					a.tables[i].columns[o.column] = class
				}
			}
		}
	}
}

// Learn reads the names in a walk, so that they are found in the texts of all
// walks. Each walk is to be learned before the first is rewritten.
func (a *Anonymiser) Learn(ctx context.Context, r io.Reader) error {
	w, _, err := a.read(ctx, r)
	if err != nil {
		return err
	}
	for _, at := range []struct {
		entry  string
		column uint32
	}{
		{systemTable().entry, 5},
		{lldpLocalTable().entry, lldpLocSysName},
		{lldpRemTable().entry, lldpRemSysName},
		{cdpCacheTable().entry, cdpCacheDeviceID},
		{cdpCacheTable().entry, cdpCacheSysName},
		{lldpV2LocalTable().entry, lldpLocSysName},
		{lldpV2RemTable().entry, lldpRemSysName + lldpV2Shift},
		{fdpCacheTable().entry, fdpCacheDeviceID},
		{edpTable().entry, edpNeighborName},
		{cdpGlobalTable().entry, cdpGlobalDeviceID},
	} {
		c := w.column(at.entry, at.column)
		for i := range c.len() {
			v, _ := c.cell(i).value()
			a.names.know(v.text())
		}
	}
	for _, t := range a.tables {
		for n, what := range t.columns {
			if what != "serial" {
				continue
			}
			c := w.column(t.entry.String(), n)
			for i := range c.len() {
				v, _ := c.cell(i).value()
				a.names.knowSerial(v.text())
			}
		}
	}
	return nil
}

// Rewrite reads a walk, of either form, and writes it without what identifies
// anybody, as .snmprec. It returns how many variables it wrote, and of which
// tables it left rows out.
func (a *Anonymiser) Rewrite(ctx context.Context, r io.Reader, to io.Writer) (written int, left []string, err error) {
	w, missing, err := a.read(ctx, r)
	if err != nil {
		return 0, nil, err
	}
	out := newRecording(nopCloser{to})
	for _, g := range groups() {
		for _, t := range g.tables {
			n, whole := a.table(w, t, out)
			written += n
			if !whole {
				left = append(left, t.name)
			}
		}
	}
	if missing != nil { // its words may name anything
		missing = errors.New("as it was recorded")
	}
	slices.Sort(left)
	return written, slices.Compact(left), out.close(missing)
}

// FileName returns what a file is to be called in place of name, which may be that
// of a device.
func (a *Anonymiser) FileName(name string) string { return a.names.word("file "+name) + ".snmprec" }

type nopCloser struct{ io.Writer }

// Close implements io.Closer.
func (nopCloser) Close() error { return nil }

// nothing is a Sink that takes nothing.
type nothing struct{}

// Emit implements discover.Sink.
func (nothing) Emit(fact.Observation) error { return nil }

// Skip implements discover.Sink.
func (nothing) Skip(string, error) {}

// read reads a walk. Its second result says what the walk lacks.
func (a *Anonymiser) read(ctx context.Context, r io.Reader) (w *walk, missing, err error) {
	head := make([]byte, discover.HeadLen)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	head = head[:n]
	w = newWalk()
	var p lineParser
	switch {
	case recFormat{}.Match(head):
		p = &recParser{w: w, skip: nothing{}.Skip}
	case textFormat{}.Match(head):
		p = &textParser{w: w, skip: nothing{}.Skip}
	default:
		return nil, nil, errors.New("it is no walk: want .snmprec, or what snmpbulkwalk -On prints")
	}
	missing = readLines(ctx, io.MultiReader(strings.NewReader(string(head)), r), nothing{}, w, p)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	w.seal(func(uint64) {})
	return w, missing, nil
}

// table writes a table. It reports whether it wrote all of it.
func (a *Anonymiser) table(w *walk, t table, out *recording) (written int, whole bool) {
	known := anonymousTable{index: []string{"n"}}
	if i := slices.IndexFunc(a.tables, func(x anonymousTable) bool { return x.entry == mustOID(t.entry) }); i >= 0 {
		known = a.tables[i]
	}
	whole = true
	for _, root := range t.roots() {
		c, what := w.column(t.entry, root.last()), known.columns[root.last()]
		if isOwners(w, t.name, root.last()) {
			what = ""
		}
		for i := range c.len() {
			cell := c.cell(i)
			index, ok := a.index(known.index, oid(cell.index).arcs())
			v, _ := cell.value()
			if ok {
				v, ok = a.value(what, v)
			}
			if !ok {
				whole = false
				continue
			}
			o := root
			for _, n := range index {
				o = o.child(n)
			}
			out.write(o, v)
			written++
		}
	}
	return written, whole
}

// isOwners reports whether a text that makers write on other devices is one of the
// owner's on this: FortiOS lets him describe the system, and what is a model on a
// printer is a queue on hosts that print.
func isOwners(w *walk, table string, column uint32) bool {
	switch {
	case table == systemTable().name && column == 1:
		return w.maker() == fortinet
	case table == deviceTable().name:
		return !slices.Contains(printers(), w.maker()) && w.held(printerTable()) == 0
	}
	return false
}

// value returns what stands for v in a column of what.
func (a *Anonymiser) value(what string, v value) (value, bool) {
	switch {
	case v.tag == tagIPAddress:
		if addr, ok := v.addr(); ok && what != "keep" {
			return octets(v.tag, string(a.names.addr(addr).AsSlice())), true
		}
		return v, what == "keep"
	case v.tag == tagOID:
		return a.pointer(v)
	case v.isNumber() && what == "serial":
		return a.serialNumber(v), true
	case v.isNumber() || what == "keep":
		return v, true
	}
	s := v.s
	m, isMAC := fact.MACFrom([]byte(s))
	switch {
	case s == "":
		return v, true
	case isMAC && (what == "mac" || !isPrintable(strings.TrimRight(s, "\x00"))):
		m = a.names.mac(m)
		return octets(v.tag, string(m[:])), true
	case what == "engine":
		return octets(v.tag, a.engine(s)), true
	case what == "addr":
		addr, ok := v.addr()
		return octets(v.tag, string(a.names.addr(addr).AsSlice())), ok
	case len(s) == 5 && s[0] == 1: // LLDP's network address
		addr := a.names.addr(netip.AddrFrom4([4]byte([]byte(s[1:]))))
		return octets(v.tag, "\x01"+string(addr.AsSlice())), true
	}
	text := strings.TrimRight(s, "\x00")
	if !isPrintable(text) { // a text in another coding, or a set of something
		return octets(v.tag, a.names.word(s)), true
	}
	if m, ok := textMAC(text); ok {
		return octets(v.tag, a.names.mac(m).String()), true
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		return octets(v.tag, a.names.addr(addr).String()), true
	}
	switch what {
	case "descr":
		return octets(v.tag, a.names.scrub(text)), true
	case "system":
		return octets(v.tag, a.names.system(text)), true
	case "serial":
		return octets(v.tag, a.names.serial(text)), true
	}
	return octets(v.tag, a.names.text(text)), true
}

// serialNumber returns another number for a serial number that is one.
func (a *Anonymiser) serialNumber(v value) value {
	n, err := strconv.ParseUint(a.names.number(strconv.FormatInt(v.num, 10)), 10, 32)
	if err != nil || v.num < 0 {
		n = 0
	}
	if v.num == 0 {
		return v
	}
	return number(v.tag, int64(n))
}

// engine returns another snmpEngineID of the same maker and form (RFC 3411, 5).
func (a *Anonymiser) engine(s string) string {
	const head = 5
	if len(s) <= head || s[0]&0x80 == 0 {
		return string(a.names.bits("engine", []byte(s))[:min(len(s), 32)])
	}
	rest := s[head:]
	switch {
	case s[4] == 3 && len(rest) == 6:
		m := a.names.mac(fact.MAC([]byte(rest)))
		rest = string(m[:])
	case s[4] == 1 && len(rest) == 4:
		rest = string(a.names.addr(netip.AddrFrom4([4]byte([]byte(rest)))).AsSlice())
	default:
		rest = string(a.names.bits("engine", []byte(rest))[:min(len(rest), 27)])
	}
	return s[:head] + rest
}

// pointer rewrites an identifier: one that names a product stays, a row's address
// in the index of a table is replaced, and others are left out.
func (a *Anonymiser) pointer(v value) (value, bool) {
	o := v.oid()
	prefixes := mustOID(ipAddressPrefixOrigin)
	switch {
	case strings.HasPrefix(string(o), string(prefixes)): // ifIndex, type, length, address, length of the prefix
		index, ok := a.index([]string{"n", "linet", "n"}, o[len(prefixes):].arcs())
		if !ok {
			return v, false
		}
		for _, n := range index {
			prefixes = prefixes.child(n)
		}
		return octets(tagOID, string(prefixes)), true
	case o.len() <= 2, strings.HasPrefix(string(o), string(mustOID(enterprises))) && o.len() <= 20:
		return v, true
	}
	return v, false
}
