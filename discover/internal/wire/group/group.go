// Package group decodes the questions with which a router or a switch learns who
// listens to which group: IGMP (RFC 2236, RFC 3376) and MLD (RFC 2710, RFC 3810).
// What hosts answer is passed over: it tells of groups, not of the network.
package group

import "net/netip"

// Query is a general or a group-specific query.
type Query struct {
	Version int        // 1 to 3 of IGMP, 1 or 2 of MLD
	Group   netip.Addr // unspecified in a general query
}

// IGMP reads a packet of IP protocol 2 and takes queries only.
func IGMP(b []byte) (Query, bool) {
	if len(b) < 8 || b[0] != 0x11 {
		return Query{}, false
	}
	q := Query{Version: 2, Group: netip.AddrFrom4([4]byte(b[4:8]))}
	switch {
	case len(b) >= 12:
		q.Version = 3
	case b[1] == 0:
		q.Version = 1
	}
	return q, q.Group.IsUnspecified() || q.Group.IsMulticast()
}

// MLD reads an ICMPv6 message and takes queries only.
func MLD(b []byte) (Query, bool) {
	if len(b) < 24 || b[0] != 130 {
		return Query{}, false
	}
	q := Query{Version: 1, Group: netip.AddrFrom16([16]byte(b[8:24]))}
	if len(b) >= 28 {
		q.Version = 2
	}
	return q, q.Group.IsUnspecified() || q.Group.IsMulticast()
}
