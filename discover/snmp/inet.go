package snmp

import (
	"errors"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

var (
	errIndex  = errors.New("index does not have the form that its MIB gives it")
	errMask   = errors.New("netmask is not contiguous")
	errNoMask = errors.New("route has no netmask")
)

// octetsOf returns arcs as octets, false where one is greater than 255.
func octetsOf(arcs []uint32) ([]byte, bool) {
	out := make([]byte, len(arcs))
	for i, a := range arcs {
		if a > 0xff {
			return nil, false
		}
		out[i] = byte(a)
	}
	return out, true
}

// ipv4Of returns the address in four arcs of an index.
func ipv4Of(arcs []uint32) (netip.Addr, bool) {
	b, ok := octetsOf(arcs)
	if !ok || len(b) != 4 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte(b)), true
}

// macOf returns the MAC address in six arcs of an index.
func macOf(arcs []uint32) (fact.MAC, bool) {
	b, ok := octetsOf(arcs)
	if !ok {
		return fact.MAC{}, false
	}
	return fact.MACFrom(b)
}

// inetOctets returns how many octets an InetAddress of the type has, and how
// many of these are the address: the rest is a zone index (RFC 4001).
func inetOctets(inetType uint32) (all, address int, ok bool) {
	switch inetType {
	case 0: // unknown: no address
		return 0, 0, true
	case 1: // ipv4
		return 4, 4, true
	case 2: // ipv6
		return 16, 16, true
	case 3: // ipv4z
		return 8, 4, true
	case 4: // ipv6z
		return 20, 16, true
	}
	return 0, 0, false
}

// takeInet reads an InetAddressType and an InetAddress from the front of an
// index, and returns what follows. The address is not valid where the type is
// unknown(0). Zones are dropped: the tables give the ifIndex beside the address.
func takeInet(index []uint32) (a netip.Addr, rest []uint32, err error) {
	if len(index) < 2 {
		return a, nil, errIndex
	}
	all, size, ok := inetOctets(index[0])
	if !ok || uint64(index[1]) != uint64(all) || len(index) < 2+all {
		return a, nil, errIndex
	}
	b, ok := octetsOf(index[2 : 2+size])
	if !ok {
		return a, nil, errIndex
	}
	a, _ = netip.AddrFromSlice(b)
	return a.Unmap(), index[2+all:], nil
}

// lastInet reads an InetAddressType and an InetAddress that end an index. Some
// agents leave out the length before the address.
func lastInet(index []uint32) (netip.Addr, error) {
	if a, rest, err := takeInet(index); err == nil && len(rest) == 0 && a.IsValid() {
		return a, nil
	}
	if len(index) > 0 {
		if all, size, ok := inetOctets(index[0]); ok && size > 0 && len(index) == 1+all {
			if b, ok := octetsOf(index[1 : 1+size]); ok {
				a, _ := netip.AddrFromSlice(b)
				return a.Unmap(), nil
			}
		}
	}
	return netip.Addr{}, errIndex
}

// maskBits returns the length of the prefix that a netmask stands for.
func maskBits(mask netip.Addr) (int, bool) {
	if !mask.Is4() {
		return 0, false
	}
	b := mask.As4()
	bits, ended := 0, false
	for _, o := range b {
		for bit := 7; bit >= 0; bit-- {
			if o>>bit&1 == 0 {
				ended = true
				continue
			}
			if ended {
				return 0, false
			}
			bits++
		}
	}
	return bits, true
}

// isHost reports whether a can be the address of one host.
func isHost(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// hostAddresses returns the addresses of hosts among values, each once, in order.
func hostAddresses(values []value) []netip.Addr {
	var out []netip.Addr
	for _, v := range values {
		if a, ok := v.addr(); ok && isHost(a) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	out = slices.Compact(out)
	return out[:min(len(out), maxManAddr)]
}
