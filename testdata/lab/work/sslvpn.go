package work

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The two pages of an SSL-VPN gateway's login that are seen without a login:
// the one that leads there, and the form. Both are in the form that nmap
// recognises (FortiOS 4.3 of January 2012), octet for octet.
const (
	sslVPNStart = "<html><script type=\"text/javascript\">\n" +
		"if (window!=top) top.location=window.location;top.location=\"/remote/login\";\n</script></html>\n"
	sslVPNLogin = "<html><head><title>Please Login</title></head><body>\n" +
		"<form action=\"/remote/logincheck\" method=\"post\">\n" +
		"<input type=\"text\" name=\"username\"><input type=\"password\" name=\"credential\">\n</form></body></html>\n"
)

// serveSSLVPN answers one request a connection, with the headers of such a
// gateway in its order, which net/http would sort.
func serveSSLVPN(listener net.Listener, name string) error {
	certificate, err := selfSigned(name)
	if err != nil {
		return fmt.Errorf("serve sslvpn: %w", err)
	}
	secure := tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	slots := make(chan struct{}, conversations)
	for {
		c, err := secure.Accept()
		if err != nil {
			return fmt.Errorf("serve sslvpn: %w", err)
		}
		slots <- struct{}{}
		go func() {
			defer func() { shut(c); <-slots }()
			if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				return
			}
			request, err := http.ReadRequest(bufio.NewReader(io.LimitReader(c, 16<<10)))
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, sslVPNAnswer(request.URL.Path)) // who asked may be gone
		}()
	}
}

func sslVPNAnswer(path string) string {
	status, body := "200 OK", sslVPNStart
	switch path {
	case "/", "/remote":
	case "/remote/login":
		body = sslVPNLogin
	default:
		status, body = "404 Not Found", ""
	}
	return fmt.Sprintf("HTTP/1.0 %s\r\nDate: Tue, 21 Jul 2026 09:00:00 GMT\r\nServer: xxxxxxxx-xxxxx\r\n"+
		"Last-Modified: Tue, 31 Jan 2012 01:17:22 GMT\r\nETag: \"413_83_4f274122\"\r\nAccept-Ranges: bytes\r\n"+
		"Content-Length: %d\r\nConnection: close\r\nContent-Type: text/html\r\nX-Frame-Options: SAMEORIGIN\r\n\r\n%s", status, len(body), body)
}
