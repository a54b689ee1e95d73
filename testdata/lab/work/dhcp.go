package work

import (
	"context"
	"net"
	"net/netip"
)

// Ports of DHCP (RFC 2131 section 4.1).
const (
	dhcpServer = 67
	dhcpClient = 68
)

// Positions in a DHCP message (RFC 2131 section 2), and the cookie before its
// options.
const (
	dhcpYourAddress = 16
	dhcpHardware    = 28
	dhcpCookieAt    = 236
	dhcpCookie      = "\x63\x82\x53\x63"
)

// Discover is a DHCPDISCOVER that wants its answer by broadcast.
func Discover(mac net.HardwareAddr) []byte {
	const options = dhcpCookie + "\x35\x01\x01\xff" // message type: discover; end
	out := make([]byte, dhcpCookieAt+len(options))
	copy(out, []byte{1, 1, 6, 0, 'l', 'a', 'b', '1', 0, 0, 0x80})
	copy(out[dhcpHardware:], mac)
	copy(out[dhcpCookieAt:], options)
	return out
}

// DecodeOffer returns the address that a DHCP message offers, as a list.
func DecodeOffer(in []byte) []string {
	if len(in) < dhcpCookieAt+len(dhcpCookie) || in[0] != 2 || string(in[dhcpCookieAt:dhcpCookieAt+4]) != dhcpCookie {
		return nil
	}
	return []string{netip.AddrFrom4([4]byte(in[dhcpYourAddress : dhcpYourAddress+4])).String()}
}

func askDHCP(ctx context.Context, mac string) ([]string, error) {
	hardware, err := net.ParseMAC(mac)
	if err != nil {
		return nil, err
	}
	everybody := netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), dhcpServer)
	return ask(ctx, &net.UDPAddr{Port: dhcpClient}, everybody, Discover(hardware), DecodeOffer)
}
