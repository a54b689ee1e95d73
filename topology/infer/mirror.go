package infer

import (
	"fmt"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// enoughFrames is from how many frames on a capture tells what kind of port it
// was made at. For one machine's conversations to be suspiciously alone there
// must be enoughTalks of them, and enoughOthers that were heard and had none.
const (
	enoughFrames = 50
	enoughTalks  = 5
	enoughOthers = 8
)

// vantage is what one capture shows of the place where it was made.
type vantage struct {
	name     string // of the input
	where    string // as the operator calls the place
	capture  bool
	frames   uint64
	nameless bool // frames had no MAC addresses
	group    uint64
	passing  uint64              // frames from one machine to another
	talks    int                 // conversations heard both ways
	in       map[fact.MAC]int    // of these, by machine
	stations map[fact.MAC]bool   // that were heard
	vlans    map[uint16]struct{} // tags heard; 0: untagged
}

func (b *blind) vantage(input string) *vantage {
	v := b.vantages[input]
	if v == nil {
		v = &vantage{in: make(map[fact.MAC]int), stations: make(map[fact.MAC]bool), vlans: make(map[uint16]struct{})}
		b.vantages[input] = v
	}
	return v
}

// conversation counts what a flow shows of the ports at which it was heard.
func (b *blind) conversation(o *fact.Observation, f fact.Flow) {
	for _, s := range o.Seen {
		v := b.vantage(s.Input)
		v.heard(s, f.VID)
		group := f.Server.IP.IsMulticast() || f.Server.MAC.IsZero() || f.Server.MAC.IsGroup()
		switch {
		case f.Client.MAC.IsZero():
			v.nameless = true
		case group:
			v.group += s.Count
		default:
			v.passing += s.Count
			if f.Answered {
				v.talks++
				v.in[f.Client.MAC]++
				v.in[f.Server.MAC]++
			}
		}
	}
}

func (b *blind) station(o *fact.Observation, m fact.MAC, vid uint16) {
	for _, s := range o.Seen {
		v := b.vantage(s.Input)
		v.heard(s, vid)
		v.stations[m] = true
	}
}

func (v *vantage) heard(s fact.Sighting, vid uint16) {
	v.vlans[vid] = struct{}{}
	if v.where == "" || s.Vantage != "" && s.Vantage < v.where {
		v.where = s.Vantage
	}
}

// mirrors says of captures that they were made at a port that gets no copy of
// what others say to each other, and of the rest, where nobody was asked, what
// was heard there.
func (b *blind) mirrors() {
	for _, v := range b.vantages {
		if !v.capture || v.nameless || v.frames < enoughFrames || len(v.vlans) == 0 {
			continue
		}
		what := v.where
		if what == "" {
			what = v.name
		}
		alone, one := b.alone(v)
		switch {
		case v.talks == 0 && v.passing <= v.group:
			b.add(topology.BlindMirror, what,
				"almost only frames for everybody were heard: this is no mirror port, or nothing is copied to it; what machines say to each other, and the ways out, are not seen",
				"ほぼ全員あてのフレームしか聞こえない。ミラーポートではないか、何も複製されていない。機器どうしの通信も、外への出口も見えない")
		case one:
			b.add(topology.BlindOnePort, what,
				fmt.Sprintf("only conversations of one machine, %s, were heard beside frames for everybody, though others are there: this is its own port, or a mirror of that port alone", alone),
				fmt.Sprintf("全員あてのフレームのほかは、一台（%s）の通信しか聞こえないが、ほかの機器もいる。その機器自身のポートか、そのポートだけのミラーである", alone))
		case !b.walk:
			b.add(topology.BlindOnePort, what,
				"only what passes this port is seen: it showed "+v.tags("untagged frames", "VLAN ")+"; what stays within another segment or behind another switch does not pass here",
				"このポートを通るものだけが見える。聞こえたのは"+v.tags("タグなしのフレーム", "VLAN ")+"。ほかのセグメントの中や、別のスイッチの先で完結する通信は通らない")
		}
	}
}

// alone returns the machine that takes part in every conversation, where it is
// no gateway and others were heard who take part in none.
func (b *blind) alone(v *vantage) (fact.MAC, bool) {
	var found []fact.MAC
	for m, n := range v.in {
		if n == v.talks && !b.net.IsGatewayMAC(m) {
			found = append(found, m)
		}
	}
	silent := 0
	for m := range v.stations {
		if v.in[m] == 0 {
			silent++
		}
	}
	if len(found) != 1 || silent < enoughOthers || v.talks < enoughTalks {
		return fact.MAC{}, false
	}
	return found[0], true
}

// tags lists the VLANs heard.
func (v *vantage) tags(untagged, vlan string) string {
	var out []string
	list := make([]int, 0, len(v.vlans))
	for vid := range v.vlans {
		list = append(list, int(vid))
	}
	slices.Sort(list)
	for i, vid := range list {
		switch {
		case vid == 0:
			out = append(out, untagged)
		case i > maxBlind:
			return strings.Join(append(out, "…"), ", ")
		default:
			out = append(out, fmt.Sprintf("%s%d", vlan, vid))
		}
	}
	return strings.Join(out, ", ")
}
