package snmpfarm

import (
	"bytes"
	"slices"
	"time"
)

// fdbRow is a row of a forwarding table that is made up.
func fdbRow(column OID, n int) Var {
	return integer(column.Below(4, 0, 0, uint32(n>>16&255), uint32(n>>8&255), uint32(n&255)), 1)
}

// cutRow is where a forwarding table is cut short.
const cutRow = 20

// cutShort is an agent whose forwarding table seems to end in its middle, in some
// requests.
func cutShort(tag byte, where func(r Request) bool) Kind {
	return changed(func(r Request, a *Reply) {
		if !where(r) {
			return
		}
		for i, v := range a.Vars {
			if v.OID.below(fdbPorts) && int(v.OID[len(v.OID)-1]) >= cutRow {
				a.Vars[i] = Var{OID: v.OID, Tag: tag}
			}
		}
	})
}

// walks give their rows wrongly.
func walks() []Misbehaviour {
	round := 0
	return []Misbehaviour{
		{Name: "gives one row again and again", Says: "in order", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) {
				a.Vars = slices.Repeat([]Var{fdbRow(fdbPorts, 1)}, 20)
			}
		})},
		{Name: "gives the row that was asked from", Says: "in order", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) {
				a.Vars = []Var{integer(r.OIDs[0], 1)}
			}
		})},
		{Name: "goes round in circles", Says: "in order", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) && len(r.OIDs[0]) > len(fdbPorts) && r.OIDs[0][len(r.OIDs[0])-1] > 20 {
				a.Vars = []Var{integer(fdbPorts.Below(2, 0, 0, 1, 0, 1), 1), integer(fdbStatus.Below(2, 0, 0, 1, 0, 1), 1)}
			}
		})},
		{Name: "goes back in circles over tables", Says: "in order", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) && len(r.OIDs[0]) > len(fdbPorts) {
				a.Vars = []Var{text(mib2(1, 1, 0), "again")}
			}
		})},
		{Name: "sorts its rows wrongly", Says: "in order", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) && len(a.Vars) > 4 {
				a.Vars[0], a.Vars[4] = a.Vars[4], a.Vars[0]
			}
		})},
		{Name: "sorts its tables wrongly", Whole: true, Kind: changed(func(r Request, a *Reply) {
			if r.Kind == GetNext && len(r.OIDs) > 3 {
				slices.Reverse(a.Vars)
			}
		})},
		{Name: "has a table without end", Says: "more rows", Kind: func(a *Agent, r Request, _ int) []Packet {
			reply := a.Honest(r)
			if inFDB(r) {
				reply.Vars = nil
				for range r.MaxRep {
					round++
					reply.Vars = append(reply.Vars, fdbRow(fdbPorts, round), fdbRow(fdbStatus, round))
				}
			}
			return one(reply)
		}},
		{Name: "answers another table than asked", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) {
				a.Vars = slices.Repeat([]Var{integer(mib2(99, 1), 1)}, 2)
			}
		})},
		{Name: "cuts GETBULK short", Whole: true, Kind: cutShort(endOfMIBView, func(r Request) bool { return r.Kind == GetBulk })},
		{Name: "says that nothing follows", Says: "says that nothing follows", Kind: cutShort(endOfMIBView, func(Request) bool { return true })},
		{Name: "says that there is no such object", Says: "says that nothing follows", Kind: cutShort(0x80, func(Request) bool { return true })},
		{Name: "says that there is no such instance", Says: "says that nothing follows", Kind: cutShort(noSuchInstance, func(Request) bool { return true })},
		{Name: "gives one row at a time", Whole: true, Kind: changed(func(r Request, a *Reply) {
			if r.Kind == GetBulk {
				a.Vars = a.Vars[:min(len(a.Vars), len(r.OIDs))]
			}
		})},
		{Name: "gives half a row at a time", Whole: true, Kind: changed(func(r Request, a *Reply) {
			if r.Kind == GetBulk {
				a.Vars = a.Vars[:min(len(a.Vars), (len(r.OIDs)+1)/2)]
			}
		})},
		{Name: "gives more than was asked for", Whole: true, Kind: func(a *Agent, r Request, _ int) []Packet {
			if r.Kind == GetBulk {
				r.MaxRep *= 20
			}
			return one(a.Tree.Answer(r, 60_000))
		}},
		{Name: "answers without values", Says: "without values", Kind: changed(func(r Request, a *Reply) {
			if inFDB(r) {
				a.Vars = nil
			}
		})},
		{Name: "leaves the status of half its rows out", Says: "record incomplete", Tree: halfStatus()},
		{Name: "has rows for ports that it has not", Tree: ghosts()},
		{Name: "is slow", Whole: true, Kind: func(a *Agent, r Request, _ int) []Packet {
			return []Packet{{Octets: a.Honest(r).Encode(), After: 20 * time.Millisecond}}
		}},
		{Name: "says that it has more interfaces than it gives", Says: "rows missing", Tree: append(Switch(1, 8, 60, 1000), integer(mib2(2, 1, 0), 52)).sealed()},
	}
}

func halfStatus() Tree {
	return slices.DeleteFunc(Switch(1, 8, 60, 1000), func(v Var) bool { return v.OID.below(fdbStatus) && v.OID[len(v.OID)-1]%2 == 1 })
}

func ghosts() Tree {
	t := Switch(1, 8, 60, 1000)
	return slices.DeleteFunc(t, func(v Var) bool { return v.OID.below(mib2(17, 1)) && v.OID[len(v.OID)-1] > 4 })
}

// raw is an honest agent whose messages are changed as they are sent.
func raw(change func(r Request, b []byte) []byte) Kind {
	return func(a *Agent, r Request, _ int) []Packet {
		return []Packet{{Octets: change(r, a.Honest(r).Encode())}}
	}
}

// messages send what is no answer, or not this one.
func messages() []Misbehaviour {
	return []Misbehaviour{
		{Name: "numbers its answers wrongly", Says: "number of another request", Kind: changed(func(_ Request, a *Reply) { a.ID ^= 0x55 })},
		{Name: "numbers all answers alike", Says: "number of another request", Kind: changed(func(_ Request, a *Reply) { a.ID = 1 })},
		{Name: "answers twice", Whole: true, Kind: func(a *Agent, r Request, _ int) []Packet {
			b := a.Honest(r).Encode()
			return []Packet{{Octets: b}, {Octets: b}}
		}},
		{Name: "answers the request before first", Whole: true, Kind: func() Kind {
			var before []byte
			return func(a *Agent, r Request, _ int) []Packet {
				b := a.Honest(r).Encode()
				out := []Packet{{Octets: b}}
				if before != nil {
					out = []Packet{{Octets: before}, {Octets: b}}
				}
				before = b
				return out
			}
		}()},
		{Name: "answers a thousand times", Whole: true, Kind: func(a *Agent, r Request, _ int) []Packet {
			return slices.Repeat([]Packet{{Octets: a.Honest(r).Encode()}}, 200)
		}},
		{Name: "answers in version 1", Says: "another version", Kind: changed(func(_ Request, a *Reply) { a.Version = 0 })},
		{Name: "answers in version 3", Says: "another version", Kind: changed(func(_ Request, a *Reply) { a.Version = 3 })},
		{Name: "answers with another community", Whole: true, Kind: changed(func(_ Request, a *Reply) { a.Community = "another" })},
		{Name: "sends a report", Says: "report", Kind: changed(func(_ Request, a *Reply) { a.Kind = 0xa8 })},
		{Name: "sends a trap", Says: "not an answer", Kind: changed(func(_ Request, a *Reply) { a.Kind = 0xa7 })},
		{Name: "sends the request back", Says: "not an answer", Kind: changed(func(r Request, a *Reply) { a.Kind = r.Kind })},
		{Name: "sends nothing but a header", Says: "no SNMP message", Kind: raw(func(_ Request, b []byte) []byte { return b[:2] })},
		{Name: "sends an empty packet", Says: "no", Kind: raw(func(Request, []byte) []byte { return nil })},
		{Name: "sends noise", Says: "no SNMP message", Kind: raw(func(_ Request, b []byte) []byte { return bytes.Repeat([]byte{0xa5, 0x5a}, len(b)/2) })},
		{Name: "sends text", Says: "no SNMP message", Kind: raw(func(Request, []byte) []byte { return []byte("HTTP/1.1 400 Bad Request\r\n\r\n") })},
		{Name: "cuts its packets at 120 octets", Kind: raw(func(_ Request, b []byte) []byte { return b[:min(len(b), 120)] })},
		{Name: "cuts the end off long packets", Whole: true, Kind: raw(func(_ Request, b []byte) []byte {
			if len(b) > 500 {
				return b[:len(b)-7]
			}
			return b
		})},
		{Name: "states lengths without end", Says: "no SNMP message", Kind: raw(func(_ Request, b []byte) []byte { return slices.Concat([]byte{0x30, 0x80}, b[2:], []byte{0, 0}) })},
		{Name: "states lengths of 4 GiB", Says: "no", Kind: raw(func(_ Request, b []byte) []byte {
			return slices.Concat([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 0x84, 0xff, 0xff, 0xff, 0xff}, b)
		})},
		{Name: "nests lists a thousand times", Says: "no SNMP message", Kind: raw(func(Request, []byte) []byte { return bytes.Repeat([]byte{0x30, 0x7f}, 1000) })},
		{Name: "puts rubbish behind its packets", Whole: true, Kind: raw(func(_ Request, b []byte) []byte { return append(b, "rubbish"...) })},
	}
}

// inAnswers changes the values of the forwarding table.
func inAnswers(change func(v *Var)) Kind {
	return changed(func(r Request, a *Reply) {
		if !inFDB(r) {
			return
		}
		for i := range a.Vars {
			if a.Vars[i].OID.below(fdbPorts) {
				a.Vars[i].whole = nil
				change(&a.Vars[i])
			}
		}
	})
}

// values give values that their types, or SNMP, have not.
func values() []Misbehaviour {
	long := make([]uint32, 200)
	return []Misbehaviour{
		{Name: "gives types that SNMP has not", Says: "type unexpected", Kind: inAnswers(func(v *Var) { v.Tag = 0x49 })},
		{Name: "gives NULL", Says: "type unexpected", Kind: inAnswers(func(v *Var) { v.Tag, v.Value = 5, nil })},
		{Name: "gives now text and now numbers", Says: "several types", Kind: inAnswers(func(v *Var) {
			if v.OID[len(v.OID)-1]%2 == 0 {
				v.Tag, v.Value = 4, []byte("1")
			}
		})},
		{Name: "gives empty integers", Says: "type unexpected", Kind: inAnswers(func(v *Var) { v.Value = nil })},
		{Name: "gives integers of twenty octets", Says: "type unexpected", Kind: inAnswers(func(v *Var) { v.Value = make([]byte, 20) })},
		{Name: "gives gauges with the highest bit set", Whole: true, Kind: inAnswers(func(v *Var) { v.Tag = 0x42 })},
		{Name: "gives integers longer than need be", Whole: true, Kind: inAnswers(func(v *Var) { v.Value = append(make([]byte, 6), v.Value...) })},
		{Name: "gives identifiers of 200 arcs", Says: "object identifier", Kind: inAnswers(func(v *Var) { v.OID = v.OID.Below(long...) })},
		{Name: "gives arcs beyond 32 bits", Says: "object identifier", Kind: raw(func(r Request, b []byte) []byte {
			if inFDB(r) {
				return bytes.ReplaceAll(b, fdbPorts.content(), append(bytes.Repeat([]byte{0xff}, len(fdbPorts.content())-1), 0x7f))
			}
			return b
		})},
		{Name: "gives identifiers that do not end", Says: "object identifier", Kind: inAnswers(func(v *Var) {
			v.whole = tlv(0x30, tlv(6, append(v.OID.content(), 0x81)), tlv(v.Tag, v.Value))
		})},
		{
			Name: "gives a text of 50,000 octets", Whole: true,
			Tree: append(Switch(1, 8, 60, 1000), text(mib2(1, 6, 0), string(bytes.Repeat([]byte("x"), 50_000)))).sealed(),
			Kind: func(a *Agent, r Request, _ int) []Packet { return one(a.Tree.Answer(r, 60_000)) },
		},
		{
			Name: "gives names with control characters", Whole: true,
			Tree: append(Switch(1, 8, 60, 1000), text(mib2(31, 1, 1, 1, 18, 1), "\x1b]0;owned\x07\xe2\x80\xae<script>")).sealed(),
		},
	}
}
