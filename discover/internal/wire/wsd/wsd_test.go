package wsd_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/wsd"
)

// envelope writes a message in the namespaces of the draft of 2005.
func envelope(body string) string {
	return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery">` +
		`<soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To></soap:Header><soap:Body>` + body + `</soap:Body></soap:Envelope>`
}

const address = `<wsa:EndpointReference><wsa:Address>urn:uuid:e3248000-80ce-11db-8000-001ba99ec956</wsa:Address></wsa:EndpointReference>`

func TestDecode(t *testing.T) {
	t.Parallel()
	list := func(s ...string) (out []netip.Addr) {
		for _, a := range s {
			out = append(out, netip.MustParseAddr(a))
		}
		return out
	}
	for _, tt := range []struct {
		name string
		in   string
		want wsd.Announcement
		ok   bool
	}{
		{
			name: "hello of a computer", ok: true,
			in:   envelope(`<wsd:Hello>` + address + `<wsd:Types>wsdp:Device pub:Computer</wsd:Types><wsd:XAddrs>http://10.30.0.22:5357/e324/ http://[fe80::1%25eth0]:5357/e324/ http://kensa-pc:5357/</wsd:XAddrs></wsd:Hello>`),
			want: wsd.Announcement{Types: []string{"Device", "Computer"}, Addresses: list("10.30.0.22", "fe80::1"), Matches: 1},
		},
		{
			name: "camera", ok: true,
			in:   envelope(`<wsd:ProbeMatches><wsd:ProbeMatch>` + address + `<wsd:Types>tdn:NetworkVideoTransmitter</wsd:Types><wsd:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/AXIS%20M1054 onvif://www.onvif.org/hardware/M1054 onvif://www.onvif.org/location/room</wsd:Scopes><wsd:XAddrs>http://192.168.1.64/onvif/device_service</wsd:XAddrs></wsd:ProbeMatch></wsd:ProbeMatches>`),
			want: wsd.Announcement{Types: []string{"NetworkVideoTransmitter"}, Addresses: list("192.168.1.64"), Name: "AXIS M1054", Hardware: "M1054", Matches: 1},
		},
		{
			name: "proxy", ok: true,
			in:   envelope(`<wsd:ProbeMatches><wsd:ProbeMatch><wsd:XAddrs>http://10.0.0.1/</wsd:XAddrs></wsd:ProbeMatch><wsd:ProbeMatch><wsd:XAddrs>http://10.0.0.2/</wsd:XAddrs></wsd:ProbeMatch></wsd:ProbeMatches>`),
			want: wsd.Announcement{Addresses: list("10.0.0.1", "10.0.0.2"), Matches: 2},
		},
		{
			name: "cut", ok: true,
			in:   strings.TrimSuffix(envelope(`<wsd:Hello>`+address+`<wsd:Types>wprt:PrintDeviceType</wsd:Types><wsd:XAddrs>http://10.0`), `</soap:Body></soap:Envelope>`),
			want: wsd.Announcement{Types: []string{"PrintDeviceType"}, Matches: 1},
		},
		{name: "addresses of no host", ok: true, in: envelope(`<wsd:Hello><wsd:XAddrs>http://0.0.0.0/ http://127.0.0.1/ http://239.255.255.250/ ://</wsd:XAddrs></wsd:Hello>`), want: wsd.Announcement{Matches: 1}},
		// The question in tests/cfgs/default/pcap/upnp.pcap of nDPI.
		{name: "resolve", in: envelope(`<wsd:Resolve>` + address + `</wsd:Resolve>`)},
		{name: "probe", in: envelope(`<wsd:Probe><wsd:Types>wsdp:Device</wsd:Types></wsd:Probe>`)},
		{name: "bye", in: envelope(`<wsd:Bye>` + address + `</wsd:Bye>`)},
		{name: "entities", in: `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + envelope(`<wsd:Hello><wsd:Types>&b;</wsd:Types></wsd:Hello>`)},
		{name: "unknown entity ends it", ok: true, in: envelope(`<wsd:Hello><wsd:Types>&b;</wsd:Types><wsd:XAddrs>http://10.0.0.1/</wsd:XAddrs></wsd:Hello>`), want: wsd.Announcement{Matches: 1}},
		{name: "other XML", in: `<a><Hello/></a>`},
		{name: "no XML", in: "/discovery Hello"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := wsd.Decode([]byte(tt.in))
			if ok != tt.ok {
				t.Fatalf("taken: %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); ok && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestBounded tells that a message of nothing but elements is read in part only.
func TestBounded(t *testing.T) {
	t.Parallel()
	in := envelope(`<wsd:Hello>` + strings.Repeat(`<wsd:XAddrs>http://10.0.0.1/</wsd:XAddrs><wsd:Types>a</wsd:Types>`, 20) + strings.Repeat("<x>", 20_000) + `<wsd:Types>late</wsd:Types></wsd:Hello>`)
	got, ok := wsd.Decode([]byte(in))
	if want := (wsd.Announcement{Types: []string{"a"}, Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, Matches: 1}); !ok || !cmp.Equal(got, want, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })) {
		t.Errorf("%+v, %v", got, ok)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(envelope(`<wsd:Hello>` + address + `<wsd:Types>wsdp:Device</wsd:Types><wsd:Scopes>onvif://www.onvif.org/name/x</wsd:Scopes><wsd:XAddrs>http://[fe80::1]:1/</wsd:XAddrs></wsd:Hello>`)))
	f.Add([]byte(`<!DOCTYPE x><a>/discovery</a>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := wsd.Decode(b); ok && (len(a.Types) > 16 || len(a.Addresses) > 16 || a.Matches == 0) {
			t.Errorf("%+v", a)
		}
	})
}
