package work

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Serve runs a small server until the context ends. Kinds: hl7 ADDRESS, which
// acknowledges; ntp ADDRESS; https ADDRESS NAME [TEXT], with a certificate that it makes.
func Serve(ctx context.Context, kind, address string, rest []string) error {
	if kind == "ntp" {
		return serveNTP(ctx, address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("serve %s: %w", kind, err)
	}
	stop := context.AfterFunc(ctx, func() { shut(listener) })
	defer stop()
	switch {
	case kind == "hl7":
		return serveHL7(listener)
	case kind == "https" && len(rest) > 0:
		text := "ok\n"
		if len(rest) > 1 {
			text = rest[1]
		}
		return serveHTTPS(listener, rest[0], text)
	case kind == "sslvpn" && len(rest) > 0:
		return serveSSLVPN(listener, rest[0])
	default:
		return fmt.Errorf("serve: want hl7 ADDRESS or https ADDRESS NAME, not %s %v", kind, rest)
	}
}

// conversations bounds how many clients are served at a time.
const conversations = 32

func serveHL7(listener net.Listener) error {
	slots := make(chan struct{}, conversations)
	for {
		c, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("serve hl7: %w", err)
		}
		slots <- struct{}{}
		go func() {
			defer func() { shut(c); <-slots }()
			in := bufio.NewReader(c)
			for c.SetDeadline(time.Now().Add(30*time.Second)) == nil {
				if _, err := ReadBlock(in); err != nil {
					return
				}
				if err := writeBlock(c, "MSH|^~\\&|HIS|SV|LAB|WARD|20260101000000||ACK|1|P|2.5\rMSA|AA|1\r"); err != nil {
					return
				}
			}
		}()
	}
}

func serveHTTPS(listener net.Listener, name, text string) error {
	certificate, err := selfSigned(name)
	if err != nil {
		return fmt.Errorf("serve https: %w", err)
	}
	server := http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "lab")
			_, _ = io.WriteString(w, text)
		}),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       30 * time.Second,
	}
	if err := server.ServeTLS(listener, "", ""); err != nil {
		return fmt.Errorf("serve https: %w", err)
	}
	return nil
}

func selfSigned(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(365 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
