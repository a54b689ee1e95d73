// Package httphost finds the host that a HTTP/1 request (RFC 9112) is for.
package httphost

import (
	"bytes"
	"strings"
)

// maxHead bounds the octets of a request that are looked at.
const maxHead = 4096

// IsRequest reports whether b begins with a request line's method.
func IsRequest(b []byte) bool {
	i := bytes.IndexByte(b[:min(len(b), 12)], ' ')
	if i < 3 {
		return false
	}
	switch string(b[:i]) {
	case "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "TRACE", "PROPFIND", "SUBSCRIBE", "NOTIFY", "M-SEARCH":
		return true
	}
	return false
}

// Decode returns the host of the request in b in lower case, without its port,
// and false where b is no request or names no host.
func Decode(b []byte) (string, bool) {
	if !IsRequest(b) {
		return "", false
	}
	_, rest, _ := bytes.Cut(b[:min(len(b), maxHead)], []byte("\n"))
	for len(rest) > 0 {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		rest = after
		key, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return "", false
		}
		if whole && len(key) == 4 && strings.EqualFold(string(key), "host") {
			return host(string(bytes.TrimSpace(value)))
		}
	}
	return "", false
}

// Unfinished reports whether b is the start of a request whose head goes on.
func Unfinished(b []byte) bool {
	return IsRequest(b) && len(b) < maxHead && !bytes.Contains(b, []byte("\n\r\n")) && !bytes.Contains(b, []byte("\n\n"))
}

// host takes the port off and refuses what no host name holds.
func host(s string) (string, bool) {
	switch {
	case strings.HasPrefix(s, "["):
		s, _, _ = strings.Cut(s[1:], "]")
	case strings.Count(s, ":") == 1:
		s, _, _ = strings.Cut(s, ":")
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 255 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`/?#@\"<>`, r) }) {
		return "", false
	}
	return s, true
}
