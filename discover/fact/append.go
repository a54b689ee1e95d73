package fact

import (
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strconv"
	"time"
)

// appendJSON appends f as encoding/json writes it. The kinds of which a capture
// holds most are written here: reflection is most of what finishing a large
// capture costs.
func appendJSON(b []byte, f Fact) ([]byte, error) {
	w := writer{b: b, first: true}
	w.b = append(w.b, '{')
	switch f := f.(type) {
	case Station:
		w.mac(f.MAC)
		w.number("vid", uint64(f.VID))
	case Flow:
		w.endpoint("client", f.Client)
		w.endpoint("server", f.Server)
		w.text("protocol", f.Protocol)
		if f.Answered {
			w.name("answered")
			w.b = append(w.b, "true"...)
		}
		w.optional("app", f.App)
		w.number("vid", uint64(f.VID))
	case NameQuery:
		w.text("name", f.Name)
		w.text("type", f.Type)
		w.endpoint("client", f.Client)
		w.endpoint("server", f.Server)
	case ServerName:
		w.text("name", f.Name)
		w.text("protocol", f.Protocol)
		w.optional("alpn", f.ALPN)
		w.endpoint("client", f.Client)
		w.endpoint("server", f.Server)
	case HopLimit:
		w.name("ip")
		w.address(f.IP)
		if !f.MAC.IsZero() {
			w.mac(f.MAC)
		}
		w.number("vid", uint64(f.VID))
		w.name("value")
		w.b = strconv.AppendInt(w.b, int64(f.Value), 10)
	case SelfDescription:
		w.endpoint("host", f.Host)
		w.text("protocol", f.Protocol)
		w.text("field", f.Field)
		w.text("value", f.Value)
	case AddressBinding:
		w.name("ip")
		w.address(f.IP)
		w.mac(f.MAC)
		w.number("vid", uint64(f.VID))
	case NameClaim:
		w.text("name", f.Name)
		w.text("protocol", f.Protocol)
		if f.IP.IsValid() {
			w.name("ip")
			w.address(f.IP)
		}
		if !f.MAC.IsZero() {
			w.mac(f.MAC)
		}
	case NameAnswer:
		w.text("name", f.Name)
		w.addresses("addresses", f.Addresses)
		if f.Server.IsValid() {
			w.name("server")
			w.address(f.Server)
		}
	case AddressSet:
		if !f.MAC.IsZero() {
			w.mac(f.MAC)
		}
		if f.From.IsValid() {
			w.name("from")
			w.address(f.From)
		}
		w.optional("name", f.Name)
		w.text("protocol", f.Protocol)
		w.addresses("addresses", f.Addresses)
	case FDBEntry:
		w.text("agent", string(f.Agent))
		w.number("fdb_id", uint64(f.FDBID))
		w.number("vid", uint64(f.VID))
		w.mac(f.MAC)
		w.name("base_port")
		w.b = strconv.AppendUint(w.b, uint64(f.BasePort), 10)
		w.number("if_index", uint64(f.IfIndex))
	case NeighborEntry:
		w.text("agent", string(f.Agent))
		w.name("if_index")
		w.b = strconv.AppendUint(w.b, uint64(f.IfIndex), 10)
		w.name("ip")
		w.address(f.IP)
		w.mac(f.MAC)
	default:
		body, err := json.Marshal(f)
		return append(b, body...), err
	}
	return append(w.b, '}'), w.err
}

// appendSighting appends s as encoding/json writes it.
func appendSighting(b []byte, s Sighting) ([]byte, error) {
	w := writer{b: append(b, '{'), first: true}
	w.text("input", s.Input)
	w.optional("vantage", s.Vantage)
	w.optional("place", s.Place)
	w.time("first", s.First)
	w.time("last", s.Last)
	w.number("count", s.Count)
	return append(w.b, '}'), w.err
}

// writer appends the members of a JSON object.
type writer struct {
	b     []byte
	first bool // no member yet
	err   error
}

func (w *writer) name(name string) {
	if !w.first {
		w.b = append(w.b, ',')
	}
	w.first = false
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

func (w *writer) text(name, s string) {
	w.name(name)
	w.quote(s)
}

// quote appends a text. What encoding/json escapes is left to it.
func (w *writer) quote(s string) {
	n := len(w.b) + 1
	w.b = append(append(w.b, '"'), s...)
	if asIs(w.b[n:]) {
		w.b = append(w.b, '"')
		return
	}
	b, err := json.Marshal(s)
	if err != nil {
		w.err = err
	}
	w.b = append(w.b[:n-1], b...)
}

// asIs reports whether encoding/json writes a text as it is. It may be false
// where it could be true.
func asIs(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if !asIs8(binary.LittleEndian.Uint64(b)) {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '&' || c == '<' || c == '>' || c == '\\' {
			return false
		}
	}
	return true
}

// optional appends a text unless it is empty.
func (w *writer) optional(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

// number appends a number unless it is 0.
func (w *writer) number(name string, n uint64) {
	if n != 0 {
		w.name(name)
		w.b = strconv.AppendUint(w.b, n, 10)
	}
}

func (w *writer) mac(m MAC) {
	w.name("mac")
	w.b = append(w.b, '"')
	if !m.IsZero() {
		w.b = m.append(w.b)
	}
	w.b = append(w.b, '"')
}

func (w *writer) address(ip netip.Addr) {
	switch {
	case !ip.IsValid():
		w.b = append(w.b, `""`...)
	case ip.Zone() != "":
		w.quote(ip.String())
	default:
		w.b = append(ip.AppendTo(append(w.b, '"')), '"')
	}
}

func (w *writer) addresses(name string, list []netip.Addr) {
	w.name(name)
	if list == nil {
		w.b = append(w.b, "null"...)
		return
	}
	w.b = append(w.b, '[')
	for i, ip := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.address(ip)
	}
	w.b = append(w.b, ']')
}

func (w *writer) endpoint(name string, e Endpoint) {
	w.name(name)
	in := writer{b: append(w.b, '{'), first: true}
	if e.IP.IsValid() {
		in.name("ip")
		in.address(e.IP)
	}
	in.number("port", uint64(e.Port))
	if !e.MAC.IsZero() {
		in.mac(e.MAC)
	}
	if !e.Via.IsZero() {
		in.name("via")
		in.b = append(e.Via.append(append(in.b, '"')), '"')
	}
	w.b = append(in.b, '}')
	if in.err != nil {
		w.err = in.err
	}
}

// time appends a time unless it is zero.
func (w *writer) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	b, ok := appendUTC(w.b, t)
	if !ok {
		var err error
		if b, err = t.AppendText(w.b); err != nil {
			w.err = err
			return
		}
	}
	w.b = append(b, '"')
}

// appendUTC appends a time of UTC as RFC 3339 has it, with the digits of a second
// that are needed. It returns false where it is of another zone, or of a year of
// more than four digits.
func appendUTC(b []byte, t time.Time) ([]byte, bool) {
	year, month, day := t.Date()
	if t.Location() != time.UTC || year < 0 || year > 9999 {
		return b, false
	}
	hour, minute, second := t.Clock()
	digits := func(n int) (byte, byte) { return '0' + byte(n/10), '0' + byte(n%10) }
	const seconds = len("2006-01-02T15:04:05")
	text := [seconds + len(".000000000")]byte([]byte("0000-00-00T00:00:00.000000000"))
	text[0], text[1] = digits(year / 100)
	text[2], text[3] = digits(year % 100)
	text[5], text[6] = digits(int(month))
	text[8], text[9] = digits(day)
	text[11], text[12] = digits(hour)
	text[14], text[15] = digits(minute)
	text[17], text[18] = digits(second)
	end := seconds
	for i, n := len(text), uint32(t.Nanosecond()); n > 0; n /= 10 {
		if i--; n%10 > 0 {
			text[i] = '0' + byte(n%10)
			end = max(end, i+1)
		}
	}
	return append(append(b, text[:end]...), 'Z'), true
}
