package quic_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/quic"
	"kanmon/discover/internal/wire/wiretest"
)

// protection is the keys that a version derives from the connection ID of the
// examples.
type protection struct {
	version     uint32
	first       byte // of the header of an Initial packet
	key, iv, hp string
}

const exampleID = "8394c8f03e515708"

// The keys stand in RFC 9001, A.1, and RFC 9369, A.1.
func v1() protection {
	return protection{1, 0xc3, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"}
}

func v2() protection {
	return protection{0x6b3343cf, 0xd3, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"}
}

// seal makes an Initial packet out of frames, filled up to 1,200 octets.
func (p protection) seal(number uint32, frames ...[]byte) []byte {
	plain := slices.Concat(frames...)
	plain = append(plain, make([]byte, max(0, 1162-len(plain)))...)
	head := slices.Concat([]byte{p.first}, binary.BigEndian.AppendUint32(nil, p.version), []byte{8}, wiretest.Hex(exampleID), []byte{0, 0})
	head = binary.BigEndian.AppendUint16(head, 0x4000|uint16(4+len(plain)+16))
	at := len(head)
	head = binary.BigEndian.AppendUint32(head, number)
	block, _ := aes.NewCipher(wiretest.Hex(p.key))
	aead, _ := cipher.NewGCM(block)
	nonce := wiretest.Hex(p.iv)
	for i := range 4 {
		nonce[8+i] ^= byte(number >> (24 - 8*i))
	}
	b := aead.Seal(slices.Clone(head), nonce, plain, head)
	hp, _ := aes.NewCipher(wiretest.Hex(p.hp))
	var mask [16]byte
	hp.Encrypt(mask[:], b[at+4:at+20])
	b[0] ^= mask[0] & 0x0f
	for i := range 4 {
		b[at+i] ^= mask[1+i]
	}
	return b
}

// crypto makes a CRYPTO frame.
func crypto(offset int, b []byte) []byte {
	return slices.Concat([]byte{6, 0x80 | byte(offset>>24), byte(offset >> 16), byte(offset >> 8), byte(offset), 0x40 | byte(len(b)>>8), byte(len(b))}, b)
}

func hello(n int) []byte {
	b := append([]byte{1, byte(n >> 16), byte(n >> 8), byte(n)}, bytes.Repeat([]byte("x"), n)...)
	copy(b[4:], "beginning")
	copy(b[len(b)-3:], "end")
	return b
}

func TestHello(t *testing.T) {
	t.Parallel()
	ping, ackFrame := []byte{1}, []byte{2, 5, 0, 1, 0, 0, 0}
	h := hello(900)
	big := hello(2500)
	one, two := v1(), v2()
	unknown := one
	unknown.version = 0x12345678
	wrong := one
	wrong.key = "00000000000000000000000000000000"
	initial := one.seal(0, crypto(0, h))
	for _, tt := range []struct {
		name string
		in   [][]byte
		want []byte
	}{
		{name: "version 1", in: [][]byte{initial}, want: h[4:]},
		{name: "version 2", in: [][]byte{two.seal(7, crypto(0, h))}, want: h[4:]},
		{name: "pieces in any order, with other frames between", in: [][]byte{one.seal(1, crypto(500, h[500:]), ping, crypto(0, h[:100]), ackFrame, crypto(300, h[300:500]), crypto(100, h[100:300]))}, want: h[4:]},
		{name: "several packets, the last one first", in: [][]byte{one.seal(2, crypto(2000, big[2000:])), one.seal(1, crypto(1000, big[1000:2000])), one.seal(0, crypto(0, big[:1000]))}, want: big[4:]},
		{name: "pieces that overlap", in: [][]byte{one.seal(0, crypto(0, h[:600]), crypto(400, h[400:]))}, want: h[4:]},
		{name: "coalesced behind another packet", in: [][]byte{slices.Concat(handshake(one), initial)}, want: h[4:]},
		{name: "a piece is missing", in: [][]byte{one.seal(0, crypto(0, h[:100]), crypto(101, h[101:]))}},
		{name: "not known version", in: [][]byte{unknown.seal(0, crypto(0, h))}},
		{name: "other keys", in: [][]byte{wrong.seal(0, crypto(0, h))}},
		{name: "frame that no Initial packet holds", in: [][]byte{one.seal(0, []byte{8, 0, 1, 1}, crypto(0, h))}},
		{name: "not a ClientHello", in: [][]byte{one.seal(0, crypto(0, append([]byte{2}, h[1:]...)))}},
		{name: "beyond what is kept", in: [][]byte{one.seal(0, crypto(20000, h))}},
		{name: "short header", in: [][]byte{append([]byte{0x43}, make([]byte, 1200)...)}},
		{name: "text", in: [][]byte{[]byte("GET / HTTP/1.1\r\n\r\n")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var q quic.Hello
			var got []byte
			for i, b := range tt.in {
				var more bool
				if got, more = q.Feed(b); got == nil && !more && i < len(tt.in)-1 {
					t.Fatalf("ended after datagram %d", i)
				}
			}
			if !bytes.Equal(got, tt.want) {
				t.Errorf("got %d octets, want %d", len(got), len(tt.want))
			}
		})
	}
}

// handshake is a packet that is not read, with a length.
func handshake(p protection) []byte {
	return slices.Concat([]byte{0xe0}, binary.BigEndian.AppendUint32(nil, p.version), []byte{8}, wiretest.Hex(exampleID), []byte{0, 20}, make([]byte, 20))
}

// TestCut reads a packet whose end the capture left out.
func TestCut(t *testing.T) {
	t.Parallel()
	h := hello(300)
	var q quic.Hello
	got, _ := q.Feed(v1().seal(0, crypto(0, h))[:500])
	if !bytes.Equal(got, h[4:]) {
		t.Errorf("got %d octets, want %d", len(got), len(h)-4)
	}
	q = quic.Hello{}
	if got, _ := q.Feed(v1().seal(0, crypto(0, h))[:200]); got != nil {
		t.Errorf("got %d octets of a ClientHello that is not there", len(got))
	}
	if s := q.Start(); !bytes.HasPrefix(s, []byte("beginning")) || len(s) > 200 {
		t.Errorf("start %q", s)
	}
}

// TestBound gives a connection that never gets anywhere.
func TestBound(t *testing.T) {
	t.Parallel()
	var q quic.Hello
	for i := range uint32(100) {
		if _, more := q.Feed(v1().seal(i, crypto(int(i)*100+50, []byte("y")))); !more {
			if i > 10 {
				t.Errorf("looked at %d datagrams", i)
			}
			return
		}
	}
	t.Error("no end")
}

func FuzzHello(f *testing.F) {
	f.Add(v1().seal(0, crypto(0, hello(300))), []byte{})
	f.Add(v2().seal(0, crypto(100, hello(300))), v2().seal(1, crypto(0, hello(300)[:100])))
	f.Add(handshake(v1()), v1().seal(0, []byte{2, 5, 0, 1, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var q quic.Hello
		for _, d := range [][]byte{a, b, a} {
			if got, _ := q.Feed(d); len(got) > 16<<10 || len(q.Start()) > 16<<10 {
				t.Errorf("%d octets", len(got))
			}
		}
	})
}

func BenchmarkHello(b *testing.B) {
	in := v1().seal(0, crypto(0, hello(900)))
	b.ReportAllocs()
	for b.Loop() {
		var q quic.Hello
		q.Feed(in)
	}
}
