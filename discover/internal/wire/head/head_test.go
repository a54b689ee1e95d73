package head_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/head"
	"kanmon/discover/internal/wire/said"
)

// The challenge of [MS-NLMP] 4.2.4.3.
const challenge = "TlRMTVNTUAACAAAADAAMADgAAAAzgoriASNFZ4mrze8AAAAAAAAAACQAJABEAAAABgBwFwAAAA9TAGUAcgB2AGUAcgACAAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAAAAAA="

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	for _, tt := range []struct {
		name, in string
		want     []said.Message
	}{
		{
			name: "request", in: "GET /patient?id=4711 HTTP/1.1\r\nHost: a\r\nUser-Agent: Mozilla/5.0 (Windows NT 6.1)\r\nCookie: sid=secret\r\nAuthorization: Basic dGFuYWthOmdlaGVpbQ==\r\n\r\n",
			want: []said.Message{{Protocol: "http", Sender: said.Client, Words: []said.Word{word("user-agent", "Mozilla/5.0 (Windows NT 6.1)")}}},
		},
		{
			name: "response", in: "HTTP/1.1 401 Unauthorized\r\nServer: Boa/0.94.13\r\nWWW-Authenticate: Basic realm=\"WRC-2533GST2\"\r\n\r\nUser-Agent: body\r\n",
			want: []said.Message{{Protocol: "http", Sender: said.Server, Words: []said.Word{word("server", "Boa/0.94.13"), word("realm", "WRC-2533GST2")}}},
		},
		{
			name: "NTLM", in: "HTTP/1.1 401 x\r\nServer: Microsoft-IIS/10.0\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM " + challenge + "\r\n\r\n",
			want: []said.Message{
				{Protocol: "http", Sender: said.Server, Words: []said.Word{word("server", "Microsoft-IIS/10.0")}},
				{Protocol: "ntlm", Sender: said.Server, Words: []said.Word{word("netbios-domain", "Domain"), word("netbios-computer", "Server"), word("os-version", "6.0.6000")}},
			},
		},
		{
			name: "proxy", in: "CONNECT b.example:443 HTTP/1.1\r\nUser-Agent: curl/8\r\n\r\n",
			want: []said.Message{{Protocol: "http", Sender: said.Client, Words: []said.Word{{Field: "proxy", Value: "CONNECT", OfPeer: true}, word("user-agent", "curl/8")}}},
		},
		{
			name: "absolute form", in: "GET http://b.example/x HTTP/1.1\r\n\r\n",
			want: []said.Message{{Protocol: "http", Sender: said.Client, Words: []said.Word{{Field: "proxy", Value: "absolute-form", OfPeer: true}}}},
		},
		{
			name: "SIP", in: "REGISTER sip:pbx.example SIP/2.0\r\nFrom: <sip:tanaka@pbx.example>\r\nUser-Agent: Yealink SIP-T21P 34.72.0.1\r\n\r\n",
			want: []said.Message{{Protocol: "sip", Words: []said.Word{word("user-agent", "Yealink SIP-T21P 34.72.0.1")}}},
		},
		{
			name: "SIP response", in: "SIP/2.0 200 OK\r\nServer: Asterisk PBX 16\r\n\r\n",
			want: []said.Message{{Protocol: "sip", Words: []said.Word{word("server", "Asterisk PBX 16")}}},
		},
		{
			name: "RTSP", in: "RTSP/1.0 401 Unauthorized\r\nServer: Hipcam RealServer/V1.0\r\nWWW-Authenticate: Digest realm=\"IPCAM\", nonce=\"x\"\r\n\r\n",
			want: []said.Message{{Protocol: "rtsp", Sender: said.Server, Words: []said.Word{word("server", "Hipcam RealServer/V1.0"), word("realm", "IPCAM")}}},
		},
		{name: "passed on", in: "HTTP/1.1 200 OK\r\nServer: nginx\r\nWWW-Authenticate: NTLM " + challenge + "\r\nVia: 1.1 px\r\n\r\n", want: []said.Message{{Protocol: "http", Sender: said.Server}}},
		{name: "passed on for another", in: "GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\nX-Forwarded-For: 10.0.0.5\r\n\r\n", want: []said.Message{{Protocol: "http", Sender: said.Client}}},
		{
			name: "SIP has Via always", in: "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.5\r\nServer: Asterisk\r\n\r\n",
			want: []said.Message{{Protocol: "sip", Words: []said.Word{word("server", "Asterisk")}}},
		},
		{name: "cut in a value", in: "HTTP/1.1 200 OK\r\nServer: Apa", want: []said.Message{{Protocol: "http", Sender: said.Server}}},
		{name: "many lines", in: "HTTP/1.1 200 OK\r\n" + strings.Repeat("x: y\r\n", 1000) + "Server: a\r\n", want: []said.Message{{Protocol: "http", Sender: said.Server}}},
		{name: "text", in: "hello\r\nServer: x\r\n"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, head.Decode([]byte(tt.in))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nUser-Agent: x\r\nAuthorization: NTLM " + challenge + "\r\n\r\n"))
	f.Add([]byte("SIP/2.0 200 OK\r\nServer: x\r\n"))
	f.Add([]byte("HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"))
	f.Add([]byte("HTTP/1.1 401 x\r\nWWW-Authenticate:0\x95reAlm=\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, m := range head.Decode(b) {
			if m.Protocol == "" || len(m.Words) > 32 {
				t.Errorf("%+v", m)
			}
		}
	})
}
