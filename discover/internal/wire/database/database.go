// Package database reads which program and version a database server says it
// is, and which machine and program a client: MySQL, PostgreSQL, SQL Server and
// Oracle. Users, databases and questions are not read.
package database

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Decode reads one of the first payloads of one side.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 8 {
		return said.Message{}, false
	}
	if m, ok := mysql(b); ok {
		return m, true
	}
	if m, ok := postgresql(b); ok {
		return m, true
	}
	if m, ok := tds(b); ok {
		return m, true
	}
	return oracle(b)
}

// mysql reads Protocol::HandshakeV10, with which a server begins.
func mysql(b []byte) (said.Message, bool) {
	n := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
	if n+4 != len(b) || n > 256 || b[3] != 0 || b[4] != 10 {
		return said.Message{}, false
	}
	version, rest, ok := bytes.Cut(b[5:], []byte{0})
	if !ok || len(rest) < 13 || len(version) == 0 || version[0] < '0' || version[0] > '9' {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "mysql", Sender: said.Server}
	m.Add("server-version", string(version))
	return m, true
}

// postgresql reads the start of a session (PostgreSQL, Frontend/Backend
// Protocol): the client's StartupMessage or SSLRequest, of which only the
// version counts, and the parameters that follow on AuthenticationOk.
func postgresql(b []byte) (said.Message, bool) {
	if n, code := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]); int64(n) == int64(len(b)) && (code == 0x30000 && bytes.Contains(b, []byte("user\x00")) || code == 80877103 && n == 8) {
		return said.Message{Protocol: "postgres", Sender: said.Client}, true
	}
	if n := int64(binary.BigEndian.Uint32(b[1:])) + 1; len(b) >= 9 && b[0] == 'R' && b[8] == 12 && n >= 9 && n < int64(len(b)) { // the end of SASL
		b = b[n:]
	}
	if !bytes.HasPrefix(b, []byte("R\x00\x00\x00\x08\x00\x00\x00\x00")) {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "postgres", Sender: said.Server}
	for b = b[9:]; len(b) >= 5 && b[0] == 'S'; {
		n := int64(binary.BigEndian.Uint32(b[1:])) + 1
		if n < 5 || n > int64(len(b)) {
			break
		}
		if value, ok := bytes.CutPrefix(b[5:n], []byte("server_version\x00")); ok {
			m.Add("server-version", said.Text(value))
		}
		b = b[n:]
	}
	return m, true
}

// Types of packets of SQL Server ([MS-TDS] 2.2.3.1.1).
const (
	tdsAnswer   = 4
	tdsLogin    = 16
	tdsPreLogin = 18
	tdsHeader   = 8
)

func tds(b []byte) (said.Message, bool) {
	if len(b) < tdsHeader+6 || int(binary.BigEndian.Uint16(b[2:])) < len(b) || b[1] > 1 || b[7] != 0 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "mssql", Sender: said.Client}
	ok, body := false, b[tdsHeader:]
	switch b[0] {
	case tdsPreLogin:
		ok = body[0] == 0 && b[1] == 1
	case tdsLogin:
		ok = login(&m, body)
	case tdsAnswer:
		m.Sender = said.Server
		if body[0] == 0 {
			ok = version(&m, body)
		} else {
			ok = tokens(&m, body)
		}
	}
	if !ok {
		return said.Message{}, false
	}
	return m, true
}

// version reads the option VERSION of the answer to a PRELOGIN ([MS-TDS]
// 2.2.6.5).
func version(m *said.Message, b []byte) bool {
	at, n := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if n != 6 || at+6 > len(b) {
		return false
	}
	m.Add("server-version", fmt.Sprintf("%d.%d.%d", b[at], b[at+1], binary.BigEndian.Uint16(b[at+2:])))
	return true
}

// login reads LOGIN7 ([MS-TDS] 2.2.6.4) where it is not encrypted: the client's
// machine, program and library, and the server's name.
func login(m *said.Message, b []byte) bool {
	if len(b) < 94 || binary.LittleEndian.Uint32(b) > 1<<17 || b[7] != 0x74 && b[7] != 0x73 && b[7] != 0x72 && b[7] != 0x71 && b[7] != 0x70 {
		return false
	}
	text := func(i int) string {
		at, n := int(binary.LittleEndian.Uint16(b[i:])), 2*int(binary.LittleEndian.Uint16(b[i+2:]))
		if at < 94 || at+n > len(b) {
			return ""
		}
		return said.UTF16(b[at : at+n])
	}
	m.Add("host-name", text(36))
	m.Add("program", program(text(48)))
	m.Add("library", text(60))
	server, _, _ := strings.Cut(strings.TrimPrefix(text(52), "tcp:"), ",")
	server, _, _ = strings.Cut(server, `\`)
	if said.HostName(server) {
		m.AddOfPeer("called-name", server)
	}
	return true
}

// tokens reads LOGINACK and the server's name in INFO ([MS-TDS] 2.2.7.14 and
// 2.2.7.13).
func tokens(m *said.Message, b []byte) bool {
	known := false
	for range 16 {
		if len(b) < 3 {
			break
		}
		kind, n := b[0], int(binary.LittleEndian.Uint16(b[1:]))
		if n > len(b)-3 || kind != 0xe3 && kind != 0xab && kind != 0xad && kind != 0xaa {
			break
		}
		switch value := b[3 : 3+n]; {
		case kind == 0xad && n >= 10 && 6+2*int(value[5])+4 <= n:
			known = true
			v := value[6+2*int(value[5]):]
			m.Add("program", said.UTF16(value[6:6+2*int(value[5])]))
			m.Add("server-version", fmt.Sprintf("%d.%d.%d", v[0], v[1], binary.BigEndian.Uint16(v[2:])))
		case (kind == 0xab || kind == 0xaa) && n >= 8: // INFO, ERROR: the message is not read
			at := 8 + 2*int(binary.LittleEndian.Uint16(value[6:]))
			if at < n && at+1+2*int(value[at]) <= n {
				known = true
				if len(m.Words) == 0 {
					m.Add("server-name", said.UTF16(value[at+1:at+1+2*int(value[at])]))
				}
			}
		}
		b = b[3+n:]
	}
	return known
}

// Types of packets of Oracle's TNS.
const (
	tnsConnect = 1
	tnsRefuse  = 4
)

// oracle reads the machine and program of a client out of the connect data, and
// the version of a server out of a refusal.
func oracle(b []byte) (said.Message, bool) {
	n := int(binary.BigEndian.Uint16(b))
	if n < 8 || n > 8192 || binary.BigEndian.Uint16(b[2:]) != 0 || b[5]&^0x40 != 0 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "oracle", Sender: said.Client}
	switch {
	case b[4] == tnsConnect && len(b) >= 34 && bytes.Contains(b, []byte("(CONNECT_DATA=")):
		_, cid, ok := bytes.Cut(b, []byte("(CID="))
		if ok {
			if path := parameter(cid, "(PROGRAM="); !strings.Contains(path, "(") { // else it ends within a folder that has brackets
				m.Add("program", program(path))
			}
			if host := parameter(cid, "(HOST="); said.HostName(strings.TrimPrefix(host, "_")) {
				m.Add("host-name", host)
			}
		}
	case b[4] == tnsRefuse && bytes.Contains(b, []byte("(VSNNUM=")):
		m.Sender = said.Server
		if v, err := strconv.ParseUint(parameter(b, "(VSNNUM="), 10, 32); err == nil && v>>24 > 0 {
			m.Add("server-version", oracleVersion(uint32(v)))
		}
	default:
		return said.Message{}, false
	}
	return m, true
}

// oracleVersion writes a version number: from 18 on its parts have other widths.
func oracleVersion(v uint32) string {
	if v>>24 >= 18 {
		return fmt.Sprintf("%d.%d", v>>24, v>>16&0xff)
	}
	return fmt.Sprintf("%d.%d.%d.%d", v>>24, v>>20&15, v>>12&0xff, v>>8&15)
}

func parameter(b []byte, name string) string {
	_, rest, ok := bytes.Cut(b, []byte(name))
	value, _, closed := bytes.Cut(rest[:min(len(rest), 256)], []byte(")"))
	if !ok || !closed {
		return ""
	}
	return string(value)
}

// program returns the name of a program without its folder, which may be a
// person's, and without the machine that some add.
func program(s string) string {
	s, _, _ = strings.Cut(s, "@")
	if i := strings.LastIndexAny(s, `\/`); i >= 0 {
		return s[i+1:]
	}
	return s
}
