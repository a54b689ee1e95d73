package app_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/internal/wire/app"
	"kanmon/discover/internal/wire/wiretest"
)

// sized puts the length of all into the big-endian octets at an offset.
func sized(b []byte, at, size, less int) []byte {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(b)-less))
	copy(b[at:], n[4-size:])
	return b
}

// TestMoreTCP has octets out of captures where it says so; the others were built
// by the documents that the recognisers name.
func TestMoreTCP(t *testing.T) {
	t.Parallel()
	mysql := append([]byte{0, 0, 0, 0, 10}, "8.0.36\x00\x08\x00\x00\x00saltsalt\x00"...)
	mysql[0] = byte(len(mysql) - 4)
	opcua := slices.Concat([]byte("HELF"), []byte{32, 0, 0, 0}, make([]byte, 24))
	mongo := slices.Concat([]byte{40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0}, make([]byte, 24))
	rpc := wiretest.Hex("80000028 00000001 00000000 00000002 000186a3 00000003 00000000 0000000000000000 0000000000000000")
	for _, tt := range []struct {
		name string
		in   []byte
		port uint16
		want string
	}{
		{name: "Radmin", in: wiretest.Hex("01000000010000000808"), port: 4899, want: "radmin"},             // radmin3.pcapng of nDPI's, frame 4
		{name: "Radmin, frame 15", in: wiretest.Hex("0100000005000002272702000000"), want: "radmin"},       //
		{name: "Radmin with a wrong sum", in: wiretest.Hex("01000000010000000908"), port: 4899},            //
		{name: "Citrix", in: wiretest.Hex("7f7f49434100"), port: 1494, want: "citrix"},                     // citrix.pcap of nDPI's, frame 4
		{name: "Citrix, common gateway protocol", in: []byte("\x1aCGP/01\x00"), want: "citrix"},            //
		{name: "TeamViewer", in: wiretest.Hex("17240a200000000000000000"), port: 5938, want: "teamviewer"}, // teamviewer.pcap of nDPI's, frame 4
		{name: "the same on another port", in: wiretest.Hex("17240a200000000000000000"), port: 5939},
		{name: "BGP", in: wiretest.Hex("ffffffffffffffffffffffffffffffff002b010400c800b4000002010e020c010400010001450400010101"), port: 179, want: "bgp"}, // bgp-4byte-asn.pcap of tcpdump's, frame 8
		{name: "BGP of a type that is none", in: wiretest.Hex("ffffffffffffffffffffffffffffffff00130900")},
		{name: "session of NetBIOS", in: slices.Concat(wiretest.Hex("8100004420"), make([]byte, 67)), port: 139, want: "netbios-ssn"},
		{name: "ASTM frame", in: []byte("\x021H|\\^&|||Analyzer^1\r"), want: "astm"},
		{name: "ASTM message without a number", in: []byte("\x02H|\\^&|||"), want: "astm"},
		{name: "start of text", in: []byte("\x02Hello")},
		{name: "POCT1-A", in: []byte("<HEL.R01>\n<HDR>"), want: "poct1a"},
		{name: "MySQL", in: mysql, want: "mysql"},
		{name: "MySQL of a wrong length", in: append(slices.Clone(mysql), 0)},
		{name: "PostgreSQL", in: sized(slices.Concat(make([]byte, 4), wiretest.Hex("00030000"), []byte("user\x00a\x00\x00")), 0, 4, 0), want: "postgres"},
		{name: "PostgreSQL asks for TLS", in: wiretest.Hex("0000000804d2162f"), want: "postgres"},
		{name: "Oracle", in: sized(slices.Concat(make([]byte, 4), []byte{1}, make([]byte, 53), []byte("(DESCRIPTION=(CONNECT_DATA=(SID=x)))")), 0, 2, 0), want: "oracle"},
		{name: "MongoDB", in: mongo, want: "mongodb"},
		{name: "Redis", in: []byte("*1\r\n$4\r\nPING\r\n"), want: "redis"},
		{name: "AMQP", in: []byte("AMQP\x00\x00\x09\x01"), want: "amqp"},
		{name: "OPC UA", in: opcua, port: 4840, want: "opcua"},
		{name: "OPC UA of a wrong length", in: append(slices.Clone(opcua), 0)},
		{name: "S7", in: wiretest.Hex("0300001902f08032010000000000080000f0000001000101e0"), port: 102, want: "s7"},
		{name: "EtherNet/IP", in: slices.Concat([]byte{0x65, 0, 4, 0}, make([]byte, 24)), want: "ethernet-ip"},
		{name: "Modbus", in: wiretest.Hex("000100000006 01 03 00000001"), port: 502, want: "modbus"},
		{name: "Modbus elsewhere", in: wiretest.Hex("000100000006 01 03 00000001"), port: 503},
		{name: "SLMP", in: wiretest.Hex("5000 00 ff ff03 00 0c00 1000 0104 0000 640000 a8 0100"), want: "slmp"},
		{name: "IEC 104", in: wiretest.Hex("680407000000"), port: 2404, want: "iec104"},
		{name: "DNP3", in: wiretest.Hex("056405c001000004e921"), want: "dnp3"},
		{name: "Niagara Fox", in: []byte("fox a 1 -1 fox hello\n{\n"), want: "niagara-fox"},
		{name: "TACACS+", in: sized(slices.Concat(wiretest.Hex("c00101000000000100000000"), make([]byte, 20)), 8, 4, 12), port: 49, want: "tacacs"},
		{name: "NFS", in: rpc, want: "nfs"},
		{name: "DCE/RPC bind", in: func() []byte {
			b := slices.Concat(wiretest.Hex("05000b0310000000480000000100"), make([]byte, 58))
			return b
		}(), want: "dcerpc"},
		{name: "PJL", in: []byte("\x1b%-12345X@PJL INFO STATUS\r\n"), want: "jetdirect"},
		{name: "PCL on the port of printers", in: []byte("\x1bE\x1b&l0O"), port: 9100, want: "jetdirect"},
		{name: "escape elsewhere", in: []byte("\x1bE\x1b&l0O"), port: 9101},
		{name: "LPD", in: []byte("\x02lp\n"), port: 515, want: "lpd"},
		{name: "IPP", in: []byte("POST /ipp/print HTTP/1.1\r\nHost: p\r\nContent-Type: application/ipp\r\n\r\n"), want: "ipp"},
		{name: "form", in: []byte("POST /ipp/print HTTP/1.1\r\nHost: p\r\nContent-Type: text/html\r\n\r\napplication/ipp"), want: "http"},
		{name: "long target", in: []byte("GET /" + strings.Repeat("x", 600)), want: "http"},
		{name: "FTP", in: []byte("220 ProFTPD Server ready\r\n"), want: "ftp"},
		{name: "SMTP", in: []byte("220 mail.example ESMTP\r\n"), want: "smtp"},
		{name: "a greeting that says nothing", in: []byte("220 ready\r\n")},
		{name: "POP3", in: []byte("+OK ready\r\n"), want: "pop3"},
		{name: "IMAP", in: []byte("* OK IMAP4 ready\r\n"), want: "imap"},
		{name: "rsync", in: []byte("@RSYNCD: 31.0\n"), want: "rsync"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := app.TCP(tt.in, 40000, tt.port); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMoreUDP(t *testing.T) {
	t.Parallel()
	kerberos := wiretest.Hex("6c8204b7308204b3a103020105a20302010ca3820438") // kerberos-login.pcap of nDPI, frame 1, its start
	dhcp := append(make([]byte, 236), wiretest.Hex("63825363 35 01 01 ff")...)
	dhcp[0] = 1
	for _, tt := range []struct {
		name     string
		in       []byte
		src, dst uint16
		want     string
	}{
		{name: "Kerberos", in: kerberos, src: 40000, dst: 88, want: "kerberos"},
		{name: "Kerberos of another type within", in: set(kerberos, 17, 0x0a), src: 40000, dst: 88},
		{name: "RustDesk", in: slices.Concat([]byte{0x32, 13, 0x0a, 9}, []byte("123456789"), []byte{0x10, 5}), src: 40000, dst: 21116, want: "rustdesk"},
		{name: "the same elsewhere", in: slices.Concat([]byte{0x32, 13, 0x0a, 9}, []byte("123456789"), []byte{0x10, 5}), src: 40000, dst: 21117},
		{name: "text on the port of RustDesk", in: []byte("2 lines of text"), src: 40000, dst: 21116},
		{name: "RDP over UDP", in: append(wiretest.Hex("ffffffff00400001"), make([]byte, 1224)...), src: 40000, dst: 3389, want: "rdp"},
		{name: "DHCP", in: dhcp, src: 68, dst: 67, want: "dhcp"},
		{name: "NFS", in: wiretest.Hex("00000001 00000000 00000002 000186a3 00000003 00000000"), src: 800, dst: 2049, want: "nfs"},
		{name: "IPMI", in: wiretest.Hex("0600ff07 0000000000000000"), src: 40000, dst: 623, want: "ipmi"},
		{name: "NetFlow", in: append(wiretest.Hex("00090002"), make([]byte, 40)...), src: 40000, dst: 2055, want: "netflow"},
		{name: "IPFIX", in: append(wiretest.Hex("000a0010"), make([]byte, 12)...), src: 40000, dst: 4739, want: "ipfix"},
		{name: "sFlow", in: append(wiretest.Hex("0000000500000001"), make([]byte, 30)...), src: 40000, dst: 6343, want: "sflow"},
		{name: "CoAP", in: wiretest.Hex("4001 3039 b2 6869 6a"), src: 40000, dst: 5683, want: "coap"},
		{name: "NetBIOS names", in: slices.Concat(wiretest.Hex("123401100001000000000000 20"), []byte("EJFDEBFEEBFACACACACACACACACACACA"), []byte{0, 0, 0x20, 0, 1}), src: 137, dst: 137, want: "nbns"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := app.UDP(tt.in, tt.src, tt.dst); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestMustNot gives every recogniser what none may take for its own, on all the
// ports that any of them looks at.
func TestMustNot(t *testing.T) {
	t.Parallel()
	inputs := map[string][]byte{
		"zeros":    make([]byte, 64),
		"ones":     []byte(strings.Repeat("\xff", 64)),
		"text":     []byte("The quick brown fox jumps over the lazy dog.\r\n"),
		"JSON":     []byte(`{"jsonrpc":"2.0","method":"ping"}`),
		"XML":      []byte("<?xml version=\"1.0\"?><a/>"),
		"TLS data": wiretest.Hex("1703030030 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
		"X.224":    wiretest.Hex("0300001611e00000000100c1020100c2020102c0010a"),
		"counting": func() (b []byte) {
			for i := range 100 {
				b = append(b, byte(i))
			}
			return b
		}(),
		"ENQ":        {5},
		"keep-alive": {0},
		"ACK":        []byte("ACK\n"),
	}
	for name, b := range inputs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, port := range []uint16{1, 49, 53, 69, 80, 88, 102, 123, 137, 161, 389, 443, 502, 514, 515, 623, 1812, 2055, 2404, 3389, 4739, 5683, 5938, 6343, 9100, 21116} {
				if got := app.TCP(b, 40000, port); got != "" {
					t.Errorf("TCP port %d: %s", port, got)
				}
				if got := app.UDP(b, 40000, port); got != "" {
					t.Errorf("UDP port %d: %s", port, got)
				}
			}
		})
	}
}

func set(b []byte, i int, v byte) []byte {
	b = slices.Clone(b)
	b[i] = v
	return b
}
