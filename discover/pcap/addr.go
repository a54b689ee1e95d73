package pcap

import (
	"encoding/binary"
	"net/netip"
)

// addr is an IP address as the tables hold it. A netip.Addr holds a pointer
// beside its octets: where there are a hundred thousand of them, following these
// would be most of the collector's work.
type addr struct{ hi, lo uint64 }

// mark4 marks an IPv4 address, which stands in lo. As the upper half of an IPv6
// address it would be a group's, which no table holds.
const mark4 = ^uint64(0)

// packed returns an IP address as the tables hold it. One that is not valid is
// the unspecified address.
func packed(ip netip.Addr) addr {
	if ip.Is4() {
		b := ip.As4()
		return addr{mark4, uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := ip.As16()
	return addr{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

func (x addr) ip() netip.Addr {
	if x.hi == mark4 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(x.lo))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], x.hi)
	binary.BigEndian.PutUint64(b[8:], x.lo)
	return netip.AddrFrom16(b)
}

// less orders addresses of one version as netip.Addr.Less does.
func (x addr) less(o addr) bool { return x.hi < o.hi || x.hi == o.hi && x.lo < o.lo }
