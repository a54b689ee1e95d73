package syslog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/syslog"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	say := func(words ...string) said.Message {
		m := said.Message{Protocol: "syslog", Sender: said.Client}
		for i := 0; i < len(words); i += 2 {
			m.Add(words[i], words[i+1])
		}
		return m
	}
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "RFC 3164", in: "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8", want: say("host-name", "mymachine", "app-name", "su")},
		{name: "RFC 3164 with PID", in: "<30>Feb  5 17:32:18 fw1.example dhcpd[312]: DHCPACK", want: say("host-name", "fw1.example", "app-name", "dhcpd")},
		{name: "without a host", in: "<34>Oct 11 22:14:15 su: 'su root' failed", want: say()},
		{name: "RFC 5424", in: "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 - BOM'su root' failed for lonvick", want: say("host-name", "mymachine.example.com", "app-name", "evntslog")},
		{name: "RFC 5424 without names", in: "<34>1 - - - - - - x", want: say()},
		{name: "free text", in: "<13>patient tanaka admitted", want: say()},
		{name: "Cisco", in: "<189>45: *Mar  1 00:01:02.003: %SYS-5-CONFIG_I: Configured from console by tanaka", want: say()},
		{name: "sentence in place of a tag", in: "<13>Oct 11 22:14:15 ward tanaka admitted: yes", want: say()},
		{name: "tag of a person", in: "<13>Oct 11 22:14:15 pc1 tanaka[99]: x", want: say("host-name", "pc1")},
		{name: "free text with a colon", in: "<13>Oct 11 22:14:15 tanaka left: x", want: say()},
		{name: "RFC 5424 with a person", in: "<13>1 2003-10-11T22:14:15.003Z pc1 tanaka - - - x", want: say("host-name", "pc1")},
		{name: "no priority", in: "<1234>x"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := syslog.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<34>Oct 11 22:14:15 mymachine su: x"))
	f.Add([]byte("<34>1 2003-10-11T22:14:15.003Z m e - ID47 - x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := syslog.Decode(b); ok && len(m.Words) > 2 {
			t.Errorf("%+v", m)
		}
	})
}
