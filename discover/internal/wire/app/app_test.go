package app_test

import (
	"slices"
	"testing"

	"kanmon/discover/internal/wire/app"
)

func dicom(kind byte, titles string) []byte {
	return slices.Concat([]byte{kind, 0, 0, 0, 0, 200, 0, 1, 0, 0}, []byte(titles), make([]byte, 32), []byte{0x10, 0}, make([]byte, 130))
}

func TestTCP(t *testing.T) {
	t.Parallel()
	const titles = "PACS            CT1             "
	for _, tt := range []struct {
		name string
		in   []byte
		port uint16
		want string
	}{
		{name: "TLS", in: []byte{22, 3, 1, 2, 0, 1, 0, 1, 0xfc}, want: "tls"},
		{name: "TLS application data says nothing", in: []byte{23, 3, 3, 0, 9, 1, 1, 1, 1}},
		{name: "SSH", in: []byte("SSH-2.0-x\r\n"), want: "ssh"},
		{name: "VNC", in: []byte("RFB 003.008\n"), want: "vnc"},
		{name: "HTTP request", in: []byte("GET / HTTP/1.1\r\n"), want: "http"},
		{name: "HTTP response", in: []byte("HTTP/1.1 200 OK\r\n"), want: "http"},
		{name: "GET of another protocol", in: []byte("GET key\r\n")},
		{name: "HL7", in: []byte("\x0bMSH|^~\\&|"), want: "hl7"},
		{name: "vertical tab", in: []byte("\x0bMSG|")},
		{name: "DICOM request", in: dicom(1, titles), want: "dicom"},
		{name: "DICOM accept", in: dicom(2, titles), want: "dicom"},
		{name: "titles not printable", in: dicom(1, "PACS\x00           CT1             ")},
		{name: "PDU of a wrong length", in: append([]byte{1, 0, 0xff}, dicom(1, titles)[3:]...)},
		{name: "SMB2", in: append([]byte{0, 0, 0, 64, 0xfe}, "SMB@"...), want: "smb"},
		{name: "SQL Server", in: []byte{0x12, 1, 0, 14, 0, 0, 0, 0, 0, 0, 8, 0, 6, 0xff}, want: "mssql"},
		{name: "LDAP bind", in: []byte{0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0}, want: "ldap"},
		{name: "telnet", in: []byte{0xff, 0xfd, 0x18, 0xff, 0xfd, 0x20}, want: "telnet"},
		{name: "RDP confirm", in: []byte{3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 2, 0, 0, 0}, want: "rdp"},
		{name: "MQTT", in: append([]byte{0x10, 20, 0, 4}, "MQTT\x04\x02"...), want: "mqtt"},
		{name: "zeros", in: make([]byte, 100)},
		{name: "one octet", in: []byte{22}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := app.TCP(tt.in, 40000, tt.port); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUDP(t *testing.T) {
	t.Parallel()
	ntp := append([]byte{0x23}, make([]byte, 47)...)
	for _, tt := range []struct {
		name     string
		in       []byte
		src, dst uint16
		want     string
	}{
		{name: "NTP", in: ntp, src: 40000, dst: 123, want: "ntp"},
		{name: "the same on another port", in: ntp, src: 40000, dst: 124},
		{name: "zeros on the port of NTP", in: make([]byte, 48), src: 123, dst: 123},
		{name: "QUIC", in: append([]byte{0xc3, 0, 0, 0, 1, 8}, make([]byte, 30)...), src: 40000, dst: 443, want: "quic"},
		{name: "QUIC of a version that is none", in: append([]byte{0xc3, 9, 9, 9, 9, 8}, make([]byte, 30)...), src: 40000, dst: 443},
		{name: "DTLS", in: append([]byte{22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4}, 1, 2, 3, 4), src: 1, dst: 2, want: "dtls"},
		{name: "STUN", in: append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, make([]byte, 12)...), src: 1, dst: 2, want: "stun"},
		{name: "SIP", in: []byte("OPTIONS sip:a SIP/2.0\r\n"), src: 5060, dst: 5060, want: "sip"},
		{name: "SNMP", in: []byte{0x30, 0x82, 0, 40, 2, 1, 1, 4, 6, 'p', 'u'}, src: 40000, dst: 161, want: "snmp"},
		{name: "syslog", in: []byte("<134>Nov 21"), src: 40000, dst: 514, want: "syslog"},
		{name: "markup on the port of syslog", in: []byte("<html></html>"), src: 40000, dst: 514},
		{name: "TeamViewer", in: append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0x17, 0x24, 0x47}, make([]byte, 20)...), src: 40000, dst: 36037, want: "teamviewer"},
		{name: "zeros", in: make([]byte, 40), src: 40000, dst: 36037},
		{name: "empty", src: 53, dst: 53},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := app.UDP(tt.in, tt.src, tt.dst); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzApp(f *testing.F) {
	f.Add(dicom(1, "PACS            CT1             "), uint16(161))
	f.Add([]byte{0x30, 0x84, 0, 0, 0, 1, 2, 4}, uint16(161))
	f.Add([]byte("<1>"), uint16(514))
	f.Fuzz(func(_ *testing.T, b []byte, port uint16) {
		app.TCP(b, 40000, port)
		app.UDP(b, 40000, port)
	})
}
