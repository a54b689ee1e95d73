package pcap_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// initial makes an Initial packet of a client with the connection ID and the
// keys of RFC 9001, A.1: octets of the handshake from an offset on.
func initial(number byte, offset int, b []byte) []byte {
	unhex := func(s string) []byte {
		b, _ := hex.DecodeString(s)
		return b
	}
	plain := join([]byte{6}, be32(0x80000000|uint32(offset)), be16(0x4000|uint16(len(b))), b, make([]byte, 1100-len(b)))
	head := join([]byte{0xc3}, be32(1), []byte{8}, unhex("8394c8f03e515708"), []byte{0, 0}, be16(0x4000|uint16(4+len(plain)+16)), []byte{0, 0, 0, number})
	nonce := unhex("fa044b2f42a3fd3b46fb255c")
	nonce[11] ^= number
	block, _ := aes.NewCipher(unhex("1f369613dd76d5467730efcbe3b1a22d"))
	aead, _ := cipher.NewGCM(block)
	out := aead.Seal(join(head), nonce, plain, head)
	hp, _ := aes.NewCipher(unhex("9f50449e04a0e810283a1e9933adedd2"))
	var mask [16]byte
	at := len(head) - 4
	hp.Encrypt(mask[:], out[at+4:at+20])
	out[0] ^= mask[0] & 0x0f
	for i := range 4 {
		out[at+i] ^= mask[1+i]
	}
	return out
}

// TestQUIC spreads a ClientHello over datagrams, as clients with large keys do,
// with answers of the server between.
func TestQUIC(t *testing.T) {
	t.Parallel()
	hello := clientHello("a.example", 1500)[5:]
	client, server := fact.Endpoint{IP: ip("10.20.0.5"), MAC: macA}, fact.Endpoint{IP: ip("203.0.113.10"), Port: 443, MAC: macB}
	want := fact.ServerName{Name: "a.example", Protocol: "quic", Client: client, Server: server}
	answer := join([]byte{0xc1}, be32(1), []byte{0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0}, be16(0x4000|600), make([]byte, 600))
	up := func(number byte, from, to int) []byte { return udp(40000, 443, initial(number, from, hello[from:to])) }
	end := len(hello)
	talk := func() *conversation { return &conversation{client: "10.20.0.5", server: "203.0.113.10"} }
	for _, tt := range []struct {
		name string
		in   *conversation
		want []fact.ServerName
	}{
		{name: "in order", in: talk().up(17, up(0, 0, 1000)).up(17, up(1, 1000, end)), want: []fact.ServerName{want}},
		{name: "the end first, and sent again", in: talk().up(17, up(0, 1000, end)).up(17, up(1, 1000, end)).up(17, up(2, 0, 1000)).up(17, up(3, 0, 1000)), want: []fact.ServerName{want}},
		{name: "an answer between", in: talk().up(17, up(0, 0, 1000)).down(17, udp(443, 40000, answer)).up(17, up(1, 1000, end)), want: []fact.ServerName{want}},
		{name: "only the server seen", in: talk().down(17, udp(443, 40000, answer)).down(17, udp(443, 40000, answer))},
		{name: "the name never comes", in: talk().up(17, up(0, 0, 1000)).up(17, up(1, 0, 1000))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, tt.in.frames...), tt.want...)
		})
	}
}

// TestQUICFlood begins so many connections that not all of them are deciphered,
// which is told.
func TestQUICFlood(t *testing.T) {
	t.Parallel()
	const connections = 6_000
	hello := initial(0, 0, clientHello("a.example", 200)[5:])
	var frames [][]byte
	for i := range connections {
		c := &conversation{client: fmt.Sprintf("10.20.%d.%d", i>>8, i&0xff), server: "203.0.113.10"}
		frames = append(frames, c.up(17, udp(40000, 443, hello)).frames...)
	}
	names := 0
	var gaps []fact.Gap
	for _, o := range read(t, frames...).obs {
		switch f := o.Fact.(type) {
		case fact.ServerName:
			names++
		case fact.Gap:
			gaps = append(gaps, f)
		}
	}
	want := fmt.Sprintf("; %d of them were not deciphered", connections-names)
	if names < 4096 || len(gaps) != 1 || gaps[0].What != "server names in QUIC" || !strings.HasSuffix(gaps[0].Why, want) {
		t.Errorf("%d names of %d connections, and the gaps %v", names, connections, gaps)
	}
}
