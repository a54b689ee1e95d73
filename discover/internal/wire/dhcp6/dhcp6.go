// Package dhcp6 decodes DHCP for IPv6 (RFC 8415), with the options that tell
// how IPv4 leaves over an IPv6-only line (RFC 6334, RFC 7598).
package dhcp6

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/dns"
)

// Message types.
const (
	Solicit     = 1
	Advertise   = 2
	Request     = 3
	Confirm     = 4
	Renew       = 5
	Rebind      = 6
	Reply       = 7
	Release     = 8
	Decline     = 9
	Reconfigure = 10
	InfoRequest = 11
	relayForw   = 12
	relayRepl   = 13
)

// Message is a DHCPv6 message, taken out of those of the relays it came through.
type Message struct {
	Type     uint8
	Relayed  bool
	RelayMAC [6]byte    // client link-layer address that a relay gave (RFC 6939); zero if none
	Link     netip.Addr // link-address of the relay nearest to the client that gave one; invalid if none

	ClientDUID    string     // hexadecimal
	ServerDUID    string     // hexadecimal
	ServerIP      netip.Addr // option 12: the server may be asked there; invalid if none
	Addresses     []netip.Addr
	Delegated     []netip.Prefix
	DNSServers    []netip.Addr
	SearchDomains []string
	AFTRName      string
	S46           []string // "map-e", "map-t", "lw4o6"
	HostName      string   // option 39 (RFC 4704)
	VendorClass   string   // option 16, first class
	Fingerprint   string   // option 6 as decimal codes with commas
}

// FromClient reports whether a client sent the message.
func (m *Message) FromClient() bool {
	switch m.Type {
	case Solicit, Request, Confirm, Renew, Rebind, Release, Decline, InfoRequest:
		return true
	}
	return false
}

// FromServer reports whether a server sent the message.
func (m *Message) FromServer() bool {
	return m.Type == Advertise || m.Type == Reply || m.Type == Reconfigure
}

// Errors of Decode.
var (
	ErrShort  = errors.New("dhcp6: message is cut short")
	ErrOther  = errors.New("dhcp6: type of message not known")
	ErrOption = errors.New("dhcp6: option ends beyond the end of the message")
	ErrRelay  = errors.New("dhcp6: relay message holds no message, or too many in each other")
)

const (
	maxRelays = 8 // HOP_COUNT_LIMIT of RFC 8415, 7.6
	maxList   = 64
)

// Decode reads the message b. What came before a damaged option is returned
// with the error.
func Decode(b []byte) (Message, error) {
	var m Message
	for range maxRelays + 1 {
		if len(b) < 4 {
			return m, ErrShort
		}
		m.Type = b[0]
		if m.Type != relayForw && m.Type != relayRepl {
			if !m.FromClient() && !m.FromServer() {
				return m, ErrOther
			}
			return m, each(b[4:], m.option)
		}
		if len(b) < 34 {
			return m, ErrShort
		}
		m.Relayed = true
		if at := netip.AddrFrom16([16]byte(b[2:])); !at.IsUnspecified() {
			m.Link = at // the innermost one is read last
		}
		var inner []byte
		err := each(b[34:], func(code uint16, v []byte) {
			switch code {
			case 9:
				inner = v
			case 79:
				if len(v) == 8 {
					m.RelayMAC = [6]byte(v[2:])
				}
			}
		})
		if err != nil {
			return m, err
		}
		if inner == nil {
			break
		}
		b = inner
	}
	return m, ErrRelay
}

func each(b []byte, f func(code uint16, v []byte)) error {
	for len(b) > 0 {
		if len(b) < 4 {
			return ErrOption
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if len(b) < 4+n {
			return ErrOption
		}
		f(binary.BigEndian.Uint16(b), b[4:4+n])
		b = b[4+n:]
	}
	return nil
}

const maxDUID = 130 // octets: RFC 8415, 11.1

func (m *Message) option(code uint16, v []byte) {
	switch code {
	case 1:
		m.ClientDUID = hex.EncodeToString(v[:min(len(v), maxDUID)])
	case 2:
		m.ServerDUID = hex.EncodeToString(v[:min(len(v), maxDUID)])
	case 3, 4, 25: // IA_NA, IA_TA, IA_PD
		head := 12
		if code == 4 {
			head = 4
		}
		if len(v) >= head {
			_ = each(v[head:], m.iaOption) // what is damaged in it says nothing of the rest
		}
	case 6:
		m.Fingerprint = codes(v)
	case 12:
		if len(v) == 16 {
			m.ServerIP = netip.AddrFrom16([16]byte(v))
		}
	case 16:
		if len(v) >= 6 {
			n := int(binary.BigEndian.Uint16(v[4:]))
			m.VendorClass = string(v[6:min(6+n, len(v))])
		}
	case 23:
		for ; len(v) >= 16 && len(m.DNSServers) < maxList; v = v[16:] {
			m.DNSServers = append(m.DNSServers, netip.AddrFrom16([16]byte(v)))
		}
	case 24:
		for off := 0; off < len(v) && len(m.SearchDomains) < maxList; {
			n, next, err := dns.Name(v, off)
			if err != nil {
				return
			}
			if n != "" {
				m.SearchDomains = append(m.SearchDomains, n)
			}
			off = next
		}
	case 39:
		if len(v) > 1 {
			m.HostName = partialName(v[1:])
		}
	case 64:
		m.AFTRName = partialName(v)
	case 94, 95, 96:
		name := []string{"map-e", "map-t", "lw4o6"}[code-94]
		if !strings.Contains(strings.Join(m.S46, ","), name) {
			m.S46 = append(m.S46, name)
		}
	}
}

func (m *Message) iaOption(code uint16, v []byte) {
	switch {
	case code == 5 && len(v) >= 24 && len(m.Addresses) < maxList:
		m.Addresses = append(m.Addresses, netip.AddrFrom16([16]byte(v)))
	case code == 26 && len(v) >= 25 && v[8] <= 128 && len(m.Delegated) < maxList:
		m.Delegated = append(m.Delegated, netip.PrefixFrom(netip.AddrFrom16([16]byte(v[9:])), int(v[8])).Masked())
	}
}

// partialName reads a name whose final zero octet may be missing (RFC 4704, 4.2).
func partialName(v []byte) string {
	n, _, err := dns.Name(append(append([]byte{}, v...), 0), 0)
	if err != nil {
		return ""
	}
	return n
}

func codes(v []byte) string {
	var b []byte
	for i := 0; i+2 <= len(v) && i < 2*maxList; i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(binary.BigEndian.Uint16(v[i:])), 10)
	}
	return string(b)
}
