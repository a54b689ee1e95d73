package ldap_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/ldap"
	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/wiretest"
)

// tlv builds a value with a short length.
func tlv(tag byte, parts ...string) string {
	var s string
	for _, p := range parts {
		s += p
	}
	if len(s) > 127 {
		return string([]byte{tag, 0x82, byte(len(s) >> 8), byte(len(s))}) + s
	}
	return string([]byte{tag, byte(len(s))}) + s
}

func attribute(name, value string) string { return tlv(0x30, tlv(4, name), tlv(0x31, tlv(4, value))) }

func message(op string) string { return tlv(0x30, "\x02\x01\x01", op) }

// pong is a NETLOGON_SAM_LOGON_RESPONSE_EX, built after [MS-ADTS] 6.3.1.9: the
// second and third name point into the first one (offset 24).
const pong = "\x17\x00\x00\x00\xfd\xf3\x03\x00" + "0123456789abcdef" +
	"\x08hospital\x07example\x00" + "\xc0\x18" + "\x03dc1\xc0\x18" + "\x08HOSPITAL\x00" + "\x05\\\\DC1\x00" + "\x06tanaka\x00" + "\x05Tokyo\x00" + "\xc0\x4b" + "\x05\x00\x00\x00\xff\xff\xff\xff"

func entry() string {
	return message(tlv(0x64, tlv(4, ""), tlv(0x30, attribute("netlogon", pong))))
}

func ping() string {
	equal := func(a, v string) string { return tlv(0xa3, tlv(4, a), tlv(4, v)) }
	return message(tlv(0x63, tlv(4, ""), "\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00",
		tlv(0xa0, equal("DnsDomain", "hospital.example."), equal("Host", "CT-CONSOLE"), equal("User", "tanaka"), equal("NtVer", "\x06\x00\x00\x00")),
		tlv(0x30, tlv(4, "Netlogon"))))
}

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	// Suricata-verify's ldap-search: a search in the directory.
	search := wiretest.Hex("30560201026351041164633d6578616d706c652c64633d636f6d0a01020a0100020203e802011e010100a024a315040b6f626a656374436c6173730406706572736f6ea30b040375696404046a646f65300604012a04012b")
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "netlogon", in: entry(), want: said.Message{Protocol: "ldap", Sender: said.Server, Words: []said.Word{
			word("dns-forest", "hospital.example"), word("dns-domain", "hospital.example"), word("dns-computer", "dc1.hospital.example"),
			word("netbios-domain", "HOSPITAL"), word("netbios-computer", "DC1"), word("site", "Tokyo"),
			{Field: "site", Value: "Tokyo", OfPeer: true},
		}}},
		{name: "search for a controller", in: ping(), want: said.Message{Protocol: "ldap", Sender: said.Client, Words: []said.Word{
			word("netbios-computer", "CT-CONSOLE"), {Field: "dns-domain", Value: "hospital.example", OfPeer: true},
		}}},
		{
			name: "own entry", in: message(tlv(0x64, tlv(4, ""), tlv(0x30, attribute("vendorName", "Samba Team"), attribute("dnsHostName", "nas1.example"), attribute("currentTime", "x")))),
			want: said.Message{Protocol: "ldap", Sender: said.Server, Words: []said.Word{word("vendor", "Samba Team"), word("dns-computer", "nas1.example")}},
		},
		{name: "entry of a person", in: message(tlv(0x64, tlv(4, "cn=Tanaka,dc=example"), tlv(0x30, attribute("vendorName", "x")))), want: said.Message{Protocol: "ldap", Sender: said.Server}},
		{name: "search in the directory", in: string(search), want: said.Message{Protocol: "ldap", Sender: said.Client}},
		{name: "bind", in: message(tlv(0x60, "\x02\x01\x03", tlv(4, "cn=admin"), tlv(0x80, "secret"))), want: said.Message{Protocol: "ldap", Sender: said.Client}},
		{name: "cut in a name", in: entry()[:60], want: said.Message{Protocol: "ldap", Sender: said.Server}},
		{name: "SNMP", in: "\x30\x0a\x02\x01\x00\x04\x06public"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := ldap.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestNamesThatPointAtThemselves(t *testing.T) {
	t.Parallel()
	loop := pong[:24] + "\xc0\x18\xc0\x18\xc0\x18\xc0\x18\xc0\x18\xc0\x18\xc0\x18\xc0\x18"
	if m, ok := ldap.Decode([]byte(message(tlv(0x64, tlv(4, ""), tlv(0x30, attribute("netlogon", loop)))))); !ok || len(m.Words) > 0 {
		t.Errorf("%v %+v", ok, m)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(entry()))
	f.Add([]byte(ping()))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := ldap.Decode(b); ok && (m.Sender == said.Unknown || len(m.Words) > 32) {
			t.Errorf("%+v", m)
		}
	})
}
