//go:build linux

package lab

import "net/netip"

// ReadPacket is readPacket, for its tests.
func ReadPacket(frame []byte) (protocol byte, from, to netip.AddrPort, payload []byte, ok bool) {
	p, ok := readPacket(frame)
	return p.protocol, p.from, p.to, p.payload, ok
}

// KindOf says what the proofs take a payload for.
func KindOf(payload []byte) string {
	switch {
	case isIKE(payload):
		return "ike"
	case isIKEOn4500(payload):
		return "ike on 4500"
	case isWireGuardData(payload):
		return "wireguard"
	case isOpenVPNData(payload):
		return "openvpn"
	case isESPInUDP(payload):
		return "esp"
	default:
		return ""
	}
}

// Within calls fn on a thread inside a host, for tests that send there.
func (l *Lab) Within(host string, fn func() error) error { return l.within(host, fn) }
