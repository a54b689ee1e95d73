// Package syslog reads who a log message comes from (RFC 5424, 6.2; RFC 3164,
// 4.1): the host, and the program. The message itself is not read.
package syslog

import (
	"strings"
	"time"

	"kanmon/discover/internal/wire/said"
)

// Decode reads the header of a message, and returns false where there is none.
func Decode(b []byte) (said.Message, bool) {
	s := string(b[:min(len(b), 512)])
	if !strings.HasPrefix(s, "<") {
		return said.Message{}, false
	}
	priority, rest, ok := strings.Cut(s[1:], ">")
	if !ok || len(priority) == 0 || len(priority) > 3 || strings.Trim(priority, "0123456789") != "" {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "syslog", Sender: said.Client}
	if after, ok := strings.CutPrefix(rest, "1 "); ok {
		modern(&m, after)
	} else {
		classic(&m, rest)
	}
	return m, true
}

// modern reads TIMESTAMP, HOSTNAME and APP-NAME of RFC 5424.
func modern(m *said.Message, s string) {
	parts := strings.SplitN(s, " ", 4)
	if len(parts) < 4 {
		return
	}
	if parts[0] != "-" {
		if _, err := time.Parse(time.RFC3339Nano, parts[0]); err != nil {
			return
		}
	}
	host(m, parts[1])
	if parts[2] != "-" && program(parts[2]) {
		m.Add("app-name", parts[2])
	}
}

// classic reads TIMESTAMP, HOSTNAME and TAG of RFC 3164. Many senders leave some
// of it out; where it is not plain what a word is, nothing is kept.
func classic(m *said.Message, s string) {
	if len(s) < 16 || s[15] != ' ' {
		return
	}
	if _, err := time.Parse(time.Stamp, s[:15]); err != nil {
		return
	}
	name, rest, ok := strings.Cut(s[16:], " ")
	if !ok {
		return
	}
	tag, _, ok := strings.Cut(rest, ":")
	if !said.HostName(name) || strings.HasSuffix(name, ":") || !ok || strings.Contains(tag, " ") {
		return
	}
	host(m, name)
	tag, _, _ = strings.Cut(tag, "[")
	if program(tag) {
		m.Add("app-name", tag)
	}
}

func host(m *said.Message, name string) {
	if said.HostName(name) {
		m.Add("host-name", name)
	}
}

// program reports whether s can be the name of a program (RFC 5424: 48
// characters).
func program(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-/", r) {
			return false
		}
	}
	return s != "" && len(s) <= 48
}
