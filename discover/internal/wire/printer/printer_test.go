package printer_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/printer"
	"kanmon/discover/internal/wire/said"
)

// attribute builds an attribute after RFC 8010, 3.1.4.
func attribute(tag byte, name, value string) string {
	b := binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(name)))
	return string(binary.BigEndian.AppendUint16(append(b, name...), uint16(len(value)))) + value
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n\x01\x01\x00\x00\x00\x00\x00\x01\x04"

func TestIPP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{
			name: "printer", in: head + attribute(0x42, "printer-name", "ward 3") + attribute(0x41, "printer-make-and-model", "Canon LBP6300") + attribute(0x42, "job-originating-user-name", "tanaka"),
			want: said.Message{Protocol: "ipp", Sender: said.Server, Words: []said.Word{{Field: "printer-make-and-model", Value: "Canon LBP6300"}}},
		},
		{name: "cut in the value", in: head + attribute(0x41, "printer-make-and-model", "Canon LBP6300")[:32], want: said.Message{Protocol: "ipp", Sender: said.Server}},
		{name: "name as a value", in: head + attribute(0x44, "", "printer-make-and-model") + "\x00\x01", want: said.Message{Protocol: "ipp", Sender: said.Server}},
		{name: "page", in: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := printer.IPP([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestPJL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "answer", in: "@PJL INFO ID\r\n\"HP LaserJet 4250\"\r\n\x0c", want: said.Message{Protocol: "pjl", Sender: said.Server, Words: []said.Word{{Field: "id", Value: "HP LaserJet 4250"}}}},
		{name: "job", in: "\x1b%-12345X@PJL SET USERNAME=\"tanaka\"\r\n", want: said.Message{Protocol: "pjl", Sender: said.Client}},
		{name: "cut", in: "@PJL INFO ID\r\n\"HP Las", want: said.Message{Protocol: "pjl", Sender: said.Server}},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := printer.PJL([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(head + attribute(0x41, "printer-make-and-model", "Canon LBP6300")))
	f.Add([]byte("@PJL INFO ID\r\n\"HP LaserJet 4250\"\r\n\x0c"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _ := printer.IPP(b)
		n, _ := printer.PJL(b)
		if len(m.Words) > 4 || len(n.Words) > 1 {
			t.Errorf("%+v %+v", m, n)
		}
	})
}
