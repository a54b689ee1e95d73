package app

import (
	"bytes"
	"encoding/binary"
)

// controlTCP returns the protocol of machines, buildings and networks whose
// first octets b are; empty where they are of none.
func controlTCP(b []byte) string {
	n := len(b)
	switch {
	case n >= 19 && bytes.Equal(b[:16], bytes.Repeat([]byte{0xff}, 16)) && int(binary.BigEndian.Uint16(b[16:])) <= n && b[18] >= 1 && b[18] <= 5:
		return "bgp" // RFC 4271, 4.1
	case n >= 8 && (string(b[:4]) == "HELF" || string(b[:4]) == "ACKF") && int(binary.LittleEndian.Uint32(b[4:])) == n:
		return "opcua" // OPC 10000-6, 7.1.2
	case isS7(b):
		return "s7"
	case n == 28 && b[0] == 0x65 && b[1] == 0 && binary.LittleEndian.Uint16(b[2:]) == 4:
		return "ethernet-ip" // RegisterSession
	case n >= 10 && b[0] == 0x05 && b[1] == 0x64 && b[2] >= 5:
		return "dnp3"
	case bytes.HasPrefix(b, []byte("fox a 1 ")):
		return "niagara-fox"
	case n >= 11 && b[1] == 0 && b[2] == 0 && b[3] == 0xff && b[4] == 0xff && b[5] == 3 && (b[0] == 0x50 || b[0] == 0xd0) && int(binary.LittleEndian.Uint16(b[7:])) == n-9:
		return "slmp" // binary 3E frames
	}
	return ""
}

// isS7 looks for the request to set up communication of S7 controllers (0x32,
// job, function 0xf0), in a data unit of COTP.
func isS7(b []byte) bool {
	return len(b) >= 18 && b[0] == 3 && b[1] == 0 && int(binary.BigEndian.Uint16(b[2:])) == len(b) && b[4] == 2 && b[5] == 0xf0 &&
		b[7] == 0x32 && (b[8] == 1 || b[8] == 3)
}

// isModbus checks the header of Modbus/TCP: protocol 0, the length, and a
// function that exists.
func isModbus(b []byte) bool {
	return len(b) >= 8 && b[2] == 0 && b[3] == 0 && int(binary.BigEndian.Uint16(b[4:])) == len(b)-6 && b[7]&0x7f >= 1 && b[7]&0x7f <= 0x2b
}

// isIEC104 looks for a control unit of IEC 60870-5-104: start, the length 4, and
// one that starts or tests.
func isIEC104(b []byte) bool {
	return len(b) == 6 && b[0] == 0x68 && b[1] == 4 && b[2]&3 == 3 && b[3] == 0 && b[4] == 0 && b[5] == 0
}

// isTACACS checks the header of TACACS+ (RFC 8907, 4.1) of the first packet of a
// session.
func isTACACS(b []byte) bool {
	return len(b) > 12 && b[0]>>4 == 0x0c && b[0]&0x0f <= 1 && b[1] >= 1 && b[1] <= 3 && b[2] <= 2 && int(binary.BigEndian.Uint32(b[8:])) == len(b)-12
}
