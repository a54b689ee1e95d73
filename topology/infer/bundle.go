package infer

import (
	"cmp"
	"slices"
	"strings"

	"kanmon/topology"
)

// bundle is a link: one cable, or several that are an aggregate.
type bundle struct {
	a, b   side
	halves []half
}

// side is one end of a bundle.
type side struct {
	whole string   // name of the aggregate, where it is known
	ports []string // members, in the order of the cables; one where it is no aggregate
}

// endpoint returns the end as a link has it.
func (s side) endpoint(d topology.DeviceID) topology.Endpoint {
	members := slices.DeleteFunc(slices.Clone(s.ports), func(p string) bool { return p == "" || p == s.whole })
	e := topology.Endpoint{Device: d, Port: cmp.Or(s.whole, strings.Join(members, "+"))}
	if s.whole != "" || len(members) > 1 {
		e.Ports = members
	}
	return e
}

// bundle puts cables together that are members of one aggregate.
func (in *inferer) bundle(a, b topology.DeviceID, cables []*joined) []*bundle {
	slices.SortFunc(cables, func(x, y *joined) int {
		return cmp.Or(x.unnamed()-y.unnamed(), cmp.Compare(len(x.a), len(y.a)), strings.Compare(x.a, y.a), strings.Compare(x.b, y.b))
	})
	var out []*bundle
	for _, j := range cables {
		u := &bundle{
			a:      side{in.wholeOf(a, j.a), []string{j.a}},
			b:      side{in.wholeOf(b, j.b), []string{j.b}},
			halves: j.halves,
		}
		i := slices.IndexFunc(out, func(x *bundle) bool {
			return oneAggregate(x.a.whole, u.a.whole, x.b.whole, u.b.whole) || oneAggregate(x.b.whole, u.b.whole, x.a.whole, u.a.whole)
		})
		if i < 0 {
			out = append(out, u)
			continue
		}
		out[i].join(u)
	}
	return pairHalves(out)
}

// unnamed returns how many ends of a cable have no port.
func (j *joined) unnamed() int {
	n := 0
	for _, p := range []string{j.a, j.b} {
		if p == "" {
			n++
		}
	}
	return n
}

// oneAggregate reports whether two cables are in one aggregate at this end, and
// not in different ones at the other.
func oneAggregate(x, y, xFar, yFar string) bool {
	return x != "" && x == y && (xFar == yFar || xFar == "" || yFar == "")
}

// pairHalves puts two aggregates together that name each other's device and no
// port, where each end has one of them.
func pairHalves(list []*bundle) []*bundle {
	half := func(own, far side) bool { return own.whole != "" && far.endpoint("").Port == "" }
	var as, bs []*bundle
	for _, u := range list {
		switch {
		case half(u.a, u.b):
			as = append(as, u)
		case half(u.b, u.a):
			bs = append(bs, u)
		}
	}
	if len(as) != 1 || len(bs) != 1 {
		return list
	}
	as[0].join(bs[0])
	return slices.DeleteFunc(list, func(u *bundle) bool { return u == bs[0] })
}

func (u *bundle) join(o *bundle) {
	u.a.join(o.a)
	u.b.join(o.b)
	u.halves = append(u.halves, o.halves...)
}

func (s *side) join(o side) {
	s.whole = cmp.Or(s.whole, o.whole)
	for _, p := range o.ports {
		if !slices.Contains(s.ports, p) {
			s.ports = append(s.ports, p)
		}
	}
}
