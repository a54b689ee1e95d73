// Package dhcp decodes DHCP messages (RFC 2131, RFC 2132).
package dhcp

import (
	"encoding/binary"
	"errors"
	"net/netip"
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

	RequestedIP   netip.Addr // option 50
	ServerID      netip.Addr // option 54
	HostName      string     // option 12, else the name in option 81
	VendorClass   string     // option 60
	Fingerprint   string     // option 55 as decimal codes with commas
	MaskBits      int        // option 1; 0 if none
	Routers       []netip.Addr
	DNSServers    []netip.Addr
	DomainName    string   // option 15
	SearchDomains []string // option 119 (RFC 3397)
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
	b = b[headerLen:]
	if len(b) < 4 || [4]byte(b) != [4]byte{0x63, 0x82, 0x53, 0x63} { // plain BOOTP
		return m, nil
	}
	return m, m.options(b[4:])
}

func (m *Message) options(b []byte) error {
	var search []byte // option 119 may come in pieces, to be joined (RFC 3396)
	fqdn := ""
	defer func() {
		if m.HostName == "" {
			m.HostName = fqdn
		}
		m.SearchDomains = searchList(search)
	}()
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
			search = append(search, v...)
		case 81:
			fqdn = clientName(v)
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
