package app

import (
	"bytes"
	"encoding/binary"
)

// medicalTCP returns the protocol of clinical devices and systems whose first
// octets b are; empty where they are of none.
func medicalTCP(b []byte) string {
	switch {
	case isHL7(b):
		return "hl7"
	case isDICOM(b):
		return "dicom"
	case isASTM(b):
		return "astm"
	case bytes.HasPrefix(b, []byte("<HEL.R01")):
		return "poct1a" // CLSI POCT1-A, the hello of a device at the point of care
	}
	return ""
}

// isHL7 looks for the start of a message in the minimal lower layer protocol.
func isHL7(b []byte) bool {
	if b[0] != 0x0b || len(b) < 5 {
		return false
	}
	switch string(b[1:4]) {
	case "MSH", "BHS", "FHS":
		return b[4] > ' ' && b[4] < 0x7f
	}
	return false
}

// isDICOM looks for an A-ASSOCIATE-RQ or -AC (DICOM PS3.8, 9.3.2 and 9.3.3):
// type, length, protocol version, and two AE titles of 16 printable characters.
func isDICOM(b []byte) bool {
	if len(b) < 42 || b[0] != 1 && b[0] != 2 || b[1] != 0 {
		return false
	}
	n := binary.BigEndian.Uint32(b[2:])
	if n < 68 || n > 1<<17 || binary.BigEndian.Uint16(b[6:])&1 == 0 || b[8] != 0 || b[9] != 0 {
		return false
	}
	if b[0] == 2 { // the titles are reserved in the AC, which holds no more than an echo of them
		return len(b) < 76 || b[74] == 0x10 && b[75] == 0
	}
	for _, c := range b[10:42] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// isASTM looks for the frame with the header record of an analyser's message
// (ASTM E1381 and E1394): STX, the frame's number, and "H" with its delimiters.
// What comes before it, a single ENQ, is too little to be told.
func isASTM(b []byte) bool {
	if b[0] != 0x02 {
		return false
	}
	b = b[1:]
	if b[0] >= '0' && b[0] <= '7' {
		b = b[1:]
	}
	return bytes.HasPrefix(b, []byte("H|\\^"))
}
