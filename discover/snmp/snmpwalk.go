package snmp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// textFormat reads what net-snmp's snmpwalk and snmpbulkwalk print with -On:
// ".1.3.6.1… = TYPE: value". Strings may go over several lines.
type textFormat struct{}

// Name implements discover.Format.
func (textFormat) Name() string { return "snmpwalk" }

// Match implements discover.Format. The first line must be a variable with a
// type; the next may already be the rest of its string. Walks with names in
// place of numbers match too, so that Read can say what is wrong with them.
func (textFormat) Match(head []byte) bool {
	lines := firstLines(head, 1)
	return len(lines) == 1 && (isVariable(lines[0]) || isNamedVariable(lines[0]))
}

// Read implements discover.Format.
func (textFormat) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	w := newWalk()
	n, err := read(ctx, in, to, w, &textParser{w: w, skip: to.Skip})
	return discover.Summary{Format: "snmpwalk", Records: n}, err
}

func isVariable(line string) bool {
	o, rest, ok := cutVariable(line)
	if !ok || !isWalkOID(o) {
		return false
	}
	if strings.HasPrefix(rest, `"`) || isAbsent(rest) {
		return true
	}
	if typ, _, ok := cutType(rest); ok {
		return typ != ""
	}
	_, err := parseNumber(rest)
	return err == nil
}

// isNamedVariable reports whether line is a variable as net-snmp prints it
// without -On: "SNMPv2-MIB::sysDescr.0 = STRING: …".
func isNamedVariable(line string) bool {
	name, rest, ok := strings.Cut(line, " = ")
	mib, object, named := strings.Cut(name, "::")
	if !ok || !named || mib == "" || object == "" || strings.ContainsAny(name, " \t\"<>{}") {
		return false
	}
	_, _, ok = cutType(rest)
	return ok
}

// cutVariable splits ".1.3.6.1 = rest". What stands before the sign must look
// like a numeric OID.
func cutVariable(line string) (o, rest string, ok bool) {
	if !strings.HasPrefix(line, ".") && !strings.HasPrefix(line, "iso.") && !strings.HasPrefix(line, "1.") {
		return "", "", false
	}
	o, rest, ok = strings.Cut(line, "=")
	o = strings.TrimRight(o, " ")
	if !ok || len(o) < 3 || strings.Trim(strings.TrimPrefix(o, "iso"), ".0123456789") != "" {
		return "", "", false
	}
	return o, strings.TrimLeft(rest, " "), true
}

// typeTag returns the tag of the word that net-snmp has for a type.
func typeTag(word string) (tag byte, known bool) {
	switch word {
	case "INTEGER", "Integer32":
		return tagInteger, true
	case "STRING", "Hex-STRING", "BITS", "NsapAddress":
		return tagOctets, true
	case "OID":
		return tagOID, true
	case "IpAddress", "Network Address":
		return tagIPAddress, true
	case "Counter32":
		return tagCounter32, true
	case "Gauge32", "Unsigned32", "UInteger32":
		return tagGauge32, true
	case "Timeticks":
		return tagTimeTicks, true
	case "Opaque":
		return tagOpaque, true
	case "Counter64":
		return tagCounter64, true
	}
	return 0, false
}

// cutType splits "TYPE: value". Some tools write two colons.
func cutType(rest string) (typ, val string, ok bool) {
	if after, wrong := strings.CutPrefix(rest, "Wrong Type (should be "); wrong {
		_, rest, _ = strings.Cut(after, "): ")
	}
	typ, val, ok = strings.Cut(rest, ":")
	if _, known := typeTag(typ); !ok || !known {
		return "", "", false
	}
	return typ, strings.TrimLeft(val, ": "), true
}

// isAbsent reports whether net-snmp says in place of a value that there is none.
func isAbsent(rest string) bool {
	for _, s := range []string{"No Such Object", "No Such Instance", "No more variables", "NULL"} {
		if strings.HasPrefix(rest, s) {
			return true
		}
	}
	return false
}

// What a value may go on with on the next line.
const (
	complete = iota
	inQuotes // anything, up to the closing quote
	inHex    // more octets
	inText   // anything that is not a variable: net-snmp had a display hint and left out the quotes
)

type textParser struct {
	w       *walk
	skip    func(place string, reason error)
	n       uint64
	named   bool   // the walk has names in place of numbers
	stopped string // what net-snmp said when it gave up

	// The variable that is being read.
	oid   oid
	first uint64 // its line
	typ   string
	val   []byte
	size  int // of the value, kept or not
	state int
	keep  bool // a decoder wants it
}

func (p *textParser) records() uint64 { return p.n }

var (
	errNotVariable = errors.New("neither a variable (OID = TYPE: value) nor the rest of one")
	errNoType      = errors.New("value has no type that net-snmp prints")
	errUnclosed    = fmt.Errorf("string is not closed within %d octets", maxValue)
)

func (p *textParser) line(n uint64, text []byte) {
	if p.named {
		return
	}
	line := string(text)
	if p.state == inQuotes {
		p.more("\n" + line)
		if isClosed(line) {
			p.finish()
		}
		return
	}
	if o, rest, ok := cutVariable(line); ok {
		p.finish()
		p.n++
		id, err := parseOID(o)
		if err != nil {
			p.skip(place(n), err)
			return
		}
		p.start(n, id, rest)
		return
	}
	trimmed := strings.TrimSpace(line)
	switch {
	case isFailure(trimmed):
		p.finish()
		p.stopped = trimmed
	case p.state == inHex && isHexOctets(trimmed):
		p.more(" " + line)
	case p.state == inText:
		p.more("\n" + line)
	case trimmed == "" || trimmed[0] == '#':
	case isNamedVariable(line) && p.n == 0:
		p.named = true
	default:
		p.skip(place(n), errNotVariable)
	}
}

// isFailure reports whether net-snmp says that it gave up.
func isFailure(line string) bool {
	return strings.HasPrefix(line, "Timeout: No Response from") || strings.HasPrefix(line, "Error: OID not increasing") ||
		strings.HasPrefix(line, "Error in packet")
}

// start begins a variable.
func (p *textParser) start(n uint64, o oid, rest string) {
	if isAbsent(rest) {
		return
	}
	_, _, p.keep = p.w.find(o)
	p.oid, p.first, p.val, p.size = o, n, p.val[:0], 0
	typ, val, ok := cutType(rest)
	switch {
	case strings.HasPrefix(rest, `"`):
		typ, val = "STRING", rest
	case !ok:
		if _, err := parseNumber(rest); err != nil && rest != "" {
			p.skip(place(n), errNoType)
			return
		}
		typ, val = "INTEGER", rest
		if rest == "" {
			typ = "STRING"
		}
	}
	p.typ = typ
	p.state = inText
	switch {
	case typ == "Hex-STRING" || typ == "BITS":
		p.state = inHex
	case typ == "STRING" && strings.HasPrefix(val, `"`) && !isClosed(val[1:]):
		p.state = inQuotes
	case typ != "STRING" || strings.HasPrefix(val, `"`):
		p.state = complete
	}
	p.more(val)
	if p.state == complete {
		p.finish()
	}
}

// more adds to the value. A string that does not end is dropped, and the next
// line is read as a variable again, so that a walk whose quotes were damaged is
// not swallowed whole.
func (p *textParser) more(s string) {
	if p.size += len(s); p.size > maxValue {
		p.skip(place(p.first), errUnclosed)
		p.state, p.oid = complete, ""
		return
	}
	if p.keep {
		p.val = append(p.val, s...)
	}
}

// isClosed reports whether a quoted string ends with this line: in a quote that
// is not escaped.
func isClosed(line string) bool {
	body, ok := strings.CutSuffix(strings.TrimRight(line, " "), `"`)
	if !ok {
		return false
	}
	return (len(body)-len(strings.TrimRight(body, `\`)))%2 == 0
}

// finish keeps the variable that was being read.
func (p *textParser) finish() {
	if p.oid != "" && p.keep {
		v, err := parseTextValue(p.typ, string(p.val))
		if err != nil {
			p.skip(place(p.first), err)
		} else if v.ok() {
			p.w.add(p.oid, v, p.first)
		}
	}
	p.state, p.oid = complete, ""
}

func (p *textParser) end() error {
	if p.state == inQuotes {
		p.skip(place(p.first), errUnclosed)
		p.oid = ""
	}
	p.finish()
	switch {
	case p.named:
		return errors.New("the walk has names in place of numbers: record it with snmpbulkwalk -One")
	case p.stopped != "":
		return fmt.Errorf("the walk was not finished when it was recorded: %s", fact.Clean(p.stopped))
	}
	return nil
}

// parseTextValue reads the value of a variable.
func parseTextValue(typ, val string) (value, error) {
	tag, _ := typeTag(typ)
	switch typ {
	case "STRING":
		return octets(tagOctets, unquote(val)), nil
	case "Hex-STRING", "BITS":
		return parseHex(val)
	case "Opaque", "NsapAddress":
		return value{}, nil
	case "OID":
		o, err := parseOID(strings.TrimSpace(val))
		return octets(tagOID, string(o)), err
	case "IpAddress":
		return parseIPAddress(val)
	case "Network Address":
		b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(val), ":", ""))
		if err != nil || len(b) != 4 {
			return value{}, errAddress
		}
		return octets(tagIPAddress, string(b)), nil
	}
	n, err := parseTextNumber(val)
	return number(tag, n), err
}

// parseTextNumber reads "6", "up(1)", "(8074) 0:01:20.74" and "100 bytes".
func parseTextNumber(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if open := strings.IndexByte(s, '('); open >= 0 {
		inner, _, ok := strings.Cut(s[open+1:], ")")
		if !ok {
			return 0, errNumber
		}
		return parseNumber(inner)
	}
	s, _, _ = strings.Cut(s, " ")
	return parseNumber(s)
}

// parseHex reads octets; after those of BITS, net-snmp may print their names.
func parseHex(s string) (value, error) {
	var b []byte
	for _, f := range strings.Fields(s) {
		o, err := hex.DecodeString(f)
		if err != nil || len(o) != 1 {
			if len(b) > 0 && strings.HasSuffix(f, ")") {
				break
			}
			return value{}, errHex
		}
		b = append(b, o...)
	}
	return octets(tagOctets, string(b)), nil
}

// isHexOctets reports whether line is octets of two digits with blanks between.
func isHexOctets(line string) bool {
	if line == "" {
		return false
	}
	for _, f := range strings.Fields(line) {
		if len(f) != 2 || !isHexDigit(f[0]) || !isHexDigit(f[1]) {
			return false
		}
	}
	return true
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// unquote takes a string out of its quotes and its escapes.
func unquote(s string) string {
	inner, ok := strings.CutPrefix(s, `"`)
	if !ok {
		return s
	}
	inner, _ = strings.CutSuffix(strings.TrimRight(inner, " "), `"`)
	if !strings.Contains(inner, `\`) {
		return inner
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) && (inner[i+1] == '"' || inner[i+1] == '\\') {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}
