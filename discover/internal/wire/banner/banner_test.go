package banner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/banner"
	"kanmon/discover/internal/wire/said"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	say := func(protocol string, role said.Role, words ...string) said.Message {
		m := said.Message{Protocol: protocol, Sender: role}
		for i := 0; i < len(words); i += 2 {
			m.Add(words[i], words[i+1])
		}
		return m
	}
	for _, tt := range []struct {
		name, in string
		late     string // what was said before
		port     uint16
		want     said.Message
	}{
		{name: "SSH", in: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\n", want: say("ssh", said.Unknown, "software-version", "OpenSSH_9.2p1 Debian-2+deb12u2")},
		{name: "SSH 1", in: "SSH-1.5-Cisco-1.25\n", want: say("ssh", said.Unknown, "software-version", "Cisco-1.25", "protocol-version", "1.5")},
		{name: "SSH in name only", in: "SSH-\r\n"},
		{name: "RFB", in: "RFB 003.008\n", want: say("vnc", said.Unknown, "protocol-version", "3.8")},
		{name: "no RFB", in: "RFB 0a3.008\n"},
		{name: "Sendmail tells the time", in: "220 mx.example ESMTP Sendmail 8.15.2/8.15.2; Sat, 1 Aug 2026 10:00:00 +0900\r\n", want: say("smtp", said.Server, "greeting", "mx.example ESMTP Sendmail 8.15.2/8.15.2")},
		{name: "so does Exchange", in: "220 ex1 Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready at  Tue, 12 Jan 2021\r\n", want: say("smtp", said.Server, "greeting", "ex1 Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697")},
		{name: "FTP", in: "220 (vsFTPd 3.0.3)\r\n", want: say("ftp", said.Server, "greeting", "(vsFTPd 3.0.3)")},
		{name: "FTP by port", in: "220-Welcome\r\n220 x\r\n", port: 21, want: say("ftp", said.Server, "greeting", "Welcome")},
		{name: "answer to STARTTLS", in: "220 2.0.0 Ready to start TLS\r\n", port: 25},
		{name: "220 of something", in: "220 hello\r\n", port: 4711},
		{name: "APOP", in: "+OK POP3 server ready <1896.697170952@mail.example>\r\n", want: say("pop3", said.Server, "greeting", "POP3 server ready")},
		{name: "answer of POP3", in: "+OK tanaka is welcome\r\n", late: "USER tanaka", port: 110},
		{name: "SSH, after the other side", in: "SSH-2.0-x\r\n", late: "SSH-2.0-y", want: say("ssh", said.Unknown, "software-version", "x")},
		{name: "IMAP", in: "* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n", want: say("imap", said.Server, "greeting", "Dovecot ready")},
		{name: "EHLO", in: "EHLO ct-console.example\r\n", want: say("smtp", said.Client, "ehlo", "ct-console.example")},
		{name: "EHLO with an address", in: "EHLO [10.0.0.5]\r\n", want: say("smtp", said.Client)},
		{name: "user", in: "USER tanaka\r\n", port: 21},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := banner.Decode([]byte(tt.in), tt.port, tt.late == "")
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"SSH-2.0-x\r\n", "RFB 003.008\n", "220 x ESMTP <a@b>\r\n", "* OK [x] y\r\n", "+OK POP3 <1@2>", "EHLO a\r\n"} {
		f.Add([]byte(s), uint16(21))
	}
	f.Fuzz(func(t *testing.T, b []byte, port uint16) {
		if m, ok := banner.Decode(b, port, len(b)%2 == 0); ok && (m.Protocol == "" || len(m.Words) > 2) {
			t.Errorf("%+v", m)
		}
	})
}
