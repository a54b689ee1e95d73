package snmp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// recFormat reads .snmprec files of snmpsim: "OID|tag|value" on each line.
type recFormat struct{}

// Name implements discover.Format.
func (recFormat) Name() string { return "snmprec" }

// Match implements discover.Format. The first lines must all be records.
func (recFormat) Match(head []byte) bool {
	lines := firstLines(head, 3)
	for _, line := range lines {
		o, tag, _, ok := cutRecord(line)
		if !ok || !isWalkOID(o) || !isTag(tag) {
			return false
		}
	}
	return len(lines) > 0
}

// Read implements discover.Format.
func (recFormat) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	w := newWalk()
	n, err := read(ctx, in, to, w, &recParser{w: w, skip: to.Skip})
	return discover.Summary{Format: "snmprec", Records: n}, err
}

// cutRecord splits a line; the value may hold anything.
func cutRecord(line string) (o, tag, val string, ok bool) {
	o, rest, ok1 := strings.Cut(line, "|")
	tag, val, ok2 := strings.Cut(rest, "|")
	return o, tag, val, ok1 && ok2
}

// isWalkOID reports whether s is an OID as agents have them: below 1.0.8802,
// 1.2, 1.3 and with five sub-identifiers at least, which an IP address has not.
func isWalkOID(s string) bool {
	o, err := parseOID(s)
	return err == nil && o.len() >= 5 && o.arcs()[0] == 1 && o.arcs()[1] <= 3
}

// isTag reports whether s is a tag of snmpsim: a number, perhaps with a letter
// for the coding of the value, perhaps with the name of a variation module.
func isTag(s string) bool {
	num, _, _ := strings.Cut(s, ":")
	num = strings.TrimRight(num, "xe")
	_, err := strconv.ParseUint(num, 10, 8)
	return err == nil && len(s) < 64
}

type recParser struct {
	w    *walk
	skip func(place string, reason error)
	n    uint64

	missing []string // what kanmon, who recorded it, says that it lacks
}

// maxMissing is how much of what a walk lacks is told.
const maxMissing = 16

func (p *recParser) records() uint64 { return p.n }

func (p *recParser) end() error {
	if len(p.missing) == 0 {
		return nil
	}
	return fmt.Errorf("the walk was not whole when it was recorded: %s", strings.Join(p.missing, "; "))
}

var (
	errNotRecord = errors.New("not a record OID|tag|value")
	errVariation = errors.New("value is made by a variation module of snmpsim, not recorded")
	errTag       = errors.New("tag of the value is not known")
	errNumber    = errors.New("value is not a number")
	errHex       = errors.New("value is not hexadecimal")
	errAddress   = errors.New("value is not an IP address")
)

func (p *recParser) line(n uint64, text []byte) {
	if why, ok := strings.CutPrefix(string(text), incompletePrefix); ok && len(p.missing) < maxMissing {
		p.missing = append(p.missing, fact.Clean(why))
	}
	if len(text) == 0 || text[0] == '#' {
		return
	}
	p.n++
	o, tag, val, ok := cutRecord(string(text))
	if !ok {
		p.skip(place(n), errNotRecord)
		return
	}
	id, err := parseOID(o)
	if err != nil {
		p.skip(place(n), err)
		return
	}
	v, err := parseRecordValue(tag, val)
	if err != nil {
		p.skip(place(n), err)
		return
	}
	if v.ok() {
		p.w.add(id, v, n)
	}
}

// parseRecordValue reads a value; the zero value for tags that carry none.
func parseRecordValue(tag, val string) (value, error) {
	if strings.Contains(tag, ":") {
		return value{}, errVariation
	}
	num, isHex := strings.CutSuffix(tag, "x")
	t, err := strconv.ParseUint(num, 10, 8)
	if err != nil {
		return value{}, errTag
	}
	if isHex {
		b, err := hex.DecodeString(val)
		if err != nil {
			return value{}, errHex
		}
		val = string(b)
	}
	switch t {
	case tagInteger, tagCounter32, tagGauge32, tagTimeTicks, tagCounter64:
		n, err := parseNumber(strings.TrimSpace(val))
		return number(byte(t), n), err
	case tagOctets, tagOpaque:
		return octets(byte(t), val), nil
	case tagOID:
		o, err := parseOID(strings.TrimSpace(val))
		return octets(tagOID, string(o)), err
	case tagIPAddress:
		if isHex && (len(val) == 4 || len(val) == 16) {
			return octets(tagIPAddress, val), nil
		}
		return parseIPAddress(val)
	case tagNull, 128, 129, 130: // noSuchObject, noSuchInstance, endOfMibView (RFC 3416)
		return value{}, nil
	}
	return value{}, errTag
}

// parseNumber reads a decimal number. Counter64 beyond 63 bits lose their last
// bit; no decoder uses a counter.
func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return n, nil
	}
	if err != nil {
		return 0, errNumber
	}
	return n, nil
}

func parseIPAddress(s string) (value, error) {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil {
		return value{}, fmt.Errorf("%w", errAddress)
	}
	return octets(tagIPAddress, string(a.AsSlice())), nil
}
