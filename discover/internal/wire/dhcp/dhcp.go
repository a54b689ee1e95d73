// Package dhcp decodes DHCP messages (RFC 2131, RFC 2132).
package dhcp

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/dns"
)

// Message types.
const (
	Discover = 1
	Offer    = 2
	Request  = 3
	Decline  = 4
	Ack      = 5
	Nak      = 6
	Release  = 7
	Inform   = 8
)

// Message is a DHCP message.
type Message struct {
	Type     uint8 // option 53; 0 in plain BOOTP
	Reply    bool  // op is BOOTREPLY
	Client   [6]byte
	ClientIP netip.Addr // ciaddr; unspecified if none
	YourIP   netip.Addr // yiaddr; unspecified if none
	RelayIP  netip.Addr // giaddr; unspecified if not relayed

	RequestedIP   netip.Addr   // option 50
	ServerID      netip.Addr   // option 54
	HostName      string       // option 12, else the name in option 81
	VendorClass   string       // option 60
	Fingerprint   string       // option 55 as decimal codes with commas
	MaskBits      int          // option 1; 0 if none
	Routers       []netip.Addr // option 3, then the routers of static routes (options 33, 121 and 249)
	DNSServers    []netip.Addr
	DomainName    string   // option 15
	SearchDomains []string // option 119 (RFC 3397)
	SixRD         bool     // option 212 (RFC 5969): IPv6 leaves in IPv4
	ProxyHost     string   // host of the URL in option 252: where browsers learn their proxy
}

// Errors of Decode.
var (
	ErrShort  = errors.New("dhcp: message is cut short")
	ErrOther  = errors.New("dhcp: not a message about an Ethernet client")
	ErrOption = errors.New("dhcp: option ends beyond the end of the message")
)

const (
	headerLen = 236
	maxList   = 32 // addresses or names of one option
)

// Decode reads the message b. What came before a damaged option is returned
// with the error.
func Decode(b []byte) (Message, error) {
	if len(b) < headerLen {
		return Message{}, ErrShort
	}
	if b[0] != 1 && b[0] != 2 || b[2] != 6 {
		return Message{}, ErrOther
	}
	m := Message{
		Reply:    b[0] == 2,
		Client:   [6]byte(b[28:34]),
		ClientIP: netip.AddrFrom4([4]byte(b[12:16])),
		YourIP:   netip.AddrFrom4([4]byte(b[16:20])),
		RelayIP:  netip.AddrFrom4([4]byte(b[24:28])),
	}
	sname, file := b[44:108], b[108:headerLen]
	b = b[headerLen:]
	if len(b) < 4 || [4]byte(b) != [4]byte{0x63, 0x82, 0x53, 0x63} { // plain BOOTP
		return m, nil
	}
	var j joined
	err := m.options(b[4:], &j)
	if err == nil && j.overload&1 != 0 {
		err = m.options(file, &j)
	}
	if err == nil && j.overload&2 != 0 {
		err = m.options(sname, &j)
	}
	m.finish(&j)
	return m, err
}

// joined is what can be read once all options are known: some come in pieces
// (RFC 3396), and options may go on in two other fields (RFC 2132, 9.3).
type joined struct {
	search, routes []byte
	fqdn           string
	overload       byte
}

func (m *Message) finish(j *joined) {
	if m.HostName == "" {
		m.HostName = j.fqdn
	}
	m.SearchDomains = searchList(j.search)
	m.classless(j.routes)
}

func (m *Message) options(b []byte, j *joined) error {
	for len(b) > 0 {
		code := b[0]
		b = b[1:]
		if code == 0 {
			continue
		}
		if code == 255 {
			return nil
		}
		if len(b) < 1 || len(b) < 1+int(b[0]) {
			return ErrOption
		}
		v := b[1 : 1+int(b[0])]
		b = b[1+int(b[0]):]
		switch code {
		case 119:
			j.search = append(j.search, v...)
		case 121, 249: // the second is that of Windows before the first
			j.routes = append(j.routes, v...)
		case 81:
			j.fqdn = clientName(v)
		case 52:
			if len(v) == 1 {
				j.overload = v[0]
			}
		default:
			m.option(code, v)
		}
	}
	return nil
}

func (m *Message) option(code uint8, v []byte) {
	switch code {
	case 1:
		if len(v) == 4 {
			m.MaskBits = maskBits(binary.BigEndian.Uint32(v))
		}
	case 3:
		m.Routers = addresses(v)
	case 6:
		m.DNSServers = addresses(v)
	case 12:
		m.HostName = strings.TrimRight(string(v), "\x00")
	case 15:
		m.DomainName = strings.ToLower(strings.TrimRight(string(v), "\x00"))
	case 33: // destination, router
		for ; len(v) >= 8; v = v[8:] {
			m.router(netip.AddrFrom4([4]byte(v[4:])))
		}
	case 50:
		if len(v) == 4 {
			m.RequestedIP = netip.AddrFrom4([4]byte(v))
		}
	case 53:
		if len(v) == 1 {
			m.Type = v[0]
		}
	case 54:
		if len(v) == 4 {
			m.ServerID = netip.AddrFrom4([4]byte(v))
		}
	case 55:
		m.Fingerprint = codes(v)
	case 60:
		m.VendorClass = strings.TrimRight(string(v), "\x00")
	case 212:
		m.SixRD = len(v) >= 22
	case 252:
		if u, err := url.Parse(strings.TrimRight(string(v), "\x00\r\n ")); err == nil {
			m.ProxyHost = u.Hostname()
		}
	}
}

// classless reads the routers of classless static routes (RFC 3442): the length
// of a prefix, as many of its octets as that needs, router.
func (m *Message) classless(v []byte) {
	for len(v) > 0 && v[0] <= 32 {
		n := 1 + (int(v[0])+7)/8
		if len(v) < n+4 {
			return
		}
		m.router(netip.AddrFrom4([4]byte(v[n:])))
		v = v[n+4:]
	}
}

func (m *Message) router(a netip.Addr) {
	if !a.IsUnspecified() && len(m.Routers) < maxList && !slices.Contains(m.Routers, a) { // unspecified: on the link
		m.Routers = append(m.Routers, a)
	}
}

func addresses(v []byte) []netip.Addr {
	var out []netip.Addr
	for ; len(v) >= 4 && len(out) < maxList; v = v[4:] {
		out = append(out, netip.AddrFrom4([4]byte(v)))
	}
	return out
}

// maskBits returns the length of the prefix, or 0 where the ones of the mask do
// not stand together.
func maskBits(m uint32) int {
	for n := range 33 {
		if m == ^uint32(0)<<(32-n) {
			return n
		}
	}
	return 0
}

func codes(v []byte) string {
	var b []byte
	for i, c := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(c), 10)
	}
	return string(b)
}

// clientName reads the client FQDN option (RFC 4702): flags, two codes, name in
// ASCII or in DNS form.
func clientName(v []byte) string {
	if len(v) <= 3 {
		return ""
	}
	if v[0]&0x04 == 0 {
		return strings.TrimRight(string(v[3:]), ".\x00")
	}
	if n, _, err := dns.Name(v, 3); err == nil {
		return n
	}
	// RFC 4702, 3.3.1: a partial name has no final zero octet.
	n, _, err := dns.Name(append(append([]byte{}, v[3:]...), 0), 0)
	if err != nil {
		return ""
	}
	return n
}

func searchList(v []byte) []string {
	var out []string
	for off := 0; off < len(v) && len(out) < maxList; {
		n, next, err := dns.Name(v, off)
		if err != nil {
			break
		}
		if n != "" {
			out = append(out, n)
		}
		off = next
	}
	return out
}
