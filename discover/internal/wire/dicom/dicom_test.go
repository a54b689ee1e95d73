package dicom_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/dicom"
	"kanmon/discover/internal/wire/said"
)

func item(kind byte, s string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind, 0}, uint16(len(s)))) + s
}

// associate builds a PDU after PS3.8, 9.3.2, with so many presentation contexts.
func associate(kind byte, called, calling string, contexts int) []byte {
	b := append([]byte{kind, 0, 0, 0, 0, 0, 0, 1, 0, 0}, (called + calling)...)
	b = append(b, make([]byte, 32)...)
	b = append(b, item(0x10, "1.2.840.10008.3.1.1.1")...)
	for range contexts {
		b = append(b, item(0x20, "\x01\x00\x00\x00"+item(0x30, "1.2.840.10008.5.1.4.1.1.2")+item(0x40, "1.2.840.10008.1.2"))...)
	}
	b = append(b, item(0x50, item(0x51, "\x00\x00\x40\x00")+item(0x52, "1.2.276.0.7230010.3.0.3.6.4")+item(0x55, "OFFIS_DCMTK_364 "))...)
	binary.BigEndian.PutUint32(b[2:], uint32(len(b)-6))
	return b
}

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	request := associate(1, "PACS1           ", "CT1             ", 40)
	titles := []said.Word{{Field: "called-ae-title", Value: "PACS1", OfPeer: true}, word("calling-ae-title", "CT1")}
	implementation := []said.Word{word("implementation-class-uid", "1.2.276.0.7230010.3.0.3.6.4"), word("implementation-version-name", "OFFIS_DCMTK_364")}
	ask := func(uid string) string {
		return item(0x20, "\x01\x00\x00\x00"+item(0x30, uid)+item(0x40, "1.2.840.10008.1.2"))
	}
	const worklist = "1.2.840.10008.5.1.4.31"
	modality := slices.Insert(associate(1, "PACS1           ", "CT1             ", 1), 74, []byte(ask(worklist)+ask("1.2.840.10008.3.1.2.3.3")+ask(worklist)+ask(worklist+".1"))...)
	binary.BigEndian.PutUint32(modality[2:], uint32(len(modality)-6))
	for _, tt := range []struct {
		name string
		in   []byte
		want said.Message
	}{
		{name: "request", in: request, want: said.Message{Protocol: "dicom", Sender: said.Client, Words: append(titles[:2:2], implementation...)}},
		{name: "first segment of it", in: request[:1460], want: said.Message{Protocol: "dicom", Sender: said.Client, Words: titles}},
		{name: "acceptance", in: associate(2, "PACS1           ", "CT1             ", 1), want: said.Message{Protocol: "dicom", Sender: said.Server, Words: implementation}},
		{name: "machine that makes images", in: modality, want: said.Message{Protocol: "dicom", Sender: said.Client, Words: append(append(titles[:2:2],
			word("proposes", "modality-worklist"), word("proposes", "modality-performed-procedure-step")), implementation...)}},
		{name: "no titles", in: associate(1, "PACS1\x01          ", "CT1             ", 1)},
		{name: "data", in: append([]byte{4, 0, 0, 0, 0, 80, 0, 0, 0, 76, 1, 3}, make([]byte, 80)...)},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := dicom.Decode(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
	if n := dicom.Length(request[:20]); n != len(request) {
		t.Errorf("length %d, it is %d", n, len(request))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(associate(1, "PACS1           ", "CT1             ", 2))
	f.Add(associate(2, "PACS1           ", "CT1             ", 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := dicom.Decode(b); ok && (dicom.Length(b) < 74 || m.Sender == said.Unknown) {
			t.Errorf("%+v", m)
		}
	})
}
