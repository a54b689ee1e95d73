package ntlm_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/ntlm"
	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/wiretest"
)

// The messages of [MS-NLMP] 4.2.4 (user "User", domain "Domain", workstation
// "COMPUTER", server "Server").
const (
	challenge    = "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef00000000000000002400240044000000060070170000000f53006500720076006500720002000c0044006f006d00610069006e0001000c0053006500720076006500720000000000"
	authenticate = "4e544c4d5353500003000000180018006c00000054005400840000000c000c00480000000800080054000000100010005c00000010001000d8000000358288e20501280a0000000f44006f006d00610069006e00550073006500720043004f004d005000550054004500520086c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa68cd0ab851e51c96aabc927bebef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000c5dad2544fc9799094ce1ce90bc9d03e"
	// Built after [MS-NLMP] 2.2.1.1.
	negotiate = "4e544c4d5353500001000000" + "07b208a2" + "0000000000000000" + "0400040028000000" + "0a0063450000000f" + "50433031"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "challenge", in: challenge, want: said.Message{Protocol: "ntlm", Sender: said.Server, Words: []said.Word{
			{Field: "netbios-domain", Value: "Domain"}, {Field: "netbios-computer", Value: "Server"}, {Field: "os-version", Value: "6.0.6000"},
		}}},
		{name: "authenticate names no user", in: authenticate, want: said.Message{Protocol: "ntlm", Sender: said.Client, Words: []said.Word{
			{Field: "workstation", Value: "COMPUTER"}, {Field: "os-version", Value: "5.1.2600"},
		}}},
		{name: "negotiate", in: negotiate, want: said.Message{Protocol: "ntlm", Sender: said.Client, Words: []said.Word{
			{Field: "workstation", Value: "PC01"}, {Field: "os-version", Value: "10.0.17763"},
		}}},
		{name: "within something", in: "6082ffff" + negotiate, want: said.Message{Protocol: "ntlm", Sender: said.Client, Words: []said.Word{
			{Field: "workstation", Value: "PC01"}, {Field: "os-version", Value: "10.0.17763"},
		}}},
		{name: "cut", in: challenge[:100], want: said.Message{Protocol: "ntlm", Sender: said.Server}},
		{name: "unknown type", in: "4e544c4d5353500009000000000000000000000000000000000000000000000000"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := wiretest.Hex(tt.in)
			got, ok := ntlm.Find(b)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{challenge, authenticate, negotiate} {
		b := wiretest.Hex(s)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := ntlm.Find(b); ok && m.Sender == said.Unknown {
			t.Errorf("%+v", m)
		}
	})
}
