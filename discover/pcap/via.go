package pcap

import "kanmon/discover/fact"

// limitVias is how many stations are told of that frames were handed to for
// hosts whose own came from others.
const limitVias = 8_192

// viaTable numbers these stations: a network has few, and most flows none.
type viaTable struct {
	macs    []fact.MAC
	numbers map[fact.MAC]uint16
	lost    uint64
}

// number returns the number of a station; 0 for none, or where there is no room.
func (t *viaTable) number(m fact.MAC) uint16 {
	if m.IsZero() {
		return 0
	}
	if n, ok := t.numbers[m]; ok {
		return n
	}
	if len(t.macs) >= limitVias {
		t.lost++
		return 0
	}
	if t.numbers == nil {
		t.numbers = make(map[fact.MAC]uint16)
	}
	t.macs = append(t.macs, m)
	t.numbers[m] = uint16(len(t.macs))
	return t.numbers[m]
}

// mac returns the station with that number.
func (t *viaTable) mac(number uint16) fact.MAC {
	if number == 0 {
		return fact.MAC{}
	}
	return t.macs[number-1]
}

func (t *viaTable) gap() (fact.Gap, bool) {
	return gap("stations that frames were handed to", limitVias, t.lost)
}
