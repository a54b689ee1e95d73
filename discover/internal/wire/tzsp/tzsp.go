// Package tzsp decodes the TaZmen Sniffer Protocol, in which routers and access
// points send the frames that they mirror to UDP port 37008. It has no
// specification; its form is as Wireshark, MikroTik's packet sniffer and
// tzsp2pcap know it.
package tzsp

import "encoding/binary"

// Port is the UDP port to which mirrored frames are sent.
const Port = 37008

// Types of messages that carry a frame.
const (
	received    = 0 // a frame that was received
	transmitted = 1 // a frame to be transmitted
)

// Encapsulations of the frame.
const (
	ethernet = 1
)

// Tags.
const (
	tagPadding = 0
	tagEnd     = 1
)

// Ethernet returns the mirrored Ethernet frame in b, the payload of a datagram,
// and reports whether b holds one. Frames of 802.11 are not returned.
func Ethernet(b []byte) ([]byte, bool) {
	if len(b) < 5 || b[0] != 1 || b[1] != received && b[1] != transmitted || binary.BigEndian.Uint16(b[2:]) != ethernet {
		return nil, false
	}
	for b = b[4:]; len(b) > 0; {
		switch b[0] {
		case tagPadding:
			b = b[1:]
		case tagEnd:
			return b[1:], len(b) >= 1+14
		default:
			if len(b) < 2 || len(b) < 2+int(b[1]) {
				return nil, false
			}
			b = b[2+int(b[1]):]
		}
	}
	return nil, false
}
