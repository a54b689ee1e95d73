package traffic

import (
	"fmt"
	"slices"
	"strings"
)

// kind is how conversations of one protocol go.
type kind struct {
	port        uint16
	udp, inside bool
	first       [][]byte // from the client and the server in turn
	least, more int      // frames after those
}

// kind draws one, about as often as they are met.
func (g *generator) kind() kind {
	switch n := g.rng.IntN(100); {
	case n < 40:
		return kind{port: 443, first: [][]byte{clientHello(g.serverName()), serverHello()}, least: 20, more: 60}
	case n < 47:
		return kind{port: 443, udp: true, first: [][]byte{append([]byte{0xc3, 0xff, 0, 0, 0x20, 8}, g.bytes(1194)...)}, least: 20, more: 60}
	case n < 52:
		return kind{port: 80, first: [][]byte{
			fmt.Appendf(nil, "GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench/1.0\r\n\r\n", g.serverName()),
			[]byte("HTTP/1.1 200 OK\r\nServer: bench\r\n\r\n"),
		}, least: 15, more: 50}
	case n < 57:
		return kind{port: 104, inside: true, first: [][]byte{associate(), slices.Concat([]byte{2, 0}, be32(68), be16(1), make([]byte, 66))}, least: 40, more: 60}
	case n < 62:
		return kind{port: 2575, inside: true, first: [][]byte{[]byte("\x0bMSH|^~\\&|BENCH|WARD|HIS|MAIN|20260101000000||ADT^A01|1|P|2.5\r\x1c\r")}, least: 10, more: 40}
	case n < 67:
		return kind{port: 445, inside: true, first: [][]byte{slices.Concat([]byte{0, 0, 0, 64, 0xfe, 'S', 'M', 'B', 64, 0}, make([]byte, 58))}, least: 30, more: 60}
	case n < 71:
		return kind{port: 3389, inside: true, first: [][]byte{{3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0}}, least: 20, more: 60}
	case n < 74:
		return kind{port: 22, inside: true, first: [][]byte{[]byte("SSH-2.0-bench_1\r\n"), []byte("SSH-2.0-bench_2\r\n")}, least: 20, more: 40}
	case n < 78:
		return kind{port: 5004, udp: true, inside: true, least: 40, more: 80}
	case n < 80:
		return kind{port: 51820, udp: true, first: [][]byte{wireGuard(1, 148), wireGuard(2, 92)}, least: 20, more: 40}
	case n < 82:
		return kind{port: 4500, udp: true, first: [][]byte{slices.Concat(be32(0x1001), be32(1), g.bytes(80)), slices.Concat(be32(0x1002), be32(1), g.bytes(80))}, least: 20, more: 40}
	case n < 85:
		return kind{port: 123, udp: true, first: [][]byte{append([]byte{0x23}, make([]byte, 47)...), append([]byte{0x24, 1}, make([]byte, 46)...)}}
	case n < 87:
		return kind{port: 514, udp: true, inside: true, first: [][]byte{[]byte("<134>Jan  1 00:00:00 bench app: line")}}
	}
	question := g.question(1)
	answer := slices.Concat(question, []byte{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 18, byte(g.rng.Uint32()), byte(g.rng.Uint32())})
	answer[2], answer[3], answer[7] = 0x81, 0x80, 1
	return kind{port: 53, udp: true, inside: true, first: [][]byte{question, answer}}
}

func (g *generator) serverName() string {
	return fmt.Sprintf("s%d.cdn%d.example.net", g.rng.IntN(1000), g.rng.IntN(20))
}

func (g *generator) question(kind uint16) []byte {
	b := slices.Concat(be16(uint16(g.rng.Uint32())), []byte{1, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	for label := range strings.SplitSeq(g.serverName(), ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return slices.Concat(b, []byte{0}, be16(kind), be16(1))
}

func clientHello(name string) []byte {
	sni := slices.Concat(be16(0), be16(uint16(len(name)+5)), be16(uint16(len(name)+3)), []byte{0}, be16(uint16(len(name))), []byte(name))
	ext := slices.Concat(sni, be16(16), be16(5), be16(3), []byte{2, 'h', '2'}, be16(21), be16(200), make([]byte, 200))
	body := slices.Concat([]byte{3, 3}, make([]byte, 32), []byte{0}, be16(2), be16(0x1301), []byte{1, 0}, be16(uint16(len(ext))), ext)
	hs := slices.Concat([]byte{1, 0}, be16(uint16(len(body))), body)
	return slices.Concat([]byte{22, 3, 1}, be16(uint16(len(hs))), hs)
}

func serverHello() []byte {
	body := slices.Concat([]byte{3, 3}, make([]byte, 32), []byte{0}, be16(0x1301), []byte{0})
	hs := slices.Concat([]byte{2, 0}, be16(uint16(len(body))), body)
	return slices.Concat([]byte{22, 3, 3}, be16(uint16(len(hs))), hs, []byte{20, 3, 3, 0, 1, 1})
}

// associate is an A-ASSOCIATE-RQ of DICOM (PS3.8, 9.3.2) without its items.
func associate() []byte {
	return slices.Concat([]byte{1, 0}, be32(68), be16(1), be16(0), []byte("ANY-SCP         BENCH-CT        "), make([]byte, 32))
}

func wireGuard(kind byte, n int) []byte {
	b := make([]byte, n)
	b[0], b[4] = kind, 7
	return b
}

// chatter makes one of the frames that hosts and switches send to all.
func (g *generator) chatter() []byte {
	h := inside(g.rng.IntN(insideHosts))
	all := [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	switch g.rng.IntN(6) {
	case 0:
		unit := slices.Concat([]byte{2, 7, 4}, h.mac[:], []byte{4, 3, 7, '1', '2', 6, 2, 0, 120, 10, 5}, []byte("sw-"), []byte{'a' + h.mac[5]%20, '1', 0, 0})
		return ethernet([6]byte{1, 0x80, 0xc2, 0, 0, 0x0e}, [6]byte{2, 0, 0, 2, 0, h.mac[5] % 20}, 0, 0x88cc, unit)
	case 1:
		name := fmt.Appendf(nil, "pc-%02x%02x", h.mac[4], h.mac[5])
		record := slices.Concat([]byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, byte(len(name))}, name, []byte{5, 'l', 'o', 'c', 'a', 'l', 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4}, h.v4[:])
		b := slices.Concat(be16(5353), be16(5353), be16(uint16(8+len(record))), be16(0), record)
		return ethernet([6]byte{1, 0, 0x5e, 0, 0, 0xfb}, h.mac, h.vid, 0x0800, ip4(h.v4, [4]byte{224, 0, 0, 251}, 17, b))
	default:
		other := inside(g.rng.IntN(insideHosts))
		return ethernet(all, h.mac, h.vid, 0x0806, slices.Concat([]byte{0, 1, 8, 0, 6, 4, 0, 1}, h.mac[:], h.v4[:], make([]byte, 6), other.v4[:]))
	}
}
