package pcap

import "kanmon/discover/fact"

// stationTable counts the frames of each station. It is looked up for nearly
// every frame.
type stationTable struct {
	index  index
	secret secret
	list   []station
	room   room
}

type station struct {
	tally
	sent uint64 // count when it was last emitted
	key  uint64 // MAC address and VLAN ID
}

func newStationTable() stationTable {
	return stationTable{secret: newSecret(), list: make([]station, 0, 64)}
}

// stationKey joins a MAC address and a VLAN ID.
func stationKey(m fact.MAC, vid uint16) uint64 {
	return uint64(m[0])<<56 | uint64(m[1])<<48 | uint64(m[2])<<40 | uint64(m[3])<<32 | uint64(m[4])<<24 | uint64(m[5])<<16 | uint64(vid)
}

// see counts a frame of a station, which key names.
func (t *stationTable) see(key uint64, at moment) {
	place, ok := t.find(key)
	if !ok {
		if len(t.list) >= limitStations && (!t.room.wanted() || !t.sweep()) {
			t.room.lost++
			return
		}
		place = len(t.list)
		t.list = append(t.list, station{key: key})
		t.index.add(t.secret.of(key, 0), place)
	}
	t.list[place].see(at)
}

func (t *stationTable) find(key uint64) (int, bool) {
	for place := range t.index.places(t.secret.of(key, 0)) {
		if t.list[place].key == key {
			return place, true
		}
	}
	return 0, false
}

// frames returns how many frames of a station were counted.
func (t *stationTable) frames(key uint64) uint64 {
	if place, ok := t.find(key); ok {
		return t.list[place].count
	}
	return 0
}

// sweep forgets the stations that sent one frame only: made-up addresses must
// not displace those that are there. It reports whether they were many.
func (t *stationTable) sweep() bool {
	once := 0
	for i := range t.list {
		if t.list[i].count == 1 {
			once++
		}
	}
	if !t.room.made(once, limitStations) {
		return false
	}
	kept := t.list[:0]
	t.index.clear()
	for _, s := range t.list {
		if s.count > 1 {
			t.index.add(t.secret.of(s.key, 0), len(kept))
			kept = append(kept, s)
		}
	}
	t.list = kept
	return true
}

func (t *stationTable) flush(to emit, all bool) error {
	for i := range t.list {
		s := &t.list[i]
		if s.sent == s.count || s.sent > 0 && !all || !all && s.count == 1 && !t.room.soon(limitStations) {
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

func (t *stationTable) gap() (fact.Gap, bool) { return gap("stations", limitStations, t.room.lost) }
