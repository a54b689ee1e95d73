package fact

import (
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

// asIs are the characters below and from '@' that stand in JSON as they are, as
// encoding/json writes it.
const (
	asIsLow  = 1<<64 - 1<<' ' - 1<<'"' - 1<<'&' - 1<<'<' - 1<<'>'
	asIsHigh = 1<<('~'+1-'@') - 1 - 1<<('\\'-'@')
)

// quote appends a text. What encoding/json escapes is left to it.
func (w *writer) quote(s string) {
	for i := range len(s) {
		c := s[i]
		if set := uint64(asIsLow); c < '@' && set>>c&1 == 1 {
			continue
		}
		if set := uint64(asIsHigh); c >= '@' && c < 128 && set>>(c-'@')&1 == 1 {
			continue
		}
		b, err := json.Marshal(s)
		if err != nil {
			w.err = err
		}
		w.b = append(w.b, b...)
		return
	}
	w.b = append(append(append(w.b, '"'), s...), '"')
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
	if year := t.Year(); t.Location() == time.UTC && year >= 0 && year <= 9999 {
		w.b = append(appendUTC(w.b, t), '"')
		return
	}
	b, err := t.AppendText(w.b)
	if err != nil {
		w.err = err
		return
	}
	w.b = append(b, '"')
}

// appendUTC appends a time as RFC 3339 has it, with the digits of a second that
// are needed.
func appendUTC(b []byte, t time.Time) []byte {
	two := func(n int, end byte) { b = append(b, '0'+byte(n/10), '0'+byte(n%10), end) }
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(b, '0'+byte(year/1000), '0'+byte(year/100%10))
	two(year%100, '-')
	two(int(month), '-')
	two(day, 'T')
	two(hour, ':')
	two(minute, ':')
	two(second, '.')
	for n, unit := t.Nanosecond(), 100_000_000; n > 0; n, unit = n%unit, unit/10 {
		b = append(b, '0'+byte(n/unit))
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return append(b, 'Z')
}
