package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/cmd/kanmon/internal/config"
)

func TestLoadCredentials(t *testing.T) {
	t.Parallel()
	got, err := config.LoadCredentials(strings.NewReader(`version: 1
credentials:
  - for: [10.99.0.0/24, 10.98.0.7]
    snmp: "2c"
    community: KANMON_SNMP_CORE
  - for: ["2001:db8::/64"]
    snmp: "3"
    user: audit
    auth_protocol: SHA-256
    auth: KANMON_A
    privacy_protocol: AES
    privacy: KANMON_B
`), "credentials.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range got {
		for _, p := range c.For {
			said = append(said, p.String()+" "+c.Version+" "+c.Community+c.User+c.Auth+c.Privacy)
		}
	}
	want := []string{"10.99.0.0/24 2c KANMON_SNMP_CORE", "10.98.0.7/32 2c KANMON_SNMP_CORE", "2001:db8::/64 3 auditKANMON_AKANMON_B"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	for name, in := range map[string]string{
		"a secret in it": "version: 1\ncredentials: [{for: [10.0.0.1], snmp: \"2c\", community: s3cr3t-word}]",
		"no range":       "version: 1\ncredentials: [{snmp: \"2c\", community: KANMON_X}]",
		"no version":     "version: 1\ncredentials: [{for: [10.0.0.1], community: KANMON_X}]",
		"a name":         "version: 1\ncredentials: [{for: [switch], snmp: \"2c\", community: KANMON_X}]",
		"unknown key":    "version: 1\ncredentials: [{for: [10.0.0.1], snmp: \"2c\", passphrase: KANMON_X}]",
	} {
		if _, err := config.LoadCredentials(strings.NewReader(in), "c"); err == nil || strings.Contains(err.Error(), "s3cr3t-word") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
