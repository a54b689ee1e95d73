package work

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Inquire asks a machine who it is and returns what it says. Kinds:
// nbns NAME@ADDRESS, the addresses of a NetBIOS name, where ADDRESS may be a
// broadcast; nbstat ADDRESS, its names; mdns NAME@ADDRESS; oxid ADDRESS;
// ssdp ADDRESS, where its description is; dhcp MAC, what is offered to it by
// the route that a broadcast takes.
func Inquire(ctx context.Context, kind, what string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	name, at, both := strings.Cut(what, "@")
	if !both {
		at = what
	}
	var out []string
	var err error
	switch kind {
	case "nbns":
		out, err = askDatagram(ctx, at, nbnsPort, QueryNBNS(name), decodeNB)
	case "nbstat":
		out, err = askDatagram(ctx, at, nbnsPort, QueryNBNS("*"), decodeNB)
	case "mdns":
		out, err = askDatagram(ctx, at, int(mdnsGroup().Port()), QueryMDNS(name), decodeMDNS)
	case "ssdp":
		search := "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n"
		out, err = askDatagram(ctx, at, 1900, []byte(search), func(in []byte) []string { return strings.Fields(string(in)) })
	case "dhcp":
		out, err = askDHCP(ctx, what)
	case "oxid":
		out, err = askOXID(ctx, at)
	default:
		return nil, fmt.Errorf("inquire: unknown kind %q: want nbns, nbstat, mdns, ssdp, dhcp or oxid", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("inquire %s %s: %w", kind, what, err)
	}
	return out, nil
}

func askDatagram(ctx context.Context, address string, port int, question []byte, decode func([]byte) []string) ([]string, error) {
	to, err := netip.ParseAddr(address)
	if err != nil {
		return nil, err
	}
	return ask(ctx, nil, netip.AddrPortFrom(to, uint16(port)), question, decode)
}

// ask sends a question from a port, or from any, and decodes the first answer.
func ask(ctx context.Context, from *net.UDPAddr, to netip.AddrPort, question []byte, decode func([]byte) []string) ([]string, error) {
	c, err := net.ListenUDP("udp4", from)
	if err != nil {
		return nil, err
	}
	defer shut(c)
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return nil, err
		}
	}
	if _, err := c.WriteToUDPAddrPort(question, to); err != nil {
		return nil, err
	}
	buffer := make([]byte, 9000)
	n, _, err := c.ReadFromUDPAddrPort(buffer)
	if err != nil {
		return nil, err
	}
	return decode(buffer[:n]), nil
}

// decodeNB reads the first record of an answer: addresses, or names.
func decodeNB(in []byte) []string {
	const data = 12 + 34 + 10
	if len(in) < data {
		return nil
	}
	kind, rest := binary.BigEndian.Uint16(in[46:]), in[data:]
	var out []string
	switch kind {
	case typeNB:
		for ; len(rest) >= 6; rest = rest[6:] {
			out = append(out, netip.AddrFrom4([4]byte(rest[2:6])).String())
		}
	case typeNBSTAT:
		if len(rest) == 0 {
			return nil
		}
		n := int(rest[0])
		for rest = rest[1:]; n > 0 && len(rest) >= 18; n, rest = n-1, rest[18:] {
			out = append(out, strings.TrimSpace(string(rest[:15])))
		}
	}
	return out
}

func decodeMDNS(in []byte) []string {
	var m dnsmessage.Message
	if err := m.Unpack(in); err != nil {
		return nil
	}
	var out []string
	for _, r := range m.Answers {
		if a, ok := r.Body.(*dnsmessage.AResource); ok {
			out = append(out, netip.AddrFrom4(a.A).String())
		}
	}
	return out
}
