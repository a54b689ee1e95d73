package cert_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/cert"
)

// issue makes a certificate for a subject, signed by an issuer.
func issue(tb testing.TB, subject, issuer pkix.Name, names ...string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: subject, DNSNames: names, NotAfter: time.Unix(1e10, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, &x509.Certificate{Subject: issuer}, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// recorder keeps what is written through it.
type recorder struct {
	net.Conn
	buf bytes.Buffer
}

func (r *recorder) Write(b []byte) (int, error) {
	r.buf.Write(b)
	return r.Conn.Write(b)
}

// flight returns what a real server sends, up to the end of the handshake.
func flight(tb testing.TB, c tls.Certificate, version uint16) []byte {
	tb.Helper()
	here, there := net.Pipe()
	server := &recorder{Conn: there}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: version, MaxVersion: version})
		_ = s.Handshake()
		there.Close()
	}()
	client := tls.Client(here, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
	if err := client.Handshake(); err != nil {
		tb.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, here)
	<-done
	return server.buf.Bytes()
}

func TestServer(t *testing.T) {
	t.Parallel()
	name := func(common, organization string) pkix.Name {
		n := pkix.Name{CommonName: common}
		if organization != "" {
			n.Organization = []string{organization}
		}
		return n
	}
	long := strings.Repeat("x", 200)
	for _, tt := range []struct {
		name    string
		in      tls.Certificate
		version uint16
		want    cert.Certificate
		err     error
	}{
		{
			name: "TLS 1.2", version: tls.VersionTLS12, in: issue(t, name("FGT60E4Q16000000", "Fortinet"), name("fortinet-ca2", "Fortinet"), "Fw.Example", "FGT60E4Q16000000", "vpn.example"),
			want: cert.Certificate{Subject: "FGT60E4Q16000000", Organization: "Fortinet", Issuer: "fortinet-ca2", Names: []string{"fw.example", "vpn.example"}},
		},
		{name: "issuer without a common name", version: tls.VersionTLS12, in: issue(t, name("a", ""), name("", "Maker")), want: cert.Certificate{Subject: "a", Issuer: "Maker"}},
		{name: "of a person", version: tls.VersionTLS12, in: issue(t, name("tanaka@hospital.example", "M"), name("ca@hospital.example", "CA"), "taro@hospital.example"), want: cert.Certificate{Organization: "M", Issuer: "CA"}},
		{name: "Japanese", version: tls.VersionTLS12, in: issue(t, name("病院", ""), name("", "")), want: cert.Certificate{Subject: "病院"}},
		{name: "name too long", version: tls.VersionTLS12, in: issue(t, name(long, "M"), name("", "")), want: cert.Certificate{Organization: "M"}},
		{
			name: "many names", version: tls.VersionTLS12, in: issue(t, name("a", ""), name("b", ""), "1.example", "2.example", "3.example", "4.example", "5.example"),
			want: cert.Certificate{Subject: "a", Issuer: "b", Names: []string{"1.example", "2.example", "3.example", "4.example"}},
		},
		{name: "TLS 1.3", version: tls.VersionTLS13, in: issue(t, name("a", ""), name("b", "")), err: cert.ErrOther},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := flight(t, tt.in, tt.version)
			got, err := cert.Server(b)
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("error %v; -want +got:\n%s", err, diff)
			}
			for n := 6; n < len(b); n++ { // what is read of a part is all or nothing
				got, err := cert.Server(b[:n])
				if err == nil && cmp.Diff(tt.want, got) != "" || err != nil && tt.err == nil && !errors.Is(err, cert.ErrMore) {
					t.Fatalf("cut at %d: %+v, %v", n, got, err)
				}
			}
		})
	}
}

func TestNotAServer(t *testing.T) {
	t.Parallel()
	hello := []byte{2, 0, 0, 38, 3, 3}
	hello = append(append(hello, make([]byte, 32)...), 0, 0, 0x2f, 0)
	record := func(kind byte, b []byte) []byte {
		return slices.Concat([]byte{kind, 3, 3, byte(len(b) >> 8), byte(len(b))}, b)
	}
	certificate := slices.Concat([]byte{11, 0, 0, 9, 0, 0, 6, 0, 0, 3}, []byte{0x30, 1, 0})
	for _, tt := range []struct {
		name string
		in   []byte
		want error
	}{
		{name: "an earlier session goes on", in: slices.Concat(record(22, hello), record(20, []byte{1})), want: cert.ErrOther},
		{name: "a certificate without a ServerHello is that of a client", in: record(22, certificate), want: cert.ErrOther},
		{name: "no certificate in it", in: slices.Concat(record(22, hello), record(22, certificate)), want: cert.ErrOther},
		{name: "the rest is to come", in: record(22, hello), want: cert.ErrMore},
		{name: "an anonymous server goes on for ever", in: slices.Concat(record(22, hello), record(22, []byte{12, 0xff, 0xff, 0xff})), want: cert.ErrOther},
		{name: "ClientHello", in: []byte{22, 3, 1, 0, 10, 1, 0, 0, 6}, want: cert.ErrOther},
		{name: "nothing", want: cert.ErrOther},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := cert.Server(tt.in); !errors.Is(err, tt.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestTor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   cert.Certificate
		want bool
	}{
		// Names of relays in a capture of nDPI's.
		{name: "a relay", in: cert.Certificate{Subject: "www.g6ghvisevf3ibuu5.net", Issuer: "www.xkgk7fdx362yyyxib.com"}, want: true},
		{name: "a shop with its own authority", in: cert.Certificate{Subject: "www.bookshop.net", Issuer: "www.bookshop.com"}},
		{name: "with an organization", in: cert.Certificate{Subject: "www.g6ghvisevf3ibuu5.net", Issuer: "www.xkgk7fdx362yyyxib.com", Organization: "x"}},
		{name: "with other names", in: cert.Certificate{Subject: "www.g6ghvisevf3ibuu5.net", Issuer: "www.xkgk7fdx362yyyxib.com", Names: []string{"x"}}},
		{name: "digits that base 32 has not", in: cert.Certificate{Subject: "www.g6ghvis0vf3ibuu5.net", Issuer: "www.xkgk7fdx362yyyxib.com"}},
		{name: "self-signed", in: cert.Certificate{Subject: "www.example.net", Issuer: "www.example.net"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.in.Tor(); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func FuzzServer(f *testing.F) {
	c := issue(f, pkix.Name{CommonName: "a", Organization: []string{"b"}}, pkix.Name{CommonName: "c"}, "d.example")
	f.Add(flight(f, c, tls.VersionTLS12))
	f.Add(c.Certificate[0])
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, read := range []func([]byte) (cert.Certificate, error){cert.Server, func(b []byte) (cert.Certificate, error) {
			c, _ := cert.Parse(b)
			return c, nil
		}} {
			c, _ := read(b)
			if len(c.Subject) > 128 || len(c.Organization) > 128 || len(c.Issuer) > 128 || len(c.Names) > 4 {
				t.Errorf("%+v", c)
			}
		}
		_, _ = cert.List(b, len(b)%2 == 0)
	})
}
