package lab

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// packet is a UDP or TCP packet over IPv4.
type packet struct {
	protocol byte
	from, to netip.AddrPort
	payload  []byte // of UDP
}

// readPacket takes an Ethernet frame (RFC 791, RFC 768).
func readPacket(frame []byte) (packet, bool) {
	const ethernet = 14
	if len(frame) < ethernet+20 || frame[12] != 8 || frame[13] != 0 {
		return packet{}, false
	}
	ip := frame[ethernet:]
	length := int(ip[0]&15) * 4
	if length < 20 || len(ip) < length+8 || ip[9] != unix.IPPROTO_UDP && ip[9] != unix.IPPROTO_TCP {
		return packet{}, false
	}
	above := ip[length:]
	port := func(addr, at []byte) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(addr)), binary.BigEndian.Uint16(at))
	}
	out := packet{protocol: ip[9], from: port(ip[12:16], above), to: port(ip[16:20], above[2:])}
	if out.protocol == unix.IPPROTO_UDP {
		out.payload = above[8:]
	}
	return out, true
}

// sight is a kind of packet that should pass.
type sight struct {
	what string
	is   func(packet) bool
}

// udpTo is UDP from a host to a server, with a payload that fits.
func udpTo(what, from, to string, fits func([]byte) bool) sight {
	source, server := netip.MustParseAddr(from), netip.MustParseAddrPort(to)
	return sight{what, func(p packet) bool {
		return p.protocol == unix.IPPROTO_UDP && p.from.Addr() == source && p.to == server && fits(p.payload)
	}}
}

// udpFrom is the answer to it.
func udpFrom(what, server, to string, fits func([]byte) bool) sight {
	source, client := netip.MustParseAddrPort(server), netip.MustParseAddr(to)
	return sight{what, func(p packet) bool {
		return p.protocol == unix.IPPROTO_UDP && p.from == source && p.to.Addr() == client && fits(p.payload)
	}}
}

// isIKE is IKEv2 on port 500: its version stands behind both SPIs (RFC 7296
// section 3.1).
func isIKE(b []byte) bool { return len(b) >= 28 && b[17] == 0x20 }

// isIKEOn4500 has four zeros before it there, and ESP has none (RFC 3948
// section 2).
func isIKEOn4500(b []byte) bool {
	return len(b) > 4 && binary.BigEndian.Uint32(b) == 0 && isIKE(b[4:])
}

func isESPInUDP(b []byte) bool { return len(b) > 16 && binary.BigEndian.Uint32(b) != 0 }

// isOpenVPNData is a data packet with a peer's number, P_DATA_V2.
func isOpenVPNData(b []byte) bool { return len(b) > 16 && b[0]>>3 == 9 }

// isWireGuardData is a transport message, a keepalive of 32 octets among them.
func isWireGuardData(b []byte) bool {
	return len(b) >= 32 && len(b)%16 == 0 && binary.LittleEndian.Uint32(b) == 4
}

// passes wants packets of all kinds at a mirror port of the auditor, while
// during, where there is one, is done.
func (l *Lab) passes(name string, during func(context.Context) error, want ...sight) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, listenFor)
		defer cancel()
		done := make(chan error, 1)
		seen := make([]int, len(want))
		err := l.within("auditor", func() error {
			fd, err := listenAt(name)
			if err != nil {
				return err
			}
			defer func() { _ = unix.Close(fd) }()
			go func() {
				if during == nil {
					done <- nil
					return
				}
				done <- during(ctx)
			}()
			return count(ctx, fd, want, seen)
		})
		cancelled := ctx.Err()
		if err == nil && cancelled == nil {
			err = <-done
		}
		var notes []string
		for n, s := range want {
			notes = append(notes, fmt.Sprintf("%s %d", s.what, seen[n]))
		}
		note := strings.Join(notes, ", ")
		if err != nil {
			return "", fmt.Errorf("%w (%s)", err, note)
		}
		return note, nil
	}
}

// listenAt opens a packet socket at an interface of the calling thread's
// network.
func listenAt(name string) (int, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return -1, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	order := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
	err = errors.Join(
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: order, Ifindex: i.Index}),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 200_000}),
	)
	if err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	return fd, nil
}

// count reads until each kind was seen, or the context ends.
func count(ctx context.Context, fd int, want []sight, seen []int) error {
	frame := make([]byte, 2048)
	for missing := true; missing; {
		if ctx.Err() != nil {
			return fmt.Errorf("not all of it passed in %s", listenFor)
		}
		n, _, err := unix.Recvfrom(fd, frame, 0)
		switch {
		case errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("packet socket: %w", err)
		}
		p, ok := readPacket(frame[:n])
		missing = false
		for at, s := range want {
			if ok && s.is(p) {
				seen[at]++
			}
			missing = missing || seen[at] == 0
		}
	}
	return nil
}

// says wants a program inside a host to succeed and to say each of these.
func (l *Lab) says(host string, argv, want []string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, l.program(), append([]string{"-id", l.ID, "inside", host}, l.expandAll(&Host{Name: host}, argv)...)...)
		cmd.Env = append(cmd.Environ(), "STRONGSWAN_CONF="+l.HostDir(host)+"/strongswan.conf")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%s in %s: %w: %.300s", argv[0], host, err, out)
		}
		for _, text := range want {
			if !strings.Contains(string(out), text) {
				return "", fmt.Errorf("%s in %s does not say %q: %.300s", argv[0], host, text, out)
			}
		}
		return strings.Join(want, ", "), nil
	}
}

// redial takes the tunnel of a host down and dials again.
func (l *Lab) redial(host string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := l.says(host, []string{"sh", "{dir}/redial.sh"}, []string{"initiate completed successfully"})(ctx)
		return err
	}
}

// tunnelProofs prove the ways out that are tunnels, remote support, and others'
// services. The twin has those only that are approved.
func (l *Lab) tunnelProofs(p *Plan) []proof {
	const ct, ctVendor = "10.20.0.253", "203.0.113.10"
	out := []proof{
		{"way out ct-maint: the tunnel is up, with ESP in UDP", l.says("ct-maint", []string{"swanctl", "--list-sas"}, []string{"ESTABLISHED", "INSTALLED", "TUNNEL-in-UDP"})},
		{"way out ct-maint: the CT reaches its maker through it", l.ping("ct-01", ctVendorLAN)},
		{"way out ct-maint: and the maker the CT", l.ping("ct-vendor", "10.20.0.11")},
		{"way out ct-maint: IKE on 500 and 4500 and ESP in UDP pass mirror0, both ways", l.passes(
			"mirror0", l.redial("ct-maint"),
			udpTo("IKE to 500", ct, ctVendor+":500", isIKE), udpFrom("IKE from 500", ctVendor+":500", ct, isIKE),
			udpTo("IKE to 4500", ct, ctVendor+":4500", isIKEOn4500), udpFrom("IKE from 4500", ctVendor+":4500", ct, isIKEOn4500),
			udpTo("ESP out", ct, ctVendor+":4500", isESPInUDP), udpFrom("ESP in", ctVendor+":4500", ct, isESPInUDP),
		)},
		{"way out reading: HTTPS by name", l.run("dokuei", l.program(), "ask", "https", "https://reading.example.jp/")},
		{"way out reading: DICOM echo", l.run("dokuei", "echoscu", "-aet", "DOKUEI", "-aec", "READING", "reading.example.jp", "11112")},
	}
	if slices.ContainsFunc(p.Hosts, func(h *Host) bool { return h.Name == "mr-box" }) {
		out = append(out, l.unapprovedTunnelProofs()...)
	}
	return out
}

// unapprovedTunnelProofs prove those that the twin does not have.
func (l *Lab) unapprovedTunnelProofs() []proof {
	const openVPN, wireGuard = "198.51.100.99:1194", "203.0.113.77:51820"
	return []proof{
		{"way out mr-box: the maker answers inside OpenVPN", l.ping("mr-box", mrVendorTunnel)},
		{"way out mr-box: OpenVPN passes mirror0, both ways", l.passes(
			"mirror0", nil, udpTo("data out", "10.20.0.23", openVPN, isOpenVPNData), udpFrom("data in", openVPN, "10.20.0.23", isOpenVPNData),
		)},
		{"way out kyushoku-sv: the other end answers inside WireGuard", l.ping("kyushoku-sv", cateringVendorTunnel)},
		{"way out kyushoku-sv: WireGuard passes mirror0, both ways", l.passes(
			"mirror0", nil, udpTo("data out", "10.50.0.10", wireGuard, isWireGuardData), udpFrom("data in", wireGuard, "10.50.0.10", isWireGuardData),
		)},
		{"way out vpn-gw: the login page, inside", l.run("jimu-pc1", l.program(), "ask", "https", "https://10.60.0.253/remote/login")},
		{"way out vpn-gw: and from the internet", l.run("internet", l.program(), "ask", "https", "https://203.0.113.14/remote/login")},
		{"way out teamviewer: the agent's connection, by name", l.says("ekaru-07", []string{"ss", "-tnH", "state", "established", "dst", "203.0.113.150:443"}, []string{"203.0.113.150:443"})},
		{"way out teamviewer: its own port", l.run("ekaru-07", l.program(), "ask", "https", "https://router1.teamviewer.com:5938/")},
	}
}
