package lab

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// authority signs certificates. Its keys follow from names, so that the same
// plan has the same files: they protect nothing.
type authority struct {
	certificate *x509.Certificate
	key         ed25519.PrivateKey
}

// Certificates of the lab are valid from 2020 to 2060.
const validFrom, validUntil = 2020, 2060

func newAuthority(name string) (authority, error) {
	a := authority{key: keyOf(name)}
	template := template(name)
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		return a, fmt.Errorf("authority %s: %w", name, err)
	}
	a.certificate, err = x509.ParseCertificate(der)
	return a, err
}

// issue returns a certificate and its key for one use, as PEM.
func (a authority) issue(name string, use x509.ExtKeyUsage) (certificate, key string, err error) {
	template := template(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{use}
	own := keyOf(name)
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, own.Public(), a.key)
	if err != nil {
		return "", "", fmt.Errorf("certificate %s: %w", name, err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		return "", "", fmt.Errorf("certificate %s: %w", name, err)
	}
	return asPEM("CERTIFICATE", der), asPEM("PRIVATE KEY", private), nil
}

func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("lab " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func template(name string) *x509.Certificate {
	sum := sha256.Sum256([]byte(name))
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(sum[:8]),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Date(validFrom, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(validUntil, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func asPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
