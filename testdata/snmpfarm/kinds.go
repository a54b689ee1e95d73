package snmpfarm

import (
	"slices"
	"time"
)

// Misbehaviour is a kind of agent, and what is to become of those who ask it.
type Misbehaviour struct {
	Name string
	Kind Kind
	Tree Tree // nil: a switch of 8 ports and 60 rows

	// What is to be said of the visit: part of the reason of a gap; nothing where
	// all is well.
	Says string
	// Whole: all facts are there nevertheless.
	Whole bool
	// Ends: part of the error that ends the whole run.
	Ends string
}

// one sends an answer.
func one(r Reply) []Packet { return []Packet{{Octets: r.Encode()}} }

// changed is an honest agent whose answers are changed.
func changed(change func(r Request, a *Reply)) Kind {
	return func(a *Agent, r Request, _ int) []Packet {
		reply := a.Honest(r)
		change(r, &reply)
		return one(reply)
	}
}

// silentIf is an honest agent that does not answer some requests.
func silentIf(silent func(r Request, n int) bool) Kind {
	return func(a *Agent, r Request, n int) []Packet {
		if silent(r, n) {
			a.Forget(r)
			return nil
		}
		return one(a.Honest(r))
	}
}

// errorIf is an honest agent that answers some requests with an error.
func errorIf(status int, wrong func(r Request) (index int, is bool)) Kind {
	return changed(func(r Request, a *Reply) {
		if i, is := wrong(r); is {
			a.Status, a.Index, a.Vars = status, i, nil
			for _, o := range r.OIDs {
				a.Vars = append(a.Vars, Var{OID: o, Tag: 5})
			}
		}
	})
}

var (
	fdbPorts  = mib2(17, 4, 3, 1, 2)
	fdbStatus = mib2(17, 4, 3, 1, 3)
)

func (o OID) below(root OID) bool { return len(o) >= len(root) && slices.Equal(o[:len(root)], root) }

// inFDB reports whether the forwarding table is walked.
func inFDB(r Request) bool {
	return r.Kind != Get && slices.ContainsFunc(r.OIDs, func(o OID) bool { return o.below(fdbPorts) })
}

// tick changes sysUpTime in an answer.
func tick(a *Reply, ticks int) {
	for i, v := range a.Vars {
		if v.OID.Compare(mib2(1, 3, 0)) == 0 && v.Tag == 0x43 {
			a.Vars[i] = unsigned(0x43, v.OID, ticks)
		}
	}
}

// Late is how long an agent takes that answers late: whoever asks it is to wait for
// less than that, and for a quarter of it at least.
const Late = 330 * time.Millisecond

// Kinds are the agents of the farm.
func Kinds() []Misbehaviour {
	return slices.Concat(silences(), errorsOfAgents(), walks(), messages(), values())
}

// silences do not answer, or not in time.
func silences() []Misbehaviour {
	return []Misbehaviour{
		{Name: "honest", Whole: true},
		{Name: "never answers", Says: "no answer", Kind: silentIf(func(Request, int) bool { return true })},
		{Name: "does not answer GETBULK", Whole: true, Kind: silentIf(func(r Request, _ int) bool { return r.Kind == GetBulk })},
		{Name: "does not answer more than one variable of GETNEXT", Whole: true, Kind: silentIf(func(r Request, _ int) bool {
			return r.Kind != Get && len(r.OIDs) > 1
		})},
		{Name: "does not answer more than ten rows", Whole: true, Kind: silentIf(func(r Request, _ int) bool { return r.Kind == GetBulk && r.MaxRep > 10 })},
		{Name: "does not answer more than four rows", Whole: true, Kind: silentIf(func(r Request, _ int) bool { return r.Kind == GetBulk && r.MaxRep > 4 })},
		{Name: "loses every fifth request", Whole: true, Kind: silentIf(func(_ Request, n int) bool { return n%5 == 4 })},
		{Name: "answers the second time only", Whole: true, Kind: silentIf(func(_ Request, n int) bool { return n%2 == 0 })},
		{Name: "falls silent", Ends: "stopped answering", Says: "stopped answering", Kind: silentIf(func(_ Request, n int) bool { return n > 6 })},
		{Name: "does not answer about its forwarding table", Says: "walk cut short: no answer", Kind: silentIf(func(r Request, _ int) bool { return inFDB(r) })},
		{Name: "goes away", Ends: "stopped answering", Says: "stopped answering", Kind: func(a *Agent, r Request, n int) []Packet {
			if n == 7 {
				a.Crash()
			}
			return one(a.Honest(r))
		}},
		{Name: "answers late", Whole: true, Kind: func(a *Agent, r Request, n int) []Packet {
			late := []Packet{{Octets: a.Honest(r).Encode()}}
			if n%6 == 5 {
				late[0].After = Late
				a.Forget(r) // it was given up
			}
			return late
		}},
		{Name: "answers always after the time is up", Says: "no answer", Kind: func(a *Agent, r Request, _ int) []Packet {
			a.Forget(r) // it was given up
			return []Packet{{Octets: a.Honest(r).Encode(), After: 4 * Late}}
		}},
		{Name: "answers version 1 only", Says: "no answer", Kind: silentIf(func(r Request, _ int) bool { return r.Version != 0 })},
		{Name: "restarts", Ends: "restarted", Says: "restarted", Kind: func(a *Agent, r Request, n int) []Packet {
			reply := a.Honest(r)
			if n > 0 {
				tick(&reply, 300)
			}
			return one(reply)
		}},
		{Name: "restarts under GETBULK", Ends: "restarted", Says: "restarted", Kind: func(a *Agent, r Request, n int) []Packet {
			if r.Kind == GetBulk {
				a.Forget(r)
				return nil
			}
			reply := a.Honest(r)
			if n > 3 {
				tick(&reply, 300)
			}
			return one(reply)
		}},
		{Name: "counts its uptime anew after 497 days", Whole: true, Kind: func(a *Agent, r Request, n int) []Packet {
			reply := a.Honest(r)
			tick(&reply, 1<<32-100)
			if n > 0 {
				tick(&reply, 20)
			}
			return one(reply)
		}},
		{Name: "answers from another address", Says: "answers from another address", Kind: func(a *Agent, r Request, _ int) []Packet {
			return []Packet{{Octets: a.Honest(r).Encode(), Elsewhere: true}}
		}},
		{Name: "answers from another port", Says: "answers from another port", Kind: func(a *Agent, r Request, _ int) []Packet {
			return []Packet{{Octets: a.Honest(r).Encode(), OtherPort: true}}
		}},
	}
}

// errorsOfAgents answer with errors.
func errorsOfAgents() []Misbehaviour {
	return []Misbehaviour{
		{Name: "genErr to GETBULK", Whole: true, Kind: errorIf(5, func(r Request) (int, bool) { return 0, r.Kind == GetBulk })},
		{Name: "genErr to everything", Says: "genErr", Kind: errorIf(5, func(Request) (int, bool) { return 0, true })},
		{Name: "genErr to the column of statuses", Says: "genErr", Kind: errorIf(5, func(r Request) (int, bool) {
			i := slices.IndexFunc(r.OIDs, func(o OID) bool { return r.Kind != Get && o.below(fdbStatus) })
			return i + 1, i >= 0
		})},
		{Name: "genErr to the forwarding table", Says: "genErr", Kind: errorIf(5, func(r Request) (int, bool) { return 0, inFDB(r) })},
		{Name: "tooBig to GETBULK", Whole: true, Kind: errorIf(1, func(r Request) (int, bool) { return 0, r.Kind == GetBulk })},
		{Name: "tooBig above ten rows", Whole: true, Kind: errorIf(1, func(r Request) (int, bool) { return 0, r.Kind == GetBulk && r.MaxRep > 10 })},
		{Name: "tooBig above two variables", Whole: true, Kind: errorIf(1, func(r Request) (int, bool) { return 0, len(r.OIDs) > 2 })},
		{Name: "tooBig to everything", Says: "tooBig", Kind: errorIf(1, func(Request) (int, bool) { return 0, true })},
		{Name: "noSuchName in version 2c", Whole: true, Kind: changed(func(r Request, a *Reply) {
			for i, v := range a.Vars {
				if v.Tag >= 0x80 && r.Kind != GetBulk {
					a.Status, a.Index = 2, i+1
					return
				}
			}
		})},
		{Name: "an error that points past the request", Says: "authorizationError", Kind: errorIf(16, func(r Request) (int, bool) { return 99, inFDB(r) })},
		{Name: "an error that no standard has", Says: "error 77", Kind: errorIf(77, func(r Request) (int, bool) { return 0, inFDB(r) })},
		{Name: "has no system group", Whole: true, Tree: slices.DeleteFunc(slices.Clone(Switch(1, 8, 60, 0)), func(v Var) bool { return v.OID.below(mib2(1)) })},
		{Name: "has nothing at all", Tree: Tree{}},
	}
}
