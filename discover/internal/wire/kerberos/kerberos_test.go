package kerberos_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/kerberos"
	"kanmon/discover/internal/wire/said"
)

// tlv builds a value of the basic encoding rules with a length of two octets.
func tlv(tag byte, parts ...string) string {
	s := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint16([]byte{tag, 0x82}, uint16(len(s)))) + s
}

func integer(n byte) string { return tlv(2, string(rune(n))) }

func name(parts ...string) string {
	var list string
	for _, p := range parts {
		list += tlv(0x1b, p)
	}
	return tlv(0x30, tlv(0xa0, integer(1)), tlv(0xa1, tlv(0x30, list)))
}

// The messages of RFC 4120, 5.4 to 5.9, built by hand; the padding stands for
// tickets and their secrets.
func request(tag byte, client, server []string) string {
	body := tlv(0xa0, tlv(3, "\x00\x40\x81\x00\x10"))
	if client != nil {
		body += tlv(0xa1, name(client...))
	}
	body += tlv(0xa2, tlv(0x1b, "HOSPITAL.EXAMPLE")) + tlv(0xa3, name(server...)) +
		tlv(0xa9, tlv(0x30, tlv(0x30, tlv(0xa0, "\x02\x01\x14"), tlv(0xa1, tlv(4, "CT-CONSOLE      ")))))
	return tlv(tag, tlv(0x30, tlv(0xa1, "\x02\x01\x05"), tlv(0xa2, integer(10)), tlv(0xa3, tlv(0x30)), tlv(0xa4, tlv(0x30, body))))
}

func ticket(server ...string) string {
	return tlv(0x61, tlv(0x30, tlv(0xa0, integer(5)), tlv(0xa1, tlv(0x1b, "HOSPITAL.EXAMPLE")), tlv(0xa2, name(server...)), tlv(0xa3, strings.Repeat("x", 200))))
}

func reply(client, server []string) string {
	return tlv(0x6d, tlv(0x30, tlv(0xa0, "\x02\x01\x05"), tlv(0xa1, integer(13)), tlv(0xa3, tlv(0x1b, "HOSPITAL.EXAMPLE")), tlv(0xa4, name(client...)), tlv(0xa5, ticket(server...))))
}

func token(server ...string) string {
	ap := tlv(0x6e, tlv(0x30, tlv(0xa0, "\x02\x01\x05"), tlv(0xa1, integer(14)), tlv(0xa2, "\x03\x05\x00\x00\x00\x00\x00"), tlv(0xa3, ticket(server...)), tlv(0xa4, "secret")))
	return "\x60\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00" + ap
}

func cut(s, at string) string { return s[:strings.Index(s, at)] }

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	peer := func(field, value string) said.Word { return said.Word{Field: field, Value: value, OfPeer: true} }
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "AS-REQ of a person", in: request(0x6a, []string{"tanaka"}, []string{"krbtgt", "HOSPITAL.EXAMPLE"}), want: said.Message{Protocol: "kerberos", Sender: said.Client, Words: []said.Word{
			peer("realm", "HOSPITAL.EXAMPLE"), word("service-asked", "krbtgt/HOSPITAL.EXAMPLE"), word("netbios-computer", "CT-CONSOLE"),
		}}},
		{name: "AS-REQ of a machine", in: request(0x6a, []string{"CT-CONSOLE$"}, []string{"krbtgt", "HOSPITAL.EXAMPLE"}), want: said.Message{Protocol: "kerberos", Sender: said.Client, Words: []said.Word{
			peer("realm", "HOSPITAL.EXAMPLE"), word("machine-principal", "CT-CONSOLE$"), word("service-asked", "krbtgt/HOSPITAL.EXAMPLE"), word("netbios-computer", "CT-CONSOLE"),
		}}},
		{name: "TGS-REQ for oneself names a person", in: request(0x6c, nil, []string{"tanaka"}), want: said.Message{Protocol: "kerberos", Sender: said.Client, Words: []said.Word{
			peer("realm", "HOSPITAL.EXAMPLE"), word("netbios-computer", "CT-CONSOLE"),
		}}},
		{name: "person as a service", in: request(0x6c, nil, []string{"people", "tanaka"}), want: said.Message{Protocol: "kerberos", Sender: said.Client, Words: []said.Word{
			peer("realm", "HOSPITAL.EXAMPLE"), word("netbios-computer", "CT-CONSOLE"),
		}}},
		{name: "TGS-REP", in: reply([]string{"tanaka"}, []string{"cifs", "fs1.hospital.example"}), want: said.Message{Protocol: "kerberos", Sender: said.Server, Words: []said.Word{
			word("realm", "HOSPITAL.EXAMPLE"), peer("service-asked", "cifs/fs1.hospital.example"),
		}}},
		{name: "TGS-REP of a machine, cut in the ticket", in: reply([]string{"CT-CONSOLE$"}, []string{"cifs", "fs1.hospital.example"})[:200], want: said.Message{Protocol: "kerberos", Sender: said.Server, Words: []said.Word{
			word("realm", "HOSPITAL.EXAMPLE"), peer("machine-principal", "CT-CONSOLE$"), peer("service-asked", "cifs/fs1.hospital.example"),
		}}},
		{name: "cut in a name", in: cut(reply([]string{"CT-CONSOLE$"}, nil), "CONSOLE$"), want: said.Message{Protocol: "kerberos", Sender: said.Server, Words: []said.Word{word("realm", "HOSPITAL.EXAMPLE")}}},
		{
			name: "KRB-ERROR", in: tlv(0x7e, tlv(0x30, tlv(0xa0, "\x02\x01\x05"), tlv(0xa1, integer(30)), tlv(0xa9, tlv(0x1b, "HOSPITAL.EXAMPLE")), tlv(0xaa, name("host", "pc1")))),
			want: said.Message{Protocol: "kerberos", Sender: said.Server, Words: []said.Word{word("realm", "HOSPITAL.EXAMPLE"), peer("service-asked", "host/pc1")}},
		},
		{name: "other version", in: tlv(0x6a, tlv(0x30, tlv(0xa1, "\x02\x01\x04")))},
		{name: "not Kerberos", in: tlv(0x30, integer(5))},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := kerberos.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
			if tt.in == "" {
				return
			}
			framed := string(binary.BigEndian.AppendUint32(nil, uint32(len(tt.in)))) + tt.in
			if got, _ := kerberos.DecodeTCP([]byte(framed)); !cmp.Equal(tt.want, got) {
				t.Errorf("over TCP: %+v", got)
			}
		})
	}
}

func TestFindTicket(t *testing.T) {
	t.Parallel()
	want := said.Message{Protocol: "kerberos", Sender: said.Client, Words: []said.Word{
		{Field: "realm", Value: "HOSPITAL.EXAMPLE", OfPeer: true}, {Field: "service-principal", Value: "cifs/fs1.hospital.example", OfPeer: true},
	}}
	got, ok := kerberos.FindTicket([]byte("\x00\x00\x02\x00\xfeSMB" + strings.Repeat("\x00", 80) + token("cifs", "fs1.hospital.example")))
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	if got, ok := kerberos.FindTicket([]byte("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")); ok {
		t.Errorf("no ticket: %+v", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(request(0x6a, []string{"A$"}, []string{"krbtgt", "X"})))
	f.Add([]byte(reply([]string{"A$"}, []string{"cifs", "x"})))
	f.Add([]byte(token("cifs", "x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func([]byte) (said.Message, bool){kerberos.Decode, kerberos.DecodeTCP, kerberos.FindTicket} {
			m, _ := decode(b)
			for _, w := range m.Words {
				if w.Field == "machine-principal" && !strings.HasSuffix(w.Value, "$") && !strings.HasPrefix(strings.ToLower(w.Value), "host/") && len(w.Value) < 250 {
					t.Errorf("%+v", w)
				}
			}
		}
	})
}
