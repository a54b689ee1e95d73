// Package head reads what clients and servers say of themselves in the header
// fields of HTTP (RFC 9110), RTSP (RFC 7826) and SIP (RFC 3261): their programs,
// and what a server calls the place that it guards. It looks at neither paths,
// nor queries, nor cookies, nor credentials, nor addresses of people.
package head

import (
	"bytes"
	"encoding/base64"
	"strings"

	"kanmon/discover/internal/wire/httphost"
	"kanmon/discover/internal/wire/ntlm"
	"kanmon/discover/internal/wire/said"
)

const (
	maxHead  = 8192 // octets
	maxLines = 64
)

// Decode reads the head at the start of b: a message of its protocol, and one
// of NTLM where it carries one. Lines that are cut short are passed over. What a
// proxy passes on with its mark (RFC 9110, 7.6.3) is not said by its sender, and
// of it nothing is kept.
func Decode(b []byte) []said.Message {
	b = b[:min(len(b), maxHead)]
	start, rest, ok := bytes.Cut(b, []byte("\n"))
	if !ok {
		return nil
	}
	if !bytes.Contains(start, []byte("HTTP/1.")) && !bytes.Contains(start, []byte("SIP/2.0")) && !bytes.Contains(start, []byte("RTSP/")) {
		return nil // before it is copied
	}
	m, ok := startLine(string(bytes.TrimSpace(start)))
	if !ok {
		return nil
	}
	var login *said.Message
	passed := false
	for range maxLines {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), ":")
		if !whole || !ok {
			break
		}
		rest, value = after, strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "via", "forwarded", "x-forwarded-for", "x-real-ip":
			passed = passed || m.Protocol == "http" // in SIP all have the first
		case "server":
			m.Add("server", value)
		case "user-agent":
			m.Add("user-agent", value)
		case "www-authenticate", "proxy-authenticate":
			m.Add("realm", realm(value))
			login = either(login, token(value))
		case "authorization", "proxy-authorization":
			login = either(login, token(value))
		}
	}
	if passed {
		words := m.Words
		m.Words, login = nil, nil
		for _, w := range words {
			if w.Field == "proxy" {
				m.Words = append(m.Words, w)
			}
		}
	}
	out := []said.Message{m}
	if login != nil {
		out = append(out, *login)
	}
	return out
}

func either(old, found *said.Message) *said.Message {
	if found == nil {
		return old
	}
	return found
}

// startLine tells the protocol, who sent it, and whether it went to a proxy.
func startLine(s string) (said.Message, bool) {
	switch {
	case strings.HasPrefix(s, "HTTP/1."):
		return said.Message{Protocol: "http", Sender: said.Server}, true
	case strings.HasPrefix(s, "RTSP/1."), strings.HasPrefix(s, "RTSP/2."):
		return said.Message{Protocol: "rtsp", Sender: said.Server}, true
	case strings.HasPrefix(s, "SIP/2.0 "): // who answers a call may have opened the conversation
		return said.Message{Protocol: "sip"}, true
	}
	method, rest, _ := strings.Cut(s, " ")
	target, version, _ := strings.Cut(rest, " ")
	switch {
	case strings.HasPrefix(version, "HTTP/1.") && httphost.IsRequest([]byte(s)):
		m := said.Message{Protocol: "http", Sender: said.Client}
		switch {
		case method == "CONNECT":
			m.AddOfPeer("proxy", "CONNECT")
		case strings.HasPrefix(target, "http://"):
			m.AddOfPeer("proxy", "absolute-form")
		}
		return m, true
	case strings.HasPrefix(version, "RTSP/1.") || strings.HasPrefix(version, "RTSP/2."):
		return said.Message{Protocol: "rtsp", Sender: said.Client}, true
	case version == "SIP/2.0":
		return said.Message{Protocol: "sip"}, true
	}
	return said.Message{}, false
}

// realm returns the realm of a challenge (RFC 9110, 11.5).
func realm(challenge string) string {
	const key = `realm="`
	for i := range len(challenge) - len(key) { // a text in lower case may have another length
		if !strings.EqualFold(challenge[i:i+len(key)], key) {
			continue
		}
		value, _, ok := strings.Cut(challenge[i+len(key):], `"`)
		if !ok {
			return ""
		}
		return value
	}
	return ""
}

// token reads the NTLM message that a challenge or an answer to one holds
// (RFC 4559, 4). Any other credentials are passed over unread.
func token(value string) *said.Message {
	scheme, data, ok := strings.Cut(value, " ")
	if !ok || !strings.EqualFold(scheme, "NTLM") && !strings.EqualFold(scheme, "Negotiate") {
		return nil
	}
	data, _, _ = strings.Cut(data, ",")
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(data))
	if err != nil {
		return nil
	}
	m, ok := ntlm.Find(b)
	if !ok {
		return nil
	}
	return &m
}
