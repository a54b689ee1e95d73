// Package banner reads what programs say of themselves in the first octets of a
// connection, before anybody has said who he is: SSH, RFB, mail, file transfer.
package banner

import (
	"bytes"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// maxLine is the longest line of a greeting: 512 octets in SMTP (RFC 5321,
// 4.5.3.1.5), 255 in SSH (RFC 4253, 4.2).
const maxLine = 512

// Decode reads the first payload of one side. The port of the server is looked
// at only where a greeting fits two protocols. First tells that nobody has said
// anything before: later on, lines that look like greetings are answers, which
// may name a person.
func Decode(b []byte, port uint16, first bool) (said.Message, bool) {
	switch {
	case len(b) < 4:
	case bytes.HasPrefix(b, []byte("SSH-")):
		return ssh(b)
	case len(b) >= 12 && bytes.HasPrefix(b, []byte("RFB ")):
		return rfb(b)
	case len(b) > 5 && (bytes.EqualFold(b[:5], []byte("EHLO ")) || bytes.EqualFold(b[:5], []byte("HELO "))):
		m := said.Message{Protocol: "smtp", Sender: said.Client}
		if name := line(b[5:]); said.HostName(name) {
			m.Add("ehlo", name)
		}
		return m, true
	case !first:
	case bytes.HasPrefix(b, []byte("220 ")) || bytes.HasPrefix(b, []byte("220-")):
		return mailOrFTP(b, port)
	case bytes.HasPrefix(b, []byte("+OK ")) && (port == 110 || port == 143 || bytes.Contains(b[:min(len(b), maxLine)], []byte("POP3"))):
		return greeting("pop3", line(b[4:])), true
	case bytes.HasPrefix(b, []byte("* OK ")) && port != 110:
		return greeting("imap", line(b[5:])), true
	}
	return said.Message{}, false
}

// line returns the first line of b.
func line(b []byte) string {
	b = b[:min(len(b), maxLine)]
	l, _, _ := bytes.Cut(b, []byte("\n"))
	return strings.TrimSpace(string(l))
}

// ssh reads the identification string (RFC 4253, 4.2). The octets alone do not
// tell whose it is; both sides send one.
func ssh(b []byte) (said.Message, bool) {
	version, software, ok := strings.Cut(strings.TrimPrefix(line(b), "SSH-"), "-")
	if !ok || len(version) > 8 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "ssh"}
	m.Add("software-version", software)
	if version != "2.0" {
		m.Add("protocol-version", version)
	}
	return m, true
}

// rfb reads ProtocolVersion (RFC 6143, 7.1.1). Both sides send one. The name of
// the desktop, which follows later, often names its user.
func rfb(b []byte) (said.Message, bool) {
	major, err1 := strconv.ParseUint(string(b[4:7]), 10, 16)
	minor, err2 := strconv.ParseUint(string(b[8:11]), 10, 16)
	if err1 != nil || err2 != nil || b[7] != '.' || b[11] != '\n' {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "vnc"}
	m.Add("protocol-version", strconv.FormatUint(major, 10)+"."+strconv.FormatUint(minor, 10))
	return m, true
}

// mailOrFTP reads the greeting of SMTP (RFC 5321, 4.2) or FTP (RFC 959, 5.4).
func mailOrFTP(b []byte, port uint16) (said.Message, bool) {
	text := line(b[4:])
	if len(text) > 4 && text[1] == '.' && text[0] >= '2' && text[0] <= '5' { // a status (RFC 3463): not a greeting, but an answer
		return said.Message{}, false
	}
	upper := strings.ToUpper(text)
	switch {
	case strings.Contains(upper, "SMTP") || strings.Contains(upper, "MAIL SERVICE"):
		return greeting("smtp", text), true
	case strings.Contains(upper, "FTP"):
		return greeting("ftp", text), true
	case port == 25 || port == 587 || port == 2525:
		return greeting("smtp", text), true
	case port == 21:
		return greeting("ftp", text), true
	}
	return said.Message{}, false
}

// greeting keeps what of a greeting stays the same from one connection to the
// next: without the time, the list of capabilities, and the APOP challenge.
func greeting(protocol, text string) said.Message {
	if strings.HasPrefix(text, "[") {
		_, text, _ = strings.Cut(text, "]")
	}
	if i, j := strings.IndexByte(text, '<'), strings.LastIndexByte(text, '>'); i >= 0 && i < j && strings.Contains(text[i:j], "@") {
		text = text[:i] + text[j+1:]
	}
	text, _, _ = strings.Cut(text, ";")
	text, _, _ = strings.Cut(text, " ready at ")
	m := said.Message{Protocol: protocol, Sender: said.Server}
	m.Add("greeting", strings.TrimRight(text, " ,."))
	return m
}
