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
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&':
			b, err := json.Marshal(s)
			if err != nil {
				w.err = err
			}
			w.b = append(w.b, b...)
			return
		}
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
	b, err := t.AppendText(w.b)
	if err != nil {
		w.err = err
		return
	}
	w.b = append(b, '"')
}
