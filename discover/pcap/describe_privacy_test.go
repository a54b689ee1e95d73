package pcap_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"kanmon/discover/fact"
)

// hidden stands in the messages below wherever a person, a patient or a secret
// is named.
const hidden = "Himitsu"

func wide(s string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return string(b)
}

// ber builds a value with a length of two octets.
func ber(tag byte, parts ...string) string {
	s := strings.Join(parts, "")
	return string(append([]byte{tag, 0x82}, be16(uint16(len(s)))...)) + s
}

// private is one conversation: what client and server send in turn, and a thing
// that must be learned from it, so that the test knows that it was read.
type private struct {
	name   string
	udp    bool
	port   uint16
	says   []string // client first
	want   string   // protocol, field and value
	app    string   // where nothing is said
	oneWay bool     // the client says all of it
}

func privates() []private {
	basic := base64.StdEncoding.EncodeToString([]byte(hidden + ":" + hidden))
	return slices.Concat(privateText(basic), privateWindows(), privateMedical(), privateOther(), privateTwisted())
}

func privateText(basic string) []private {
	return []private{
		{name: "HTTP", port: 80, want: "http user-agent: Mozilla/5.0", says: []string{
			"GET /" + hidden + "?name=" + hidden + " HTTP/1.1\r\nHost: his.example\r\nUser-Agent: Mozilla/5.0\r\nCookie: sid=" + hidden + "\r\nReferer: http://his.example/" + hidden + "\r\nAuthorization: Basic " + basic + "\r\n\r\n",
			"HTTP/1.1 200 OK\r\nServer: Apache\r\nSet-Cookie: sid=" + hidden + "\r\n\r\n<title>" + hidden + "</title>",
			"POST /login HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\n\r\nuser=" + hidden + "&password=" + hidden,
		}},
		{name: "SIP", udp: true, port: 5060, want: "sip user-agent: Phone 1.0", says: []string{
			"REGISTER sip:" + hidden + "@pbx.example SIP/2.0\r\nFrom: \"" + hidden + "\" <sip:" + hidden + "@pbx.example>\r\nContact: <sip:" + hidden + "@10.0.0.5>\r\nUser-Agent: Phone 1.0\r\nAuthorization: Digest username=\"" + hidden + "\"\r\n\r\n",
		}},
		{name: "RTSP", port: 554, want: "rtsp user-agent: Viewer", says: []string{"DESCRIBE rtsp://" + hidden + ":" + hidden + "@cam/" + hidden + " RTSP/1.0\r\nUser-Agent: Viewer\r\n\r\n"}},
		{name: "FTP", port: 21, want: "ftp greeting: FTP server", says: []string{"", "220 FTP server\r\n", "USER " + hidden + "\r\n", "331 Password for " + hidden + "\r\n", "PASS " + hidden + "\r\n", "230 " + hidden + " logged in\r\n"}},
		{name: "SMTP", port: 25, want: "smtp ehlo: pc1.example", says: []string{"", "220 mx.example ESMTP\r\n", "EHLO pc1.example\r\n", "250 AUTH LOGIN\r\n", "AUTH LOGIN " + basic + "\r\n", "235 ok\r\n", "MAIL FROM:<" + hidden + "@example>\r\n", "250 ok\r\n", "Subject: " + hidden + "\r\n\r\n" + hidden}},
		{name: "POP3", port: 110, want: "pop3 greeting: POP3 ready", says: []string{"", "+OK POP3 ready <" + hidden + "@mail>\r\n", "USER " + hidden + "\r\n", "+OK " + hidden + "\r\n", "PASS " + hidden + "\r\n"}},
		{name: "IMAP", port: 143, want: "imap greeting: Dovecot ready", says: []string{"", "* OK Dovecot ready\r\n", "a LOGIN " + hidden + " " + hidden + "\r\n", "* OK " + hidden + " logged in\r\n"}},
		{name: "Telnet", port: 23, app: "telnet", says: []string{"", "\xff\xfd\x18\xff\xfd\x20login: ", hidden + "\r\n", "Password: ", hidden + "\r\n", "Welcome, " + hidden}},
		{name: "syslog", udp: true, port: 514, want: "syslog host-name: fw1", says: []string{"<34>Oct 11 22:14:15 fw1 sshd[99]: Accepted password for " + hidden}},
		{name: "syslog 5424", udp: true, port: 514, want: "syslog app-name: login", says: []string{"<34>1 2026-10-11T22:14:15Z fw1 login - - [x user=\"" + hidden + "\"] " + hidden}},
		{name: "PJL", port: 9100, app: "jetdirect", says: []string{"\x1b%-12345X@PJL JOB NAME=\"" + hidden + "\"\r\n@PJL SET USERNAME=\"" + hidden + "\"\r\n"}},
		{name: "LPD", port: 515, app: "lpd", says: []string{"\x02lp\n", "\x00", "\x02132 cfA001pc1\n", "\x00", "Hpc1\nP" + hidden + "\nJ" + hidden + "\n"}},
	}
}

func privateWindows() []private {
	name := func(tag byte, kind byte, parts ...string) string {
		var list string
		for _, p := range parts {
			list += ber(0x1b, p)
		}
		return ber(tag, ber(0x30, ber(0xa0, "\x02\x01"+string(rune(kind))), ber(0xa1, ber(0x30, list))))
	}
	login := []byte("NTLMSSP\x00\x03\x00\x00\x00")
	data := 72
	for _, s := range []string{"", "", hidden, hidden, "PC1", ""} { // LM, NT, domain, user, workstation, key
		login = binary.LittleEndian.AppendUint16(login, uint16(2*len(s)))
		login = binary.LittleEndian.AppendUint16(login, uint16(2*len(s)))
		login = binary.LittleEndian.AppendUint32(login, uint32(data))
		data += 2 * len(s)
	}
	login = append(login, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	login = append(login, wide(hidden+hidden+"PC1")...)
	setup := "\xfeSMB\x40\x00" + strings.Repeat("\x00", 6) + "\x01\x00" + strings.Repeat("\x00", 50) + "\x19\x00" + strings.Repeat("\x00", 22) + string(login)
	path := wide(`\\SRV1\` + hidden)
	tree := "\xfeSMB\x40\x00" + strings.Repeat("\x00", 6) + "\x03\x00" + strings.Repeat("\x00", 50) + "\x09\x00\x00\x00\x48\x00" + string(rune(len(path))) + "\x00" + path
	nbss := func(s string) string { return string(append([]byte{0, 0}, be16(uint16(len(s)))...)) + s }
	request := ber(0x6a, ber(0x30, ber(0xa1, "\x02\x01\x05"), ber(0xa2, "\x02\x01\x0a"), ber(0xa4, ber(0x30,
		ber(0xa0, "\x03\x05\x00\x40\x81\x00\x10"), name(0xa1, 1, hidden), ber(0xa2, ber(0x1b, "EXAMPLE")), name(0xa3, 10, hidden+"@example")))))
	reply := ber(0x6b, ber(0x30, ber(0xa0, "\x02\x01\x05"), ber(0xa1, "\x02\x01\x0b"), ber(0xa3, ber(0x1b, "EXAMPLE")), name(0xa4, 1, hidden),
		ber(0xa5, ber(0x61, ber(0x30, ber(0xa0, "\x02\x01\x05"), ber(0xa1, ber(0x1b, "EXAMPLE")), name(0xa2, 1, hidden, hidden))))))
	equal := func(a, v string) string { return ber(0xa3, ber(4, a), ber(4, v)) }
	ping := ber(0x30, "\x02\x01\x01", ber(0x63, ber(4), "\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00",
		ber(0xa0, equal("DnsDomain", "example"), equal("Host", "PC1"), equal("User", hidden)), ber(0x30, ber(4, "Netlogon"))))
	pong := ber(0x30, "\x02\x01\x01", ber(0x64, ber(4), ber(0x30, ber(0x30, ber(4, "netlogon"), ber(0x31, ber(4,
		"\x17\x00\x00\x00\xfd\xf3\x03\x000123456789abcdef\x07example\x00\x07example\x00\x03dc1\x00\x07EXAMPLE\x00\x03DC1\x00\x07"+hidden+"\x00\x05Tokyo\x00\x00\x05\x00\x00\x00"))))))
	fixed := make([]byte, 94)
	fixed[7] = 0x74
	var texts string
	for i, s := range []string{"PC1", hidden, hidden, `C:\Users\` + hidden + `\viewer.exe`, "SQL1", "", "ODBC", "", hidden} {
		binary.LittleEndian.PutUint16(fixed[36+4*i:], uint16(94+len(texts)))
		binary.LittleEndian.PutUint16(fixed[38+4*i:], uint16(len(s)))
		texts += wide(s)
	}
	login7 := string(fixed) + texts
	return []private{
		{name: "SMB login", port: 445, want: "ntlm workstation: PC1", says: []string{nbss(setup)}},
		{name: "SMB share", port: 445, want: "smb called-name: SRV1", says: []string{nbss(tree)}},
		{name: "HTTP with NTLM", port: 80, want: "ntlm workstation: PC1", says: []string{"GET /" + hidden + " HTTP/1.1\r\nAuthorization: NTLM " + base64.StdEncoding.EncodeToString(login) + "\r\n\r\n"}},
		{name: "Kerberos", udp: true, port: 88, want: "kerberos realm: EXAMPLE", says: []string{request, reply}},
		{name: "LDAP bind", port: 389, app: "ldap", says: []string{
			ber(0x30, "\x02\x01\x01", ber(0x60, "\x02\x01\x03", ber(4, "cn="+hidden), ber(0x80, hidden))),
			ber(0x30, "\x02\x01\x02", ber(0x64, ber(4, "cn="+hidden), ber(0x30, ber(0x30, ber(4, "vendorName"), ber(0x31, ber(4, hidden)))))),
		}},
		{name: "CLDAP", udp: true, port: 389, want: "ldap dns-computer: dc1", says: []string{ping, pong}},
		{name: "RDP cookie", port: 3389, app: "rdp", says: []string{"\x03\x00\x00\x2d\x28\xe0\x00\x00\x00\x00\x00Cookie: mstshash=" + hidden + "\r\n\x01\x00\x08\x00\x03\x00\x00\x00"}},
		{name: "SQL Server", port: 1433, want: "mssql host-name: PC1", says: []string{"\x10\x01" + string(be16(uint16(len(login7)+8))) + "\x00\x00\x01\x00" + login7}},
	}
}

func privateMedical() []private {
	const patient = "PID|1||" + hidden + "^^^HOSP||" + hidden + "^HANAKO||19500101|F\rOBX|1|ST|x||" + hidden + "\r"
	item := func(kind byte, s string) string {
		return string(append([]byte{kind, 0}, be16(uint16(len(s)))...)) + s
	}
	body := "\x00\x01\x00\x00PACS1           CT1             " + strings.Repeat("\x00", 32) +
		item(0x50, item(0x52, "1.2.3")+item(0x58, "\x02\x00\x00\x07"+hidden+"\x00\x07"+hidden)) // user identity
	associate := "\x01\x00" + string(be32(uint32(len(body)))) + body
	image := "\x04\x00" + string(be32(40)) + string(be32(36)) + "\x01\x02\x10\x00\x10\x00PN\x07\x00" + hidden + "^HANAKO"
	return []private{
		{name: "HL7", port: 2575, want: "hl7 sending-application: GASTAR", says: []string{"\x0bMSH|^~\\&|GASTAR|LAB|HIS|HOSP|20260801|" + hidden + "|ORU^R01|1|P|2.5\r" + patient + "\x1c\r", "\x0bMSH|^~\\&|HIS|HOSP|GASTAR|LAB|20260801||ACK|1|P|2.5\rMSA|AE|1|" + hidden + "\r\x1c\r"}},
		{name: "HL7 in segments", port: 2575, want: "hl7 sending-application: GASTAR", oneWay: true, says: []string{"\x0bMSH|^~\\&|GASTAR|LAB|HIS|HOSP|2026\r", patient, patient}},
		{name: "ASTM", port: 4000, want: "astm sender: cobas", oneWay: true, says: []string{"\x05", "\x021H|\\^&||" + hidden + "|cobas|||||host||P|1\r\x03A1\r\n", "\x022P|1||" + hidden + "||" + hidden + "^HANAKO\r\x03A2\r\n"}},
		{name: "POCT1-A", port: 4001, want: "poct1-a model-id: GEM", oneWay: true, says: []string{`<HEL.R01><DEV><DEV.model_id V="GEM"/></DEV></HEL.R01>`, `<OBS.R01><PT><PT.patient_id V="` + hidden + `"/></PT></OBS.R01>`}},
		{name: "DICOM", port: 104, want: "dicom calling-ae-title: CT1", oneWay: true, says: []string{associate, image}},
		{name: "IntelliVue", udp: true, port: 24005, want: "intellivue model: M8007A", says: []string{"\x00\x00\x01\x00\x00\x01\x00\x50\x00\x00\x00\x00\x00\x4a\x00\x23\x00\x00\x00\x00\x00\x00\x00\x00\x0d\x17\x00\x40\x00\x02\x00\x3c" +
			"\xf1\x35\x00\x08" + hidden + "\x00\x09\x28\x00\x14\x00\x08Philips\x00\x00\x08M8007A\x00\x00"}},
	}
}

func privateOther() []private {
	snmp := ber(0x30, "\x02\x01\x01", ber(4, hidden), ber(0xa2, "\x02\x01\x01\x02\x01\x00\x02\x01\x00", ber(0x30,
		ber(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x05\x00", ber(4, "SW1")), ber(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x04\x00", ber(4, hidden)), ber(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x06\x00", ber(4, hidden)))))
	snmp3 := ber(0x30, "\x02\x01\x03", ber(0x30, "\x02\x01\x01", "\x02\x02\x05\xdc", "\x04\x01\x03", "\x02\x01\x03"),
		ber(4, ber(0x30, ber(4, "\x80\x00\x00\x09\x04agent"), "\x02\x01\x01", "\x02\x01\x01", ber(4, hidden), ber(4), ber(4))), ber(4, "xxxx"))
	radius := "\x01\x01\x00\x2b0123456789abcdef" + "\x01\x09" + hidden + "\x02\x09" + hidden + "\x20\x05WLC"
	mysql := "\x0a8.0.36\x00\x05\x00\x00\x00abcdefgh\x00\xff\xff\x21\x02\x00" + strings.Repeat("\x00", 20)
	connect := strings.Repeat("\x00", 26) + "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=" + hidden + ")(CID=(PROGRAM=ris.exe)(HOST=PC1)(USER=" + hidden + "))))"
	attribute := func(tag byte, name, value string) string {
		return string(append([]byte{tag}, be16(uint16(len(name)))...)) + name + string(be16(uint16(len(value)))) + value
	}
	return []private{
		{name: "SNMP", udp: true, port: 161, want: "snmp sys-name: SW1", says: []string{ber(0x30, "\x02\x01\x01", ber(4, hidden), ber(0xa0, "\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x00")), snmp}},
		{name: "SNMP v3", udp: true, port: 161, want: "snmp engine-text: agent", says: []string{"", snmp3}},
		{name: "RADIUS", udp: true, port: 1812, want: "radius nas-identifier: WLC", says: []string{radius, "\x02\x01\x00\x1d0123456789abcdef\x12\x09" + hidden}},
		{name: "MySQL", port: 3306, want: "mysql server-version: 8.0.36", says: []string{"", string([]byte{byte(len(mysql)), 0, 0, 0}) + mysql, "\x30\x00\x00\x01\x85\xa6\xff\x01\x00\x00\x00\x01\x21" + strings.Repeat("\x00", 23) + hidden + "\x00\x00"}},
		{name: "PostgreSQL", port: 5432, app: "postgres", says: []string{"\x00\x00\x00\x22\x00\x03\x00\x00user\x00" + hidden + "\x00database\x00x\x00\x00\x00", "R\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x22session_authorization\x00" + hidden + "\x00"}},
		{name: "Oracle", port: 1521, want: "oracle host-name: PC1", says: []string{string(be16(uint16(len(connect)+8))) + "\x00\x00\x01\x00\x00\x00" + connect}},
		{name: "VNC", port: 5900, want: "vnc protocol-version: 3.8", says: []string{"", "RFB 003.008\n", "RFB 003.008\n", "\x01\x01", "\x01", "\x00\x00\x00\x00", "\x01", "\x04\x00\x03\x00" + strings.Repeat("\x00", 16) + "\x00\x00\x00\x07" + hidden}},
		{name: "IPP", port: 631, want: "ipp printer-make-and-model: LBP6300", says: []string{
			"POST /printers/" + hidden + " HTTP/1.1\r\nContent-Type: application/ipp\r\n\r\n" + attribute(0x42, "requesting-user-name", hidden),
			"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n" + attribute(0x41, "printer-make-and-model", "LBP6300") + attribute(0x42, "job-name", hidden) + attribute(0x42, "job-originating-user-name", hidden),
		}},
		{name: "TFTP", udp: true, port: 69, app: "tftp", says: []string{"\x00\x01" + hidden + ".cfg\x00octet\x00"}},
		{name: "MQTT", port: 1883, app: "mqtt", says: []string{"\x10\x21\x00\x04MQTT\x04\xc2\x00\x3c\x00\x03dev\x00\x07" + hidden + "\x00\x07" + hidden}},
	}
}

func (x *private) frames() [][]byte {
	c := &conversation{client: "10.0.0.5", server: "10.0.1.9"}
	seq := [2]uint32{1, 1}
	if !x.udp {
		c.up(6, tcp(40000, x.port, 0, syn, nil)).down(6, tcp(x.port, 40000, 0, syn|ack, nil))
	}
	for i, s := range x.says {
		b, side := []byte(s), i%2
		if x.oneWay {
			side = 0
		}
		switch {
		case s == "":
		case x.udp && side == 0:
			c.up(17, udp(40000, x.port, b))
		case x.udp:
			c.down(17, udp(x.port, 40000, b))
		case side == 0:
			c.up(6, tcp(40000, x.port, seq[0], ack, b))
		default:
			c.down(6, tcp(x.port, 40000, seq[1], ack, b))
		}
		seq[side] += uint32(len(b))
	}
	return c.frames
}

// untold fails where a text stands in any fact, as it is or in base64.
func untold(t *testing.T, r result, texts ...string) {
	t.Helper()
	b, err := json.Marshal(r.obs)
	if err != nil {
		t.Fatal(err)
	}
	all := string(b)
	for _, s := range texts {
		if strings.Contains(strings.ToLower(all), strings.ToLower(s)) {
			t.Errorf("%q is told: %s", s, all)
		}
		for shift := range 3 {
			if len(s) < 6 {
				break // may stand there by chance
			}
			coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + s))
			if coded = coded[(8*shift+5)/6:]; strings.Contains(all, coded[:len(coded)-4]) {
				t.Errorf("%q is told in base64: %s", s, all)
			}
		}
	}
}

// TestNothingOfPeople holds conversations in which people, patients and secrets
// are named. None of that is in any fact.
func TestNothingOfPeople(t *testing.T) {
	t.Parallel()
	for _, tt := range privates() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.frames()...)
			untold(t, r, hidden)
			known := false
			for _, f := range facts[fact.SelfDescription](r.obs) {
				known = known || tt.want == f.Protocol+" "+f.Field+": "+f.Value
			}
			for _, f := range facts[fact.Flow](r.obs) {
				known = known || tt.app != "" && f.App == tt.app
			}
			if !known {
				t.Errorf("%s%s is not told, so this was not read: %+v", tt.want, tt.app, r.obs)
			}
		})
	}
}

// TestNobodyInCaptures wants that people in captures of others are not told.
func TestNobodyInCaptures(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	for name, people := range map[string][]string{
		"snmp/ndpi__snmp.pcap":                  {"nick@globomantics", "SHA1NoPriv"},
		"smb-netbios/sv__smb3-01__input.pcap":   {"administrator"},
		"aaa/ndpi__kerberos-login.pcap":         {`"des"`, `"u5"`},
		"aaa/tcpdump__RADIUS.pcap":              {"John.McGuirk"},
		"hl7-dicom/ndpi__hl7.pcap":              {"MICKEY", "135769"},
		"http/ndpi__http_auth.pcap":             {"authorization", "test:test"},
		"voip/ndpi__sip.pcap":                   {"voi18062", "35104723"},
		"truncated/pcpp__pcapng-example.pcapng": {"password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			untold(t, readBytes(t, name, b), people...)
		})
	}
}
