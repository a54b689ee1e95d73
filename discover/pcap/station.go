package pcap

import "kanmon/discover/fact"

// stationTable counts the frames of each station. It is looked up for nearly
// every frame, so it remembers the one it found last.
type stationTable struct {
	byKey map[uint64]int32
	list  []station
	last  int32
	lost  uint64
}

type station struct {
	tally
	key uint64 // MAC address and VLAN ID
}

func newStationTable() stationTable {
	return stationTable{byKey: make(map[uint64]int32), list: make([]station, 0, 64), last: -1}
}

func (t *stationTable) see(m fact.MAC, vid uint16, at moment) {
	key := uint64(m[0])<<56 | uint64(m[1])<<48 | uint64(m[2])<<40 | uint64(m[3])<<32 | uint64(m[4])<<24 | uint64(m[5])<<16 | uint64(vid)
	i := t.last
	if i < 0 || t.list[i].key != key {
		var ok bool
		if i, ok = t.byKey[key]; !ok {
			if len(t.list) >= limitStations {
				t.lost++
				return
			}
			i = int32(len(t.list))
			t.list = append(t.list, station{key: key})
			t.byKey[key] = i
		}
		t.last = i
	}
	t.list[i].see(at)
}

func (t *stationTable) flush(to emit, all bool) error {
	for i := range t.list {
		s := &t.list[i]
		if s.sent == s.count || s.sent > 0 && !all {
			continue
		}
		s.sent = s.count
		k := s.key
		m := fact.MAC{byte(k >> 56), byte(k >> 48), byte(k >> 40), byte(k >> 32), byte(k >> 24), byte(k >> 16)}
		if err := to("pcap/station", fact.Station{MAC: m, VID: uint16(k)}, s.sighting()); err != nil {
			return err
		}
	}
	return nil
}

func (t *stationTable) gap() (fact.Gap, bool) { return gap("stations", limitStations, t.lost) }
