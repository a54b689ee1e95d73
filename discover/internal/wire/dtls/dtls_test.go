package dtls_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/dtls"
	"kanmon/discover/internal/wire/wiretest"
)

// anyConnect is the first ClientHello of a VPN client in a capture of nDPI's
// (anyconnect-vpn.pcap, frame 413).
const anyConnect = "160100000000000000000000560100004a000000000000004a0100ed89c4699ea16489a68421ebd0951f08172d595bf2c2507bd49467c65ee6238a" +
	"209bb071c8a80440614f8347a2ce2efe01540c7af53be22e1eac07398729e026ef00000200390100"

func u16(n int) []byte { return []byte{byte(n >> 8), byte(n)} }

func u24(n int) []byte { return []byte{byte(n >> 16), byte(n >> 8), byte(n)} }

func record(kind byte, epoch int, body []byte) []byte {
	return slices.Concat([]byte{kind, 0xfe, 0xfd}, u16(epoch), make([]byte, 6), u16(len(body)), body)
}

// part is octets from to end of a handshake message.
func part(kind byte, message []byte, from, end int) []byte {
	return slices.Concat([]byte{kind}, u24(len(message)), u16(0), u24(from), u24(end-from), message[from:end])
}

func clientHello(name string) []byte {
	sni := slices.Concat(u16(0), u16(len(name)+5), u16(len(name)+3), []byte{0}, u16(len(name)), []byte(name))
	body := slices.Concat([]byte{0xfe, 0xfd}, make([]byte, 32), []byte{0, 3, 1, 2, 3}, u16(2), []byte{0xc0, 0x2b, 1, 0}, u16(len(sni)), sni)
	return record(22, 0, part(1, body, 0, len(body)))
}

func TestHello(t *testing.T) {
	t.Parallel()
	good := clientHello("vpn.example")
	for _, tt := range []struct {
		name    string
		in      []byte
		ok      bool
		server  string
		version uint16
		session bool
	}{
		{name: "with a cookie and a name", in: good, ok: true, server: "vpn.example", version: dtls.Version12},
		{name: "AnyConnect", in: wiretest.Hex(anyConnect), ok: true, version: dtls.VersionOld, session: true},
		{name: "cut", in: good[:60], ok: true, version: dtls.Version12},
		{name: "encrypted", in: record(22, 1, good[13:])},
		{name: "ServerHello", in: record(22, 0, part(2, make([]byte, 40), 0, 40))},
		{name: "second part", in: record(22, 0, part(1, make([]byte, 80), 40, 80))},
		{name: "application data", in: record(23, 0, make([]byte, 40))},
		{name: "TLS", in: []byte{22, 3, 1, 0, 4, 1, 0, 0, 0}},
		{name: "nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, ok := dtls.DecodeHello(tt.in)
			if ok != tt.ok || h.Name != tt.server || h.Version != tt.version || h.Session != tt.session {
				t.Errorf("got %+v, %v", h, ok)
			}
		})
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	old := wiretest.Hex(anyConnect)
	data := slices.Clone(old)
	data[0] = 23
	for _, tt := range []struct {
		name string
		in   []byte
		want bool
	}{
		{name: "ClientHello", in: clientHello("a"), want: true},
		{name: "application data", in: record(23, 1, make([]byte, 40)), want: true},
		{name: "the version before 1.0", in: old, want: true},
		{name: "data of that version, which could be anything", in: data},
		{name: "cut", in: clientHello("a")[:40]},
		{name: "TLS", in: []byte{22, 3, 1, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := dtls.Is(tt.in); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func certificate(tb testing.TB) []byte {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "ASA Temporary Self Signed Certificate"}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	return slices.Concat(u24(len(der)+3), u24(len(der)), der)
}

func TestFlight(t *testing.T) {
	t.Parallel()
	m := certificate(t)
	hello := record(22, 0, part(2, make([]byte, 40), 0, 40))
	first, second := record(22, 0, part(11, m, 0, 100)), record(22, 0, part(11, m, 100, len(m)))
	for _, tt := range []struct {
		name string
		in   [][]byte
		want string
		more bool
	}{
		{name: "one datagram", in: [][]byte{slices.Concat(hello, first, second)}, want: "ASA Temporary Self Signed Certificate"},
		{name: "several", in: [][]byte{hello, first, second}, want: "ASA Temporary Self Signed Certificate"},
		{name: "one record", in: [][]byte{hello, record(22, 0, slices.Concat(part(11, m, 0, 50), part(11, m, 50, len(m))))}, want: "ASA Temporary Self Signed Certificate"},
		{name: "sent again", in: [][]byte{hello, second, first, first, second}, want: "ASA Temporary Self Signed Certificate"},
		{name: "the end is missing", in: [][]byte{hello, first}, more: true},
		{name: "an earlier session", in: [][]byte{slices.Concat(hello, record(20, 0, []byte{1}))}},
		{name: "another size", in: [][]byte{first, record(22, 0, part(11, append(m, 1), 100, 120))}},
		{name: "too long", in: [][]byte{record(22, 0, part(11, make([]byte, 1<<16), 0, 10))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var f dtls.Flight
			for i, b := range tt.in {
				c, found, more := f.Feed(b)
				if found && c.Subject != tt.want || i == len(tt.in)-1 && (found != (tt.want != "") || more != tt.more) {
					t.Errorf("datagram %d: %+v, found %v, more %v", i, c, found, more)
				}
			}
		})
	}
}

func TestStartsFlight(t *testing.T) {
	t.Parallel()
	hello := record(22, 0, part(2, make([]byte, 40), 0, 40))
	for _, tt := range []struct {
		name string
		in   []byte
		want bool
	}{
		{name: "ServerHello", in: hello, want: true},
		{name: "ClientHello", in: clientHello("a")},
		{name: "encrypted", in: record(22, 1, hello[13:])},
		{name: "second part", in: record(22, 0, part(2, make([]byte, 80), 40, 80))},
		{name: "nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := dtls.StartsFlight(tt.in); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func FuzzDTLS(f *testing.F) {
	m := certificate(f)
	f.Add(wiretest.Hex(anyConnect), []byte{})
	f.Add(clientHello("a.example"), record(22, 0, part(11, m, 0, 100)))
	f.Add(record(22, 0, part(11, m, 100, len(m))), record(22, 0, part(11, m, 0, 100)))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if h, ok := dtls.DecodeHello(a); !ok && h.Name != "" {
			t.Errorf("%+v", h)
		}
		dtls.Is(a)
		dtls.StartsFlight(a)
		var fl dtls.Flight
		for range 3 {
			fl.Feed(a)
			fl.Feed(b)
		}
	})
}
