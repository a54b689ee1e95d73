package routerconf

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// address reads an address; invalid where s is none.
func address(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// prefix reads "192.168.1.1/24", "192.168.1.1/255.255.255.0" or an address alone.
func prefix(s string) (netip.Prefix, bool) {
	a, bits, slash := strings.Cut(s, "/")
	ip := address(a)
	if !ip.IsValid() {
		return netip.Prefix{}, false
	}
	if !slash {
		return netip.PrefixFrom(ip, ip.BitLen()), true
	}
	if strings.Contains(bits, ".") {
		return masked(a, bits)
	}
	n, err := strconv.Atoi(bits)
	if err != nil || n < 0 || n > ip.BitLen() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(ip, n), true
}

// masked reads an address with its mask: "192.168.1.1", "255.255.255.0".
func masked(ip, mask string) (netip.Prefix, bool) {
	a, m := address(ip), address(mask)
	if !a.Is4() || !m.Is4() {
		return netip.Prefix{}, false
	}
	return fromMask(a, m.As4())
}

// wildcard reads an address with the mask of Cisco's access lists, in which the
// bits are set that do not count.
func wildcard(ip, mask string) (netip.Prefix, bool) {
	a, m := address(ip), address(mask)
	if !a.Is4() || !m.Is4() {
		return netip.Prefix{}, false
	}
	b := m.As4()
	return fromMask(a, [4]byte{^b[0], ^b[1], ^b[2], ^b[3]})
}

func fromMask(a netip.Addr, mask [4]byte) (netip.Prefix, bool) {
	n := uint32(mask[0])<<24 | uint32(mask[1])<<16 | uint32(mask[2])<<8 | uint32(mask[3])
	bits := 0
	for n&(1<<31) != 0 {
		bits++
		n <<= 1
	}
	if n != 0 {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, bits), true
}

func number(s string) (uint32, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil
}

// vlanID reads the number of a VLAN; 0 where s is none.
func vlanID(s string) uint16 {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 || n > 4094 {
		return 0
	}
	return uint16(n)
}

// portOf returns the port for which devices write a name.
func portOf(name string) (uint16, bool) {
	switch name {
	case "ftpdata", "ftp-data":
		return 20, true
	case "ftp":
		return 21, true
	case "ssh":
		return 22, true
	case "telnet":
		return 23, true
	case "smtp":
		return 25, true
	case "domain", "dns":
		return 53, true
	case "dhcps", "bootps":
		return 67, true
	case "dhcpc", "bootpc":
		return 68, true
	case "tftp":
		return 69, true
	case "gopher":
		return 70, true
	case "finger":
		return 79, true
	case "www", "http":
		return 80, true
	case "pop3":
		return 110, true
	case "sunrpc":
		return 111, true
	case "ident":
		return 113, true
	case "nntp":
		return 119, true
	case "ntp":
		return 123, true
	case "netbios_ns", "netbios-ns":
		return 137, true
	case "netbios_dgm", "netbios-dgm":
		return 138, true
	case "netbios_ssn", "netbios-ss":
		return 139, true
	case "imap", "imap2", "imap4":
		return 143, true
	case "snmp":
		return 161, true
	case "snmptrap":
		return 162, true
	case "bgp":
		return 179, true
	case "imap3":
		return 220, true
	case "ldap":
		return 389, true
	case "https":
		return 443, true
	case "ms-ds":
		return 445, true
	case "isakmp", "ike":
		return 500, true
	case "syslog":
		return 514, true
	case "route", "rip":
		return 520, true
	case "submission":
		return 587, true
	case "ldaps":
		return 636, true
	case "imaps":
		return 993, true
	case "pop3s":
		return 995, true
	case "l2tp":
		return 1701, true
	case "pptp":
		return 1723, true
	case "non500-isakmp":
		return 4500, true
	}
	return 0, false
}

// port reads a port, by number or name.
func port(s string) (uint16, bool) {
	if n, err := strconv.ParseUint(s, 10, 16); err == nil {
		return uint16(n), true
	}
	return portOf(s)
}

// ports reads a port or a range of them: "80", "5000-5010", "www", "-1023".
func ports(s string) (portRange, bool) {
	first, last, isRange := strings.Cut(s, "-")
	if n, ok := port(s); ok { // names have hyphens, too
		return portRange{n, n}, true
	}
	if !isRange {
		return portRange{}, false
	}
	a, okA := port(first)
	b, okB := port(last)
	if first == "" {
		a, okA = 0, true
	}
	if last == "" {
		b, okB = 65535, true
	}
	return portRange{a, b}, okA && okB && a <= b
}

// realm returns what stands behind the @ of the name with which a line logs in:
// it names the provider, and what stands before it is a person's or a
// contract's.
func realm(user string) string {
	i := strings.LastIndexByte(user, '@')
	if i < 0 {
		return ""
	}
	return hostName(user[i+1:])
}

// hostName returns s where it can be the name of a host or domain, in lower case
// and without a final dot; empty where it cannot.
func hostName(s string) string {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 253 || strings.HasPrefix(s, "-") {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return ""
		}
	}
	return s
}

// peerName returns what an end of a tunnel is called: a host name, or what it
// calls itself to IKE. Of one that is made like a mail address only the domain
// is kept.
func peerName(s string) string {
	if strings.Contains(s, "@") {
		return realm(s)
	}
	if len(s) > 128 {
		return ""
	}
	return hostName(s)
}

// confided is where a text that people wrote begins to tell what is nobody's
// business: passwords and keys, web addresses that hold them, mail addresses.
var confided = regexp.MustCompile(`(?i)\bpass(?:word|wd|phrase|code)|\b(?:pass|pwd?|psk|pin|secret|key|token|community|user|login|id) ?[:=]|パスワード|ﾊﾟｽﾜｰﾄﾞ|暗証|共有鍵|[^ ]*://[^ ]*[@?]|[^ ]+@[^ ]`)

// note returns a text that people wrote about an interface or a place, up to
// where it tells secrets.
func note(s string) string {
	s = fact.Clean(s) // as it is stored: a few hundred characters
	if at := confided.FindStringIndex(s); at != nil {
		return strings.TrimRight(s[:at[0]], " ([{,;:/-") + "…"
	}
	return s
}

// domain returns a name for which questions are passed on, as fact.NameRoute
// has it: "*.example.jp" and ".example.jp" are example.jp, and "." all.
func domain(s string) string {
	if s == "." || s == "*" {
		return "."
	}
	return hostName(strings.TrimPrefix(strings.TrimPrefix(s, "*"), "."))
}

func wordIn(word string, list []string) bool { return slices.Contains(list, word) }

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, w := range list {
		m[w] = true
	}
	return m
}
