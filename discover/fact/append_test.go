package fact_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"kanmon/discover/fact"
)

// line is what a line of evidence holds, for encoding/json.
type line struct {
	ID     fact.ID       `json:"id"`
	Source string        `json:"source"`
	Kind   fact.Kind     `json:"kind"`
	Fact   fact.Fact     `json:"fact"`
	Seen   fact.Sighting `json:"seen"`
}

// frequent makes facts of the kinds that are written without reflection, with
// every field set, or none.
func frequent(text string, ip netip.Addr, mac fact.MAC, n uint16, yes bool) []fact.Fact {
	end := fact.Endpoint{IP: ip, Port: n, MAC: mac}
	if yes {
		end.Via = mac
	}
	list := [][]netip.Addr{nil, {}, {ip}, {ip, ip}}[n%4]
	return []fact.Fact{
		fact.Station{MAC: mac, VID: n},
		fact.Flow{Client: end, Server: end, Protocol: text, Answered: yes, App: text, VID: n},
		fact.NameQuery{Name: text, Type: text, Client: end, Server: end},
		fact.ServerName{Name: text, Protocol: text, ALPN: text, Client: end, Server: end},
		fact.HopLimit{IP: ip, MAC: mac, VID: n, Value: int(n)},
		fact.NameClaim{Name: text, Protocol: text, IP: ip, MAC: mac},
		fact.SelfDescription{Host: end, Protocol: text, Field: text, Value: text},
		fact.AddressBinding{IP: ip, MAC: mac, VID: n},
		fact.NameAnswer{Name: text, Addresses: list, Server: ip},
		fact.AddressSet{MAC: mac, From: ip, Name: text, Protocol: text, Addresses: list},
		fact.FDBEntry{Agent: fact.AgentID(text), FDBID: uint32(n), VID: n, MAC: mac, BasePort: uint32(n), IfIndex: uint32(n)},
		fact.NeighborEntry{Agent: fact.AgentID(text), IfIndex: uint32(n), IP: ip, MAC: mac},
	}
}

// FuzzEncode wants the lines that are written without encoding/json to be those
// that it writes.
func FuzzEncode(f *testing.F) {
	f.Add("www.example", []byte{10, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 1}, uint16(443), true, int64(1_700_000_000_123_456_000))
	f.Add("", []byte{}, []byte{0, 0, 0, 0, 0, 0}, uint16(0), false, int64(0))
	f.Add("<b>&\"\\ \u202e名前  x ", netip.MustParseAddr("::ffff:10.0.0.1").AsSlice(), []byte{1, 2, 3, 4, 5, 6}, uint16(1), true, int64(1))
	f.Add("!\"#$%%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\x7f", []byte{10, 0, 0, 1}, []byte{1, 2, 3, 4, 5, 6}, uint16(3), true, int64(-1))
	f.Add("two  spaces", netip.MustParseAddr("2001:db8::1").AsSlice(), []byte{1, 2, 3, 4, 5, 6}, uint16(1), true, int64(1e18))
	f.Fuzz(func(t *testing.T, text string, address, mac []byte, n uint16, yes bool, nanos int64) {
		ip, _ := netip.AddrFromSlice(address)
		m, _ := fact.MACFrom(mac)
		var when time.Time
		if nanos != 0 {
			when = time.Unix(0, nanos)
		}
		for _, x := range frequent(text, ip, m, n, yes) {
			o, err := fact.New("pcap/x", x, fact.Sighting{Input: "sha256:0", Vantage: text, Place: text, First: when, Last: when, Count: uint64(n)})
			if err != nil {
				t.Fatal(err)
			}
			cleaned := reflect.New(reflect.TypeOf(x)).Elem()
			cleaned.Set(reflect.ValueOf(x))
			for i := range cleaned.NumField() {
				if cleaned.Field(i).Kind() == reflect.String {
					cleaned.Field(i).SetString(fact.Clean(cleaned.Field(i).String()))
				}
			}
			if !reflect.DeepEqual(o.Fact, cleaned.Interface()) {
				t.Errorf("fact %+v, want %+v", o.Fact, cleaned)
			}
			var got bytes.Buffer
			if err := fact.NewEncoder(&got).Encode(o); err != nil {
				t.Fatal(err)
			}
			want, err := json.Marshal(line{o.ID, o.Source, o.Fact.Kind(), o.Fact, o.Seen[0]})
			if err != nil {
				t.Fatal(err)
			}
			_, second, _ := bytes.Cut(got.Bytes(), []byte("\n"))
			if second = bytes.TrimSuffix(second, []byte("\n")); !bytes.Equal(second, want) && plain(want) {
				t.Errorf("wrote\n%s\nwant\n%s", second, want)
			}
		}
	})
}

// plain reports whether b holds nothing that evidence files escape and
// encoding/json does not.
func plain(b []byte) bool {
	for _, r := range string(b) {
		if r >= 0x7f && fact.Hidden(r) {
			return false
		}
	}
	return true
}
