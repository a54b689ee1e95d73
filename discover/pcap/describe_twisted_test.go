package pcap_test

// privateTwisted names people where a person would not look for them: in what
// programs say of themselves, and in headers that another sender ends otherwise.
func privateTwisted() []private {
	const mail = hidden + "@hospital.example"
	connect := func(program string) string {
		s := string(make([]byte, 26)) + "(DESCRIPTION=(CONNECT_DATA=(CID=(PROGRAM=" + program + ")(HOST=PC1)(USER=x))))"
		return string(be16(uint16(len(s)+8))) + "\x00\x00\x01\x00\x00\x00" + s
	}
	descr := ber(0x30, "\x02\x01\x01", ber(4, "public"), ber(0xa2, "\x02\x01\x01\x02\x01\x00\x02\x01\x00", ber(0x30,
		ber(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00", ber(4, "Switch 1.0, call "+mail)))))
	return []private{
		{name: "mail address in User-Agent", port: 80, want: "http user-agent: Fetch/1.0 (by …)", says: []string{"GET / HTTP/1.1\r\nUser-Agent: Fetch/1.0 (by " + mail + ")\r\n\r\n"}},
		{name: "query in User-Agent", port: 80, want: "http user-agent: Fetch/1.0 (+http://his.example/…)", says: []string{"GET / HTTP/1.1\r\nUser-Agent: Fetch/1.0 (+http://his.example/p?name=" + hidden + ")\r\n\r\n"}},
		{name: "password in User-Agent", port: 80, want: "http user-agent: Fetch/1.0 …", says: []string{"GET / HTTP/1.1\r\nUser-Agent: Fetch/1.0 http://a:" + hidden + "@his/\r\n\r\n"}},
		{name: "mail address in Server", port: 80, want: "http server: Apache …", says: []string{"", "HTTP/1.1 200 OK\r\nServer: Apache " + mail + "\r\n\r\n"}},
		{name: "mail address in realm", port: 80, want: "http realm: ask …", says: []string{"", "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=\"ask " + mail + "\"\r\n\r\n"}},
		{name: "mail address in greeting", port: 21, want: "ftp greeting: FTP of …", says: []string{"", "220 FTP of " + mail + "\r\n"}},
		{name: "mail address in sysDescr", udp: true, port: 161, want: "snmp sys-descr: Switch 1.0, call …", says: []string{"", descr}},
		{name: "tag of logger", udp: true, port: 514, want: "syslog host-name: pc1", says: []string{"<13>Oct 11 22:14:15 pc1 " + hidden + ": hello", "", "<13>Oct 11 22:14:15 pc1 " + hidden + "[99]: hello"}},
		{name: "tag of logger in RFC 5424", udp: true, port: 514, want: "syslog host-name: pc1", says: []string{"<13>1 2026-10-11T22:14:15Z pc1 " + hidden + " - - - hello"}},
		{name: "HL7 that ends segments otherwise", port: 2575, want: "hl7 sending-application: GASTAR", oneWay: true, says: []string{
			"\x0bMSH|^~\\&|GASTAR|LAB|HIS|HOSP|20260801||ORU^R01|1|P|2.5\x1ePID|1||123||" + hidden + "|" + hidden + "\r\x1c\r",
			"\x0bMSH|^~\\&|GASTAR|LAB|HIS|HOSP|20260801||ORU^R01|1|P|2.5|PID|1||123||" + hidden + "|" + hidden + "|" + hidden + "\r\x1c\r",
			"\x0bMSH|^~\\&|GASTAR|LAB|HIS|HOSP|20260801|" + hidden + "|" + hidden + "|1|P|" + hidden + "\r\x1c\r",
		}},
		{name: "ASTM that ends records with LF", port: 4000, want: "astm sender: cobas", oneWay: true, says: []string{"\x021H|\\^&|||cobas\nP|1||4711||" + hidden + "^HANAKO||19500101|F\r\x03A2\r\n"}},
		{name: "Oracle program in a folder with brackets", port: 1521, want: "oracle host-name: PC1", says: []string{connect(`C:\Users\` + hidden + `(2)\ris.exe`)}},
		{name: "telephone number as called station", udp: true, port: 1812, want: "radius nas-identifier: WLC", says: []string{"\x01\x01\x00\x27" + "0123456789abcdef" + "\x1e\x0e819012345678" + "\x20\x05WLC"}},
	}
}
