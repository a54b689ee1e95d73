// Package traffic makes up captures of a hospital's network to measure with. The
// same seed gives the same octets. Nothing in it comes from a real network:
// addresses are private or for documentation, payload is noise behind first
// octets of the right form. TCP checksums are left empty, as they are where an
// interface fills them in.
package traffic

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/rand/v2"
)

const (
	insideHosts  = 2000
	outsideHosts = 5000
	atATime      = 400       // conversations
	perFrame     = 2_400_000 // nanoseconds between two frames
	start        = 1_760_000_000
)

// Write writes a capture of about size octets in the pcap format.
func Write(w io.Writer, size int64, seed uint64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	g := generator{rng: rand.New(rand.NewPCG(seed, 2)), noise: make([]byte, 1<<16)}
	for i := range g.noise {
		g.noise[i] = byte(g.rng.Uint32()) | 0x80
	}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d) // nanoseconds
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	if _, err := out.Write(head); err != nil {
		return err
	}
	active := make([]*conversation, atATime)
	for written, n := int64(len(head)), int64(0); written < size; n++ {
		frame := g.chatter()
		if n%40 != 0 {
			i := g.rng.IntN(len(active))
			if active[i] == nil || active[i].left == 0 {
				active[i] = g.begin()
			}
			frame = g.next(active[i])
		}
		at := n * perFrame
		record := binary.LittleEndian.AppendUint32(nil, uint32(start+at/1e9))
		record = binary.LittleEndian.AppendUint32(record, uint32(at%1e9))
		record = binary.LittleEndian.AppendUint32(record, uint32(len(frame)))
		record = binary.LittleEndian.AppendUint32(record, uint32(len(frame)))
		if _, err := out.Write(append(record, frame...)); err != nil {
			return err
		}
		written += int64(len(record) + len(frame))
	}
	return out.Flush()
}

type generator struct {
	rng   *rand.Rand
	noise []byte
}

// host is a station with its addresses.
type host struct {
	mac    [6]byte
	v4     [4]byte
	v6     [16]byte
	vid    uint16
	inside bool
}

// gateway is the station behind which all hosts outside are.
func gateway() [6]byte { return [6]byte{0x02, 0xfe, 0, 0, 0, 1} }

func inside(n int) host {
	h := host{mac: [6]byte{0x02, 0, 0, 1, byte(n >> 8), byte(n)}, v4: [4]byte{10, 20, byte(n >> 8), byte(n)}, inside: true}
	h.v6 = [16]byte{0xfd, 0, 0x20, 0, 0, 0, 0, byte(n % 10), 0, 0, 0, 0, 0, 0, byte(n >> 8), byte(n)}
	if n%3 == 0 {
		h.vid = uint16(100 + n%10)
	}
	return h
}

func outside(n int) host {
	h := host{mac: gateway(), v4: [4]byte{198, 18 + byte(n&1), byte(n >> 8), byte(n)}} // RFC 2544
	h.v6 = [16]byte{0x20, 0x01, 0x0d, 0xb8, byte(n), 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(n >> 8), byte(n)}
	return h
}

// conversation is one that goes on.
type conversation struct {
	client, server host
	sport, dport   uint16
	tcp, six       bool
	first          [][]byte // payloads, from the client and the server in turn
	sent, left     int
	seq            [2]uint32
}

func (g *generator) begin() *conversation {
	c := &conversation{client: inside(g.rng.IntN(insideHosts)), sport: uint16(32768 + g.rng.IntN(28000)), tcp: true}
	c.six = g.rng.IntN(7) == 0
	k := g.kind()
	c.dport, c.first, c.tcp = k.port, k.first, !k.udp
	if k.inside {
		c.server = inside(g.rng.IntN(40))
		c.server.vid = c.client.vid
	} else {
		c.server = outside(g.rng.IntN(outsideHosts))
	}
	if k.udp && k.port >= 500 && k.port < 52000 && k.port != 443 && !k.inside { // between gateways
		c.sport = k.port
	}
	c.left = len(c.first) + k.least + g.rng.IntN(k.more+1)
	if c.tcp {
		c.left += 3
	}
	return c
}

// next makes the next frame of c.
func (g *generator) next(c *conversation) []byte {
	n := c.sent
	c.sent++
	c.left--
	side, flags := 0, byte(ack)
	var payload []byte
	if c.tcp {
		switch n {
		case 0:
			return g.segment(c, 0, syn, nil)
		case 1:
			return g.segment(c, 1, syn|ack, nil)
		case 2:
			return g.segment(c, 0, ack, nil)
		}
		n -= 3
	}
	switch {
	case n < len(c.first):
		side, payload = n%2, c.first[n]
		flags |= psh
	case n%3 == 0:
		payload = g.bytes(g.rng.IntN(200))
	default:
		side, payload = 1, g.bytes(400+g.rng.IntN(1000))
	}
	if c.left == 0 {
		flags |= fin
	}
	if !c.tcp && len(payload) == 0 {
		payload = g.bytes(40)
	}
	return g.segment(c, side, flags, payload)
}

// bytes returns noise that begins like nothing known.
func (g *generator) bytes(n int) []byte {
	at := g.rng.IntN(len(g.noise) - n)
	return g.noise[at : at+n]
}
