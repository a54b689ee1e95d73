package app

import (
	"bytes"
	"encoding/binary"
)

// dataTCP returns the protocol of databases and queues whose first octets b are;
// empty where they are of none.
func dataTCP(b []byte) string {
	n := len(b)
	switch {
	case isTDS(b):
		return "mssql"
	case isMySQL(b):
		return "mysql"
	case n >= 8 && int(binary.BigEndian.Uint32(b)) == n && (binary.BigEndian.Uint32(b[4:]) == 0x00030000 || n == 8 && binary.BigEndian.Uint32(b[4:]) == 80877103):
		return "postgres" // startup, or the question whether TLS may be used
	case isTNS(b):
		return "oracle"
	case n >= 16 && int(binary.LittleEndian.Uint32(b)) == n && binary.LittleEndian.Uint32(b[8:]) == 0 && isMongo(binary.LittleEndian.Uint32(b[12:])):
		return "mongodb"
	case n >= 8 && b[0] == '*' && b[1] >= '1' && b[1] <= '9' && string(b[2:5]) == "\r\n$":
		return "redis"
	case b[0] == 0x10 && n >= 8 && bytes.Contains(b[2:min(n, 12)], []byte("\x00\x04MQTT")):
		return "mqtt"
	case bytes.HasPrefix(b, []byte("AMQP")) && n == 8:
		return "amqp"
	}
	return ""
}

// isTDS looks for a PRELOGIN of SQL Server ([MS-TDS] 2.2.6.5).
func isTDS(b []byte) bool {
	return len(b) >= 14 && b[0] == 0x12 && b[1] == 1 && int(binary.BigEndian.Uint16(b[2:])) == len(b) && b[8] == 0 && b[9] == 0
}

// isMySQL looks for the greeting of a server: length, number 0, protocol 10, and
// a version.
func isMySQL(b []byte) bool {
	if len(b) < 20 || int(b[0])|int(b[1])<<8|int(b[2])<<16 != len(b)-4 || b[3] != 0 || b[4] != 10 {
		return false
	}
	version, _, ok := bytes.Cut(b[5:min(len(b), 70)], []byte{0})
	return ok && len(version) >= 3 && version[0] >= '0' && version[0] <= '9' && bytes.Contains(version, []byte{'.'})
}

// isTNS looks for a connect packet of Oracle: its length, no checksums, type 1,
// and what it connects to.
func isTNS(b []byte) bool {
	return len(b) >= 34 && int(binary.BigEndian.Uint16(b)) == len(b) && b[2] == 0 && b[3] == 0 && b[4] == 1 &&
		bytes.Contains(b[26:], []byte("(CONNECT_DATA="))
}

// isMongo knows the operations that open a conversation: query and message.
func isMongo(op uint32) bool { return op == 2004 || op == 2013 }
