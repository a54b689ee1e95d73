package pcap_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

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

// TestPresence asks for and announces who sits at a machine.
func TestPresence(t *testing.T) {
	t.Parallel()
	service := dnsName("_presence", "_tcp", "local")
	instance := dnsName(hidden+"@mac", "_presence", "_tcp", "local")
	question := join([]byte("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"), instance, []byte{0, 33, 0, 1})
	answer := join([]byte("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"), service, []byte{0, 12, 0, 1, 0, 0, 17, 148}, be16(uint16(len(instance))), instance)
	r := read(t, eth(group4, macA, 0x0800, ip4("10.0.0.5", "224.0.0.251", 17, udp(5353, 5353, question))),
		eth(group4, macA, 0x0800, ip4("10.0.0.5", "224.0.0.251", 17, udp(5353, 5353, answer))))
	untold(t, r, hidden)
	compare(t, r, fact.ServiceAnnouncement{Protocol: "dns-sd", Service: "_presence._tcp", IP: ip("10.0.0.5"), MAC: macA})
	compare(t, r, fact.NameQuery{Name: "_presence._tcp.local", Type: "SRV", Client: fact.Endpoint{IP: ip("10.0.0.5"), MAC: macA}, Server: fact.Endpoint{IP: ip("224.0.0.251"), Port: 5353}})
}

// TestBehindProxy lets a server speak through a proxy, which is not what it
// says.
func TestBehindProxy(t *testing.T) {
	t.Parallel()
	c := &conversation{client: "10.0.0.5", server: "10.0.1.9"}
	ask, yes := "CONNECT far.example:22 HTTP/1.1\r\nUser-Agent: PuTTY\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"
	c.up(6, tcp(40000, 3128, 0, syn, nil)).down(6, tcp(3128, 40000, 0, syn|ack, nil)).
		up(6, tcp(40000, 3128, 1, ack, []byte(ask))).down(6, tcp(3128, 40000, 1, ack, []byte(yes))).
		down(6, tcp(3128, 40000, 1+uint32(len(yes)), ack, []byte("SSH-2.0-far\r\n"))).
		down(6, tcp(3128, 40000, 14+uint32(len(yes)), ack, join(serverHello(), certificate("far.example", "", ""))))
	want := []string{"10.0.0.5 0 http user-agent: PuTTY", "10.0.1.9 3128 http proxy: CONNECT"}
	if diff := cmp.Diff(want, saidIn(read(t, c.frames...))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
