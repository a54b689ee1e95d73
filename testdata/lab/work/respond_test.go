package work_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab/work"
)

func tethered() []netip.Addr {
	return []netip.Addr{netip.MustParseAddr("10.10.0.130"), netip.MustParseAddr("192.168.42.23")}
}

func TestAnswers(t *testing.T) {
	addrs := "\x0a\x0a\x00\x82"
	second := "\xc0\xa8\x2a\x17"
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	for _, tt := range []struct {
		name string
		in   []byte
		want []string // all of it; nothing: no answer
	}{
		{"NetBIOS: its own name, in any case", work.AnswerNBNS(work.QueryNBNS("Byoto-PC12"), "byoto-pc12", mac, tethered()), []string{addrs, second}},
		{"NetBIOS: another name", work.AnswerNBNS(work.QueryNBNS("HIS-SV"), "byoto-pc12", mac, tethered()), nil},
		{"NetBIOS: node status", work.AnswerNBNS(work.QueryNBNS("*"), "byoto-pc12", mac, tethered()), []string{"BYOTO-PC12     ", string(mac)}},
		{"NetBIOS: a registration is no question", work.AnswerNBNS(work.RegisterNBNS("byoto-pc12", tethered()[0]), "byoto-pc12", mac, tethered()), nil},
		{"mDNS: its own name", work.AnswerMDNS(work.QueryMDNS("byoto-pc12"), "byoto-pc12", tethered()), []string{"\x0abyoto-pc12\x05local", addrs, second}},
		{"mDNS: another name", work.AnswerMDNS(work.QueryMDNS("his-sv"), "byoto-pc12", tethered()), nil},
		{"mDNS: an announcement is no question", work.AnswerMDNS(work.AnnounceMDNS("byoto-pc12", tethered()), "byoto-pc12", tethered()), nil},
		{"SSDP: a search", work.AnswerSSDP([]byte("M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n"), "ap", "http://10.40.0.77/"), []string{"200 OK", "LOCATION: http://10.40.0.77/\r\n", "InternetGatewayDevice:1"}},
		{"SSDP: an announcement of another", work.AnswerSSDP(work.NotifySSDP("x", "y"), "ap", "z"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if (tt.in != nil) != (tt.want != nil) {
				t.Fatalf("answer %q, want one with %q", tt.in, tt.want)
			}
			for _, part := range tt.want {
				if !strings.Contains(string(tt.in), part) {
					t.Errorf("answer %q lacks %q", tt.in, part)
				}
			}
		})
	}
}

func TestOXID(t *testing.T) {
	want := []string{"BYOTO-PC12", "10.10.0.130", "192.168.42.23"}
	request := append([]byte{5, 0, 0, 3, 0x10, 0, 0, 0, 24, 0, 0, 0, 7, 0, 0, 0}, 0, 0, 0, 0, 0, 0, 5, 0)
	answer := work.AnswerOXID(request, want)
	if answer[2] != 2 || answer[12] != 7 {
		t.Fatalf("type %d for call %d, want a response to 7", answer[2], answer[12])
	}
	got, err := work.DecodeAlive(answer[16:])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	request[22] = 4
	if answer := work.AnswerOXID(request, want); answer[2] != 3 {
		t.Errorf("another operation is answered with type %d, want a fault", answer[2])
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(work.QueryNBNS("byoto-pc12"))
	f.Add(work.QueryMDNS("byoto-pc12"))
	f.Add(work.AnswerOXID(nil, nil))
	f.Fuzz(func(_ *testing.T, in []byte) {
		_ = work.AnswerNBNS(in, "byoto-pc12", nil, tethered())
		_ = work.AnswerMDNS(in, "byoto-pc12", tethered())
		_ = work.AnswerOXID(in, []string{"x"})
		_ = work.AnswerSSDP(in, "x", "y")
		_, _ = work.DecodeAlive(in)
		_ = work.DecodeOffer(in)
	})
}

func TestDecodeOffer(t *testing.T) {
	offer := work.Discover(net.HardwareAddr{2, 0, 0, 0, 0, 1})
	if got := work.DecodeOffer(offer); got != nil {
		t.Errorf("a question offers %v", got)
	}
	offer[0] = 2
	copy(offer[16:], "\xc0\xa8\x0b\x64")
	if diff := cmp.Diff([]string{"192.168.11.100"}, work.DecodeOffer(offer)); diff != "" {
		t.Errorf("offered (-want +got):\n%s", diff)
	}
}
