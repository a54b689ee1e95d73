package snmp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gosnmp/gosnmp"
)

// Secret is a community or a passphrase. It is never printed, logged or
// encoded: only this package can read it back. The zero value is no secret.
type Secret struct {
	reveal func() string // a function, since reflection would find a string
}

// NewSecret returns s as a Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return s }}
}

// hidden is what a Secret shows of itself.
const hidden = "[secret]"

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.reveal == nil }

// String implements fmt.Stringer without telling the secret.
func (s Secret) String() string { return hidden }

// GoString implements fmt.GoStringer without telling the secret.
func (s Secret) GoString() string { return hidden }

// Format implements fmt.Formatter without telling the secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText implements encoding.TextMarshaler without telling the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

func (s Secret) text() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Credentials is how agents are asked. There is no default for any secret, and
// none is ever guessed.
type Credentials struct {
	Version   string // "1", "2c", "3", as net-snmp's -v
	Community Secret // of versions 1 and 2c

	// Of version 3 (RFC 3414). The security level follows from what is given;
	// Level may say it too ("noAuthNoPriv", "authNoPriv", "authPriv") and must
	// then agree.
	User           string
	Level          string
	AuthProtocol   string // MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512
	AuthPassphrase Secret
	PrivProtocol   string // DES, AES, AES-192, AES-256; AES-192-C and AES-256-C as Cisco extends keys
	PrivPassphrase Secret
	ContextName    string
}

// minPassphrase is the least length of a passphrase (RFC 3414, 11.2), and
// maxCommunity the greatest length of a community that gosnmp encodes rightly.
const (
	minPassphrase = 8
	maxUser       = 32
	maxCommunity  = 127
)

// Validate says what is missing or contradicts itself.
func (c Credentials) Validate() error {
	_, err := c.client()
	return err
}

// client returns a client with the credentials, and nothing else, set.
func (c Credentials) client() (*gosnmp.GoSNMP, error) {
	switch c.Version {
	case "1", "2c":
		n := len(c.Community.text())
		switch {
		case n == 0:
			return nil, fmt.Errorf("SNMP version %s needs a community: name it, none is guessed", c.Version)
		case n > maxCommunity:
			return nil, fmt.Errorf("community is longer than %d octets", maxCommunity)
		case c.User != "" || !c.AuthPassphrase.IsZero() || !c.PrivPassphrase.IsZero():
			return nil, fmt.Errorf("SNMP version %s has no users: give a community only, or version 3", c.Version)
		}
		version := gosnmp.Version2c
		if c.Version == "1" {
			version = gosnmp.Version1
		}
		return &gosnmp.GoSNMP{Version: version, Community: c.Community.text()}, nil
	case "3":
		return c.client3()
	}
	return nil, fmt.Errorf("SNMP version %q is not one of 1, 2c, 3", c.Version)
}

func (c Credentials) client3() (*gosnmp.GoSNMP, error) {
	if c.User == "" || len(c.User) > maxUser {
		return nil, fmt.Errorf("SNMP version 3 needs a user name of 1 to %d octets", maxUser)
	}
	if !c.Community.IsZero() {
		return nil, errors.New("SNMP version 3 has no community: give a user only, or version 2c")
	}
	auth, ok := authProtocol(c.AuthProtocol)
	if !ok {
		return nil, fmt.Errorf("authentication protocol %q is not one of MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512", c.AuthProtocol)
	}
	priv, ok := privProtocol(c.PrivProtocol)
	if !ok {
		return nil, fmt.Errorf("privacy protocol %q is not one of DES, AES, AES-192, AES-256, AES-192-C, AES-256-C", c.PrivProtocol)
	}
	flags, level := gosnmp.NoAuthNoPriv, "noAuthNoPriv"
	switch {
	case priv != gosnmp.NoPriv:
		flags, level = gosnmp.AuthPriv, "authPriv"
	case auth != gosnmp.NoAuth:
		flags, level = gosnmp.AuthNoPriv, "authNoPriv"
	}
	switch {
	case c.Level != "" && !strings.EqualFold(c.Level, level):
		return nil, fmt.Errorf("security level is %q, but the protocols given make it %s", c.Level, level)
	case priv != gosnmp.NoPriv && auth == gosnmp.NoAuth:
		return nil, errors.New("privacy needs authentication too: name its protocol and passphrase")
	}
	for _, p := range []struct {
		what   string
		used   bool
		secret Secret
	}{
		{"authentication", auth != gosnmp.NoAuth, c.AuthPassphrase},
		{"privacy", priv != gosnmp.NoPriv, c.PrivPassphrase},
	} {
		switch {
		case p.used && len(p.secret.text()) < minPassphrase:
			return nil, fmt.Errorf("%s passphrase is shorter than %d octets", p.what, minPassphrase)
		case !p.used && !p.secret.IsZero():
			return nil, fmt.Errorf("%s passphrase is given without its protocol", p.what)
		}
	}
	return &gosnmp.GoSNMP{
		Version: gosnmp.Version3, SecurityModel: gosnmp.UserSecurityModel, MsgFlags: flags, ContextName: c.ContextName,
		SecurityParameters: &gosnmp.UsmSecurityParameters{
			UserName:               c.User,
			AuthenticationProtocol: auth, AuthenticationPassphrase: c.AuthPassphrase.text(),
			PrivacyProtocol: priv, PrivacyPassphrase: c.PrivPassphrase.text(),
		},
	}, nil
}

// plainName writes the name of a protocol without what people write in
// different ways.
func plainName(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "-", "") }

func authProtocol(name string) (gosnmp.SnmpV3AuthProtocol, bool) {
	switch plainName(name) {
	case "":
		return gosnmp.NoAuth, true
	case "MD5":
		return gosnmp.MD5, true
	case "SHA", "SHA1":
		return gosnmp.SHA, true
	case "SHA224":
		return gosnmp.SHA224, true
	case "SHA256":
		return gosnmp.SHA256, true
	case "SHA384":
		return gosnmp.SHA384, true
	case "SHA512":
		return gosnmp.SHA512, true
	}
	return 0, false
}

func privProtocol(name string) (gosnmp.SnmpV3PrivProtocol, bool) {
	switch plainName(name) {
	case "":
		return gosnmp.NoPriv, true
	case "DES":
		return gosnmp.DES, true
	case "AES", "AES128":
		return gosnmp.AES, true
	case "AES192":
		return gosnmp.AES192, true
	case "AES256":
		return gosnmp.AES256, true
	case "AES192C":
		return gosnmp.AES192C, true
	case "AES256C":
		return gosnmp.AES256C, true
	}
	return 0, false
}
