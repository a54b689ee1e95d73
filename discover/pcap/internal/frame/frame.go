// Package frame is what all that handles frames has in common: a frame as it was
// captured, the numbers by which its layers are told apart, and its link header.
package frame

// MaxLen bounds a frame, in octets: the maximum that libpcap takes.
const MaxLen = 256 << 10

// Frame is one frame as it was captured.
type Frame struct {
	Data   []byte // valid until more are read
	Nanos  int64  // since 1970; 0 where not known
	Link   uint32 // link type
	Whole  bool   // captured to its end
	Length uint32 // octets that it had before it was cut
}

// Cut cuts a frame to its first n octets; 0: to as many as a frame can have.
func (f *Frame) Cut(n int) {
	if n == 0 || n > MaxLen {
		n = MaxLen
	}
	if len(f.Data) > n {
		f.Data, f.Whole = f.Data[:n], false
	}
}

// IP protocol numbers.
const (
	ProtoICMP   = 1
	ProtoIPv4   = 4
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoIPv6   = 41
	ProtoGRE    = 47
	ProtoESP    = 50
	ProtoAH     = 51
	ProtoICMPv6 = 58
	ProtoL2TPv3 = 115
	ProtoSCTP   = 132
)
