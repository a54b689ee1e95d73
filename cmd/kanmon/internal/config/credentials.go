package config

import (
	"errors"
	"io"
	"net/netip"
	"regexp"

	"kanmon/topology/strictyaml"
)

// Credential says how the SNMP agents of some ranges and devices are asked. It
// holds no secret, but the names of variables that do: of the environment, or of
// the file of secrets.
type Credential struct {
	For                               []netip.Prefix
	Version                           string // "1", "2c", "3"
	Community                         string // variable
	User, Level, AuthProtocol         string
	Auth                              string // variable
	PrivProtocol, Privacy, ContextOf3 string // Privacy is a variable
	Line                              int
}

type credentialsFile struct {
	Version     strictyaml.Text `yaml:"version"`
	Credentials []struct {
		For          []strictyaml.Text `yaml:"for"`
		SNMP         strictyaml.Text   `yaml:"snmp"`
		Community    strictyaml.Text   `yaml:"community"`
		User         strictyaml.Text   `yaml:"user"`
		Level        strictyaml.Text   `yaml:"level"`
		AuthProtocol strictyaml.Text   `yaml:"auth_protocol"`
		Auth         strictyaml.Text   `yaml:"auth"`
		PrivProtocol strictyaml.Text   `yaml:"privacy_protocol"`
		Privacy      strictyaml.Text   `yaml:"privacy"`
		Context      strictyaml.Text   `yaml:"context"`
	} `yaml:"credentials"`
}

// LoadCredentials reads a file of credentials. All that is wrong with it is in the
// error, but never what stands where the name of a variable belongs: that may be
// a secret.
func LoadCredentials(r io.Reader, name string) ([]Credential, error) {
	var f credentialsFile
	if err := strictyaml.Load(r, name, &f); err != nil {
		return nil, err
	}
	c := checker{name: name}
	if f.Version.Value != "1" {
		c.add(f.Version, "version %q is not known: write version: 1", f.Version.Value)
	}
	variable := func(t strictyaml.Text, key string) string {
		if t.Set() && !regexp.MustCompile(`^KANMON_[A-Z0-9_]{1,64}$`).MatchString(t.Value) {
			c.add(t, "credentials: %s is to be the name of a variable such as KANMON_SNMP_CORE that holds the secret, not the secret", key)
			return ""
		}
		return t.Value
	}
	var out []Credential
	for _, e := range f.Credentials {
		one := Credential{
			Version: e.SNMP.Value, Community: variable(e.Community, "community"), User: e.User.Value, Level: e.Level.Value,
			AuthProtocol: e.AuthProtocol.Value, Auth: variable(e.Auth, "auth"),
			PrivProtocol: e.PrivProtocol.Value, Privacy: variable(e.Privacy, "privacy"), ContextOf3: e.Context.Value, Line: e.SNMP.Line,
		}
		if len(e.For) == 0 {
			c.add(e.SNMP, "credentials: an entry has no for: name the ranges and devices that it is for")
		}
		for _, t := range e.For {
			if p := c.prefix(t, "credentials: for"); p.IsValid() {
				one.For = append(one.For, p.Masked())
			}
		}
		if v := one.Version; v != "1" && v != "2c" && v != "3" {
			c.add(e.SNMP, "credentials: snmp: %q is not one of \"1\", \"2c\", \"3\"", v)
		}
		out = append(out, one)
	}
	return out, errors.Join(c.errs...)
}
