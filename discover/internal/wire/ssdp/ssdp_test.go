package ssdp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/ssdp"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   string
		want ssdp.Announcement
		ok   bool
	}{
		{
			name: "notify", ok: true, in: "NOTIFY * HTTP/1.1\r\nnt: upnp:rootdevice\r\nNTS: ssdp:alive\r\nUSN: uuid:1::upnp:rootdevice\r\nServer: Linux UPnP/1.0 x/1\r\nLOCATION: http://192.0.2.1:80/d.xml\r\n\r\nNT: late\r\n",
			want: ssdp.Announcement{Target: "upnp:rootdevice", USN: "uuid:1::upnp:rootdevice", Server: "Linux UPnP/1.0 x/1", Location: "http://192.0.2.1:80/d.xml"},
		},
		{name: "response", ok: true, in: "HTTP/1.1 200 OK\r\nST: urn:x:device:y:1\r\n\r\n", want: ssdp.Announcement{Target: "urn:x:device:y:1"}},
		{name: "bye", ok: true, in: "NOTIFY * HTTP/1.1\r\nNT: a\r\nNTS: ssdp:byebye\r\n\r\n", want: ssdp.Announcement{Target: "a", Bye: true}},
		{name: "search", in: "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n"},
		{name: "nothing announced", in: "NOTIFY * HTTP/1.1\r\n\r\n"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := ssdp.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://192.168.1.1:5000/rootDesc.xml": "192.168.1.1", "http://[fe80::1%25eth0]:80/": "fe80::1", "http://[::ffff:192.0.2.1]/": "192.0.2.1",
		"http://router/": "", "http://0.0.0.0/": "", "http://239.255.255.250/": "", "http://127.0.0.1/": "", "": "", "://": "",
	} {
		a := ssdp.Announcement{Location: in}
		got, ok := a.Address()
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: %v, %v; want %q", in, got, ok, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("NOTIFY * HTTP/1.1\r\nNT: a\r\nSERVER: b\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := ssdp.Decode(b); ok && len(a.Target)+len(a.Server) > len(b) {
			t.Error("more than was there")
		}
		_, _ = (&ssdp.Announcement{Location: string(b)}).Address()
	})
}
