package snmp_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"kanmon/discover/snmp"
)

func TestSecretNeverPrints(t *testing.T) {
	const secret = "hunter2-hunter2"
	type inner struct{ key snmp.Secret } // fmt reads unexported fields without asking their methods
	c := snmp.Credentials{Version: "2c", Community: snmp.NewSecret(secret)}
	o := snmp.Options{Credentials: c}
	i := inner{c.Community}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, v := range []any{c.Community, &c.Community, c, &c, o, i, &i, []snmp.Secret{c.Community}} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, secret) || strings.Contains(strings.ToLower(s), fmt.Sprintf("%x", secret)) {
				t.Errorf("%s of %T tells the secret", verb, v)
			}
		}
	}
	b, err := json.Marshal(c)
	if err != nil || strings.Contains(string(b), secret) {
		t.Errorf("JSON is %s, %v", b, err)
	}
	if !(snmp.Secret{}).IsZero() || !snmp.NewSecret("").IsZero() || c.Community.IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestCredentialsValidate(t *testing.T) {
	secret := snmp.NewSecret("long enough")
	tests := []struct {
		name string
		in   snmp.Credentials
		want string // part of the error
	}{
		{"v2c", snmp.Credentials{Version: "2c", Community: secret}, ""},
		{"no version", snmp.Credentials{Community: secret}, "is not one of"},
		{"no community", snmp.Credentials{Version: "1"}, "none is guessed"},
		{"long community", snmp.Credentials{Version: "2c", Community: snmp.NewSecret(strings.Repeat("x", 128))}, "longer"},
		{"user in v2c", snmp.Credentials{Version: "2c", Community: secret, User: "u"}, "no users"},
		{"noAuthNoPriv", snmp.Credentials{Version: "3", User: "u", Level: "noauthnopriv"}, ""},
		{"authPriv", snmp.Credentials{Version: "3", User: "u", AuthProtocol: "sha-512", AuthPassphrase: secret, PrivProtocol: "AES-256-C", PrivPassphrase: secret, Level: "authPriv"}, ""},
		{"AES256C", snmp.Credentials{Version: "3", User: "u", AuthProtocol: "SHA256", AuthPassphrase: secret, PrivProtocol: "AES256C", PrivPassphrase: secret}, ""},
		{"no user", snmp.Credentials{Version: "3"}, "user name"},
		{"community in v3", snmp.Credentials{Version: "3", User: "u", Community: secret}, "no community"},
		{"level", snmp.Credentials{Version: "3", User: "u", Level: "authPriv"}, "noAuthNoPriv"},
		{"privacy alone", snmp.Credentials{Version: "3", User: "u", PrivProtocol: "AES", PrivPassphrase: secret}, "needs authentication"},
		{"short passphrase", snmp.Credentials{Version: "3", User: "u", AuthProtocol: "SHA", AuthPassphrase: snmp.NewSecret("short")}, "shorter"},
		{"passphrase without protocol", snmp.Credentials{Version: "3", User: "u", AuthPassphrase: secret}, "without its protocol"},
		{"unknown hash", snmp.Credentials{Version: "3", User: "u", AuthProtocol: "CRC", AuthPassphrase: secret}, "CRC"},
		{"unknown cipher", snmp.Credentials{Version: "3", User: "u", AuthProtocol: "SHA", AuthPassphrase: secret, PrivProtocol: "ROT13", PrivPassphrase: secret}, "ROT13"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.in.Validate()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestCollectRefusesBadOptions(t *testing.T) {
	for name, change := range map[string]func(*snmp.Options){
		"credentials": func(o *snmp.Options) { o.Credentials = snmp.Credentials{} },
		"clock":       func(o *snmp.Options) { o.Now = nil },
		"port":        func(o *snmp.Options) { o.Port = 24105 }, // of patient monitors
		"session":     func(o *snmp.Options) { o.Session = "" },
		"target":      func(o *snmp.Options) { o.Targets[0] = netip.MustParseAddr("224.0.0.1") },
	} {
		o := liveOptions(9)
		change(&o)
		if err := snmp.Collect(t.Context(), o, &openGate{}, &facts{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := snmp.Collect(t.Context(), liveOptions(9), nil, &facts{}); err == nil {
		t.Error("no gate: no error")
	}
}
