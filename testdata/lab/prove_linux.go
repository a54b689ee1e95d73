package lab

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gosnmp/gosnmp"
	"golang.org/x/sys/unix"
)

// Columns of LLDP-MIB (IEEE 802.1AB) and BRIDGE-MIB (RFC 4188).
const (
	sysName           = "1.3.6.1.2.1.1.5.0"
	lldpRemSysName    = "1.0.8802.1.1.2.1.4.1.1.9"
	dot1dTpFDBPort    = "1.3.6.1.2.1.17.4.3.1.2"
	dot1dBasePortIfIx = "1.3.6.1.2.1.17.1.4.1.2"
)

// asking calls fn with a session from the auditor to an agent.
func (l *Lab) asking(agent string, access Access, fn func(*gosnmp.GoSNMP) error) error {
	session := &gosnmp.GoSNMP{
		Target: agent, Port: 161, Version: gosnmp.Version2c, Community: access.Community,
		Timeout: time.Second, Retries: 1, MaxOids: 32,
	}
	if access.User != "" {
		session.Version, session.SecurityModel, session.MsgFlags = gosnmp.Version3, gosnmp.UserSecurityModel, gosnmp.AuthPriv
		session.SecurityParameters = &gosnmp.UsmSecurityParameters{
			UserName:               access.User,
			AuthenticationProtocol: gosnmp.SHA, AuthenticationPassphrase: access.AuthPW,
			PrivacyProtocol: gosnmp.AES, PrivacyPassphrase: access.PrivPW,
		}
	}
	return l.within("auditor", func() error {
		if err := session.Connect(); err != nil {
			return err
		}
		defer shut(session.Conn)
		return fn(session)
	})
}

func (l *Lab) answers(agent string, access Access) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		var note string
		err := l.asking(agent, access, func(s *gosnmp.GoSNMP) error {
			packet, err := s.Get([]string{sysName})
			if err != nil {
				return err
			}
			if len(packet.Variables) != 1 {
				return fmt.Errorf("%d values", len(packet.Variables))
			}
			name, ok := packet.Variables[0].Value.([]byte)
			if !ok {
				return fmt.Errorf("sysName is a %T", packet.Variables[0].Value)
			}
			note = string(name)
			return nil
		})
		return note, err
	}
}

// refuses wants no answer, from an agent that is known to answer others.
func (l *Lab) refuses(agent string, access Access) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		name, err := l.answers(agent, access)(ctx)
		if err == nil {
			return "", fmt.Errorf("%s answered", name)
		}
		if !strings.Contains(err.Error(), "timeout") {
			return "", err
		}
		return "", nil
	}
}

func (l *Lab) neighbour(agent string, access Access, want string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		var names []string
		err := l.asking(agent, access, func(s *gosnmp.GoSNMP) error {
			return s.BulkWalk(lldpRemSysName, func(v gosnmp.SnmpPDU) error {
				if b, ok := v.Value.([]byte); ok {
					names = append(names, string(b))
				}
				return nil
			})
		})
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if name == want {
				return fmt.Sprintf("neighbours %v", names), nil
			}
		}
		return "", fmt.Errorf("not among %v", names)
	}
}

// learned wants an interface's address in a switch's table, at a port.
func (l *Lab) learned(p *Plan, agent string, who, at Port) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		i := p.find(who)
		if i == nil {
			return "", fmt.Errorf("no interface %v in the plan", who)
		}
		want, err := l.index(at)
		if err != nil {
			return "", err
		}
		var oid strings.Builder
		for part := range strings.SplitSeq(i.MAC, ":") {
			var b byte
			if _, err := fmt.Sscanf(part, "%x", &b); err != nil {
				return "", err
			}
			fmt.Fprintf(&oid, ".%d", b)
		}
		var got int
		err = l.asking(agent, commonAccess, func(s *gosnmp.GoSNMP) error {
			port, err := getInt(s, dot1dTpFDBPort+oid.String())
			if err != nil {
				return fmt.Errorf("%s: %w", i.MAC, err)
			}
			got, err = getInt(s, fmt.Sprintf("%s.%d", dot1dBasePortIfIx, port))
			return err
		})
		if err != nil {
			return "", err
		}
		if got != want {
			return "", fmt.Errorf("%s is at ifIndex %d, want %d (%s)", i.MAC, got, want, at.Interface)
		}
		return i.MAC + " at " + at.Interface, nil
	}
}

func getInt(s *gosnmp.GoSNMP, oid string) (int, error) {
	packet, err := s.Get([]string{oid})
	if err != nil {
		return 0, err
	}
	for _, v := range packet.Variables {
		if n, ok := v.Value.(int); ok {
			return n, nil
		}
	}
	return 0, errors.New("no such row")
}

// routerAdvertisement is the kind of frame that announces a prefix.
const routerAdvertisement = "RA"

// advertisedBy is such a frame of one source.
func advertisedBy(mac string) string { return routerAdvertisement + " " + mac }

// isAdvertisement tells router advertisements (RFC 4861 section 4.2) from
// other Ethernet frames.
func isAdvertisement(frame []byte) bool {
	const etherType, nextHeader, icmpType = 12, 20, 54
	return len(frame) > icmpType && frame[etherType] == 0x86 && frame[etherType+1] == 0xdd &&
		frame[nextHeader] == unix.IPPROTO_ICMPV6 && frame[icmpType] == 134
}

// countFrames reads frames at an interface of the calling thread's network and
// counts them by source address, and those that announce a prefix, until all
// that are wanted were seen or the time is over.
func countFrames(index int, within time.Duration, want []string) (map[string]int, error) {
	const all = unix.ETH_P_ALL
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	order := binary.BigEndian.AppendUint16(nil, all)
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16(order), Ifindex: index}); err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 200_000}); err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	seen := map[string]int{}
	frame := make([]byte, 2048)
	for end := time.Now().Add(within); time.Now().Before(end); {
		n, _, err := unix.Recvfrom(fd, frame, 0)
		switch {
		case errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return nil, fmt.Errorf("packet socket: %w", err)
		}
		if n >= 14 {
			seen[net.HardwareAddr(frame[6:12]).String()]++
		}
		if isAdvertisement(frame[:n]) {
			seen[routerAdvertisement]++
			seen[advertisedBy(net.HardwareAddr(frame[6:12]).String())]++
		}
		if !slices.ContainsFunc(want, func(kind string) bool { return seen[kind] == 0 }) {
			break
		}
	}
	return seen, nil
}
