package pcap

import (
	"iter"
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// Decoded is what the decoder in place makes of an IP packet.
type Decoded struct {
	Src, Dst     netip.Addr
	Proto, Hops  uint8
	Sport, Dport uint16
	SYN, ACK     bool
	Seq          uint32
	Payload      []byte
	Whole, Later bool
}

// DecodeIP decodes an IP packet of the given version.
func DecodeIP(version int, b []byte) (Decoded, error) {
	p := packet{whole: true}
	decode := p.decode4
	if version == 6 {
		decode = p.decode6
	}
	later, err := decode(b)
	return Decoded{
		Src: p.src, Dst: p.dst, Proto: p.proto, Hops: p.hops, Sport: p.sport, Dport: p.dport,
		SYN: p.syn, ACK: p.ack, Seq: p.seq, Payload: p.payload, Whole: p.whole, Later: later,
	}, err
}

// FailingFrame is what becomes of an ARP frame where its decoder fails.
func FailingFrame(b []byte) error {
	a := newAnalyzer()
	a.bindings = nil
	return a.frame(frame.LinkEthernet, b, true, moment{})
}

// Told counts the facts that are told of frames before the end, where it is
// looked for new ones after every so many, and in all.
func Told(frames iter.Seq[[]byte], every int) (early, all int) {
	a := newAnalyzer()
	n := 0
	count := func(string, fact.Fact, fact.Sighting) error { n++; return nil }
	i := 0
	for f := range frames {
		if i++; i%every == 0 {
			_ = a.flush(count, false)
		}
		_ = a.frame(frame.LinkEthernet, f, true, moment{nanos: int64(i), frame: uint64(i)})
	}
	early = n
	_ = a.finish(count)
	return early, n
}
