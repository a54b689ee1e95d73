// Package said holds what a host says of itself in one message of an
// application protocol, as the decoders of those protocols give it: its
// software, its name, its part in the exchange.
//
// The decoders keep what names machines and programs. They never keep what
// names a person, what is secret, or what the message was about.
package said

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Role is the part of a host in a conversation.
type Role uint8

// The parts. Unknown leaves it to what else is known of the conversation.
const (
	Unknown Role = iota
	Client
	Server
)

// Word is one thing that is told.
type Word struct {
	Field  string // in the protocol's own term
	Value  string
	OfPeer bool // it is about the receiver of the message, not its sender
}

// Message is what the sender of a message says.
type Message struct {
	Protocol string // "ssh", "http", "ntlm", …
	Sender   Role
	Words    []Word
}

const (
	maxWords = 24  // of a message
	maxValue = 256 // octets of a value
)

// Add keeps a value that the sender says of itself. An empty one is not kept,
// and neither is one that a text was expected to be and is not.
func (m *Message) Add(field, value string) { m.add(field, value, false) }

// AddOfPeer keeps a value that the sender says of the receiver.
func (m *Message) AddOfPeer(field, value string) { m.add(field, value, true) }

func (m *Message) add(field, value string, ofPeer bool) {
	// What is left out is left out before the cut, which may part an address, and
	// makes the text longer.
	value = cut(discreet(strings.TrimSpace(cut(value, 4*maxValue))), maxValue)
	if value == "" || value == hidden || len(m.Words) == maxWords || !readable(value) {
		return
	}
	m.Words = append(m.Words, Word{Field: field, Value: value, OfPeer: ofPeer})
}

// hidden stands for what is left out of a value.
const hidden = "…"

// cut returns the first n octets of s, less what is left of a character there.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for !utf8.ValidString(s) && len(s) > n-utf8.UTFMax {
		s = s[:len(s)-1]
	}
	return s
}

// discreet leaves mail addresses out of a text, and of the addresses of pages in
// it all but the host: programs are told whom to ask about them, and some tell
// who uses them. One word may hold an at sign, as names of machines do.
func discreet(s string) string {
	if !strings.Contains(s, "@") && !strings.Contains(s, "://") {
		return s
	}
	var out strings.Builder
	for rest := s; rest != ""; {
		i := strings.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t()<>[]{}\",;'|", r) })
		switch i {
		case -1:
			out.WriteString(discreetWord(rest, rest == s))
			return out.String()
		case 0:
			i = 1 // all that part words are ASCII
			out.WriteString(rest[:i])
		default:
			out.WriteString(discreetWord(rest[:i], false))
		}
		rest = rest[i:]
	}
	return out.String()
}

func discreetWord(word string, alone bool) string {
	before, after, page := strings.Cut(word, "://")
	host, path := after, ""
	if i := strings.IndexAny(after, "/?#"); i >= 0 {
		host, path = after[:i], after[i:]
	}
	at := strings.LastIndexByte(word, '@')
	switch {
	case page && strings.Contains(before+host, "@"):
		return hidden
	case page && path != "" && path != "/":
		return before + "://" + host + "/" + hidden
	case page, at < 0, alone && !strings.Contains(word[at:], "."):
		return word
	}
	return hidden
}

// readable reports whether a value is a text: control characters and octets
// that are no UTF-8 show that something else was read.
func readable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r < ' ' && r != '\t' || r == 0x7f {
			return false
		}
	}
	return true
}

// Text returns a text that ends at its first NUL octet, or at the end of b.
func Text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// UTF16 returns a little-endian UTF-16 text that ends at its first NUL, or at
// the end of b.
func UTF16(b []byte) string {
	u := make([]uint16, 0, min(len(b)/2, maxValue))
	for ; len(b) >= 2 && len(u) < maxValue; b = b[2:] {
		c := binary.LittleEndian.Uint16(b)
		if c == 0 {
			break
		}
		u = append(u, c)
	}
	return string(utf16.Decode(u))
}

// HostName reports whether s can be the name of a host: letters, digits, dots,
// hyphens and underscores of any case, and not digits and dots only.
func HostName(s string) bool {
	letter := false
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0x80 && r != utf8.RuneError:
			letter = true
		case r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		default:
			return false
		}
	}
	return letter && len(s) <= 255
}
