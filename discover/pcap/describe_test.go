package pcap_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

// saidIn returns what hosts say of themselves, each on a line, in order.
func saidIn(r result) []string {
	var out []string
	for _, f := range facts[fact.SelfDescription](r.obs) {
		out = append(out, described(f))
	}
	slices.Sort(out)
	return out
}

// aliveAnswer is a response to ServerAlive2 ([MS-DCOM] 2.2.19).
func aliveAnswer(bindings ...string) []byte {
	var texts string
	for _, s := range bindings {
		texts += "\x07\x00" + wide(s) + "\x00\x00"
	}
	texts += "\x00\x00"
	security := len(texts) / 2
	texts += "\x0a\x00\xff\xff\x00\x00\x00\x00"
	b := []byte("\x05\x00\x02\x03\x10\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x07\x00\x00\x00\x02\x00")
	b = binary.LittleEndian.AppendUint32(b, uint32(len(texts)/2))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(texts)/2))
	b = binary.LittleEndian.AppendUint16(b, uint16(security))
	b = append(append(b, texts...), make([]byte, 8)...)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(b)))
	return b
}

// associate is an A-ASSOCIATE-RQ with many presentation contexts (DICOM PS3.8,
// 9.3.2).
func associate() []byte {
	item := func(kind byte, b ...byte) []byte { return join([]byte{kind, 0}, be16(uint16(len(b))), b) }
	body := join(be16(1), be16(0), []byte("PACS1           CT1             "), make([]byte, 32))
	for range 60 {
		body = append(body, item(0x20, make([]byte, 60)...)...)
	}
	body = append(body, item(0x50, join(item(0x52, []byte("1.2.392")...), item(0x55, []byte("CT_SW_3")...))...)...)
	return join([]byte{1, 0}, be32(uint32(len(body))), body)
}

func TestDescribed(t *testing.T) {
	t.Parallel()
	talk := func() *conversation { return &conversation{client: "10.0.0.5", server: "10.0.1.9"} }
	open := func(port uint16) *conversation {
		return talk().up(6, tcp(40000, port, 0, syn, nil)).down(6, tcp(port, 40000, 0, syn|ack, nil))
	}
	const (
		ask      = "\x30\x1a\x02\x01\x00\x04\x06public\xa0\x0d\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x02\x30\x00"
		ask3     = "\x30\x3a\x02\x01\x03\x30\x0d\x02\x01\x01\x02\x02\x05\xdc\x04\x01\x07\x02\x01\x03\x04\x1d\x30\x1b\x04\x0a\x80\x00\x00\x09\x04agent\x02\x01\x01\x02\x01\x01\x04\x01u\x04\x00\x04\x00\x04\x04xxxx"
		iAm      = "\x81\x0b\x00\x18\x01\x20\xff\xff\x00\xff\x10\x00\xc4\x02\x00\x00\x7b\x22\x05\xc4\x91\x03\x21\x18"
		station  = "\xfe\xff\x05\x01\x00\x00\x00\x01\x00\x00\x00\x1e\x02\x02\x00\x07\x00\x00plc-1\x00\x01\x02\x00\x0e\x00\x01\x0a\x00\x00\x07\xff\xff\xff\x00\x0a\x00\x00\x01"
		greeting = "SSH-2.0-OpenSSH_9.2\r\n"
	)
	long := associate()
	for _, tt := range []struct {
		name   string
		frames [][]byte
		want   []string
	}{
		{
			name: "both sides", frames: open(2222).down(6, tcp(2222, 40000, 1, ack, []byte(greeting))).up(6, tcp(40000, 2222, 1, ack, []byte("SSH-2.0-Go\r\n"))).frames,
			want: []string{"10.0.0.5 0 ssh software-version: Go", "10.0.1.9 2222 ssh software-version: OpenSSH_9.2"},
		},
		{
			name: "by the port, where the opening was missed", frames: talk().down(6, tcp(22, 40000, 1, ack, []byte(greeting))).frames,
			want: []string{"10.0.1.9 22 ssh software-version: OpenSSH_9.2"},
		},
		{name: "a greeting of a connection that goes on may be an answer", frames: talk().down(6, tcp(21, 40000, 1, ack, []byte("220 FTP of somebody\r\n"))).frames},
		{
			name: "association in segments", frames: open(11112).up(6, tcp(40000, 11112, 1, ack, long[:1460])).up(6, tcp(40000, 11112, 1461, ack, long[1460:2920])).up(6, tcp(40000, 11112, 2921, ack, long[2920:])).frames,
			want: []string{"10.0.0.5 0 dicom calling-ae-title: CT1", "10.0.0.5 0 dicom implementation-class-uid: 1.2.392", "10.0.0.5 0 dicom implementation-version-name: CT_SW_3", "10.0.1.9 11112 dicom called-ae-title: PACS1"},
		},
		{
			name: "association with a gap", frames: open(11112).up(6, tcp(40000, 11112, 1, ack, long[:1460])).up(6, tcp(40000, 11112, 2921, ack, long[2920:])).frames,
			want: []string{"10.0.0.5 0 dicom calling-ae-title: CT1", "10.0.1.9 11112 dicom called-ae-title: PACS1"},
		},
		{name: "who never answered may not be there", frames: talk().up(17, udp(40000, 161, []byte(ask3))).frames, want: []string{"10.0.0.5 0 snmp version: v3"}},
		{name: "who answered is", frames: talk().down(17, udp(161, 40000, []byte("\x00"))).up(17, udp(40000, 161, []byte(ask3))).frames, want: []string{
			"10.0.0.5 0 snmp version: v3", "10.0.1.9 161 snmp engine-id: 80000009046167656e74", "10.0.1.9 161 snmp engine-text: agent", "10.0.1.9 161 snmp enterprise: 9",
		}},
		{name: "a question alone", frames: talk().up(17, udp(40000, 161, []byte(ask))).frames, want: []string{"10.0.0.5 0 snmp version: v1"}},
		{
			name: "to all", frames: [][]byte{eth(all1, macC, 0x0800, ip4("10.0.0.7", "10.0.0.255", 17, udp(47808, 47808, []byte(iAm))))},
			want: []string{"10.0.0.7 47808 bacnet device-instance: 123", "10.0.0.7 47808 bacnet vendor-id: 24"},
		},
		{name: "without IP", frames: [][]byte{eth(macA, macC, 0x8892, []byte(station))}, want: []string{"10.0.0.7 0 profinet station-name: plc-1"}},
		{name: "within TLS nothing", frames: open(443).up(6, tcp(40000, 443, 1, ack, []byte("\x17\x03\x03\x00\x20"+greeting))).frames},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, saidIn(read(t, tt.frames...))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestSecondAddress finds the other network of a machine in what it says to a
// stranger. Behind a router the MAC address is the router's.
func TestSecondAddress(t *testing.T) {
	t.Parallel()
	answer := tcp(135, 40000, 1, ack, aliveAnswer("CT-CONSOLE", "10.0.1.9", "192.168.42.17"))
	near := eth(macA, macB, 0x0800, ip4("10.0.1.9", "10.0.0.5", 6, answer))
	far := slices.Clone(near)
	far[14+8] = 127
	for _, tt := range []struct {
		name string
		in   []byte
		mac  fact.MAC
	}{{name: "on the segment", in: near, mac: macB}, {name: "behind a router", in: far}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.in)
			compare(t, r, fact.AddressSet{MAC: tt.mac, From: ip("10.0.1.9"), Name: "CT-CONSOLE", Protocol: "oxid", Addresses: []netip.Addr{ip("10.0.1.9"), ip("192.168.42.17")}})
			compare(t, r, fact.NameClaim{Name: "CT-CONSOLE", Protocol: "oxid", IP: ip("10.0.1.9"), MAC: tt.mac})
		})
	}
}

// TestOneHostIsBounded lets a host say more than anybody has to say.
func TestOneHostIsBounded(t *testing.T) {
	t.Parallel()
	c := &conversation{client: "10.0.0.5", server: "10.0.1.9"}
	for i := range 1000 {
		c.up(6, tcp(uint16(20000+i), 80, 1, ack, fmt.Appendf(nil, "GET / HTTP/1.1\r\nUser-Agent: x%d\r\n\r\n", i)))
	}
	other := &conversation{client: "10.0.0.6", server: "10.0.1.9"}
	other.up(6, tcp(20000, 80, 1, ack, []byte("GET / HTTP/1.1\r\nUser-Agent: y\r\n\r\n")))
	r := read(t, append(c.frames, other.frames...)...)
	all := saidIn(r)
	if n := len(all); n > 200 || !slices.Contains(all, "10.0.0.6 0 http user-agent: y") {
		t.Errorf("%d things are told, and that of the other host: %v", n, slices.Contains(all, "10.0.0.6 0 http user-agent: y"))
	}
	if !slices.ContainsFunc(facts[fact.Gap](r.obs), func(g fact.Gap) bool { return strings.Contains(g.What, "self-descriptions") }) {
		t.Error("what was not kept is not told")
	}
}

// FuzzDescribed reads a payload from either end of a conversation, behind what
// the other one said: whatever it is, reading goes on, and a host says no more
// than it may.
func FuzzDescribed(f *testing.F) {
	for _, p := range privates() {
		for i, s := range p.says {
			f.Add(p.udp, p.port, []byte(p.says[max(0, i-1)]), []byte(s))
		}
	}
	f.Add(false, uint16(135), []byte("x"), aliveAnswer("A", "10.0.0.1"))
	f.Add(false, uint16(11112), associate()[:1460], associate()[1460:])
	f.Fuzz(func(t *testing.T, datagrams bool, port uint16, one, two []byte) {
		if len(one)+len(two) > 30_000 {
			return
		}
		c := &conversation{client: "10.0.0.5", server: "10.0.1.9"}
		if datagrams {
			c.up(17, udp(40000, port, one)).down(17, udp(port, 40000, two)).up(17, udp(40000, port, two))
		} else {
			c.up(6, tcp(40000, port, 0, syn, nil)).down(6, tcp(port, 40000, 0, syn|ack, nil)).
				up(6, tcp(40000, port, 1, ack, one)).down(6, tcp(port, 40000, 1, ack, two)).up(6, tcp(40000, port, 1+uint32(len(one)), ack, two))
		}
		r := readBytes(t, "test.pcap", classicFile(1, c.frames...))
		if n := len(facts[fact.SelfDescription](r.obs)); r.err != nil || n > 400 {
			t.Errorf("%d things are told, error %v", n, r.err)
		}
	})
}
