package signature

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// normal is the form in which names are compared (RFC 4343): lower case, no
// final dot.
func normal(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// Domain returns the signature of a DNS name. Names match by whole labels.
func (s *Set) Domain(name string) *Signature {
	n := normal(name)
	if n == "" || len(n) > 253 {
		return nil
	}
	if x := s.exact[n]; x != nil && !s.excepted(n, x) {
		return x
	}
	for rest := n; ; {
		_, parent, ok := strings.Cut(rest, ".")
		if !ok {
			return nil
		}
		if x := s.suffix[parent]; x != nil && !s.excepted(n, x) {
			return x
		}
		rest = parent
	}
}

// excepted reports whether x says of the name n, or of all names above it,
// that it is something else.
func (s *Set) excepted(n string, x *Signature) bool {
	if s.except[n][x] {
		return true
	}
	for ok := true; ok; {
		if _, n, ok = strings.Cut(n, "."); ok && s.except["*."+n][x] {
			return true
		}
	}
	return false
}

// Resolver returns the signature of the name server over an encrypted channel
// that has this name.
func (s *Set) Resolver(name string) *Signature {
	n := normal(name)
	if n == "" || len(n) > 253 {
		return nil
	}
	if x := s.resolvers[n]; x != nil {
		return x
	}
	for _, rest, ok := strings.Cut(n, "."); ok; _, rest, ok = strings.Cut(rest, ".") {
		if x := s.resolvers["*."+rest]; x != nil {
			return x
		}
	}
	return nil
}

// ResolverAt returns the signature of the name server over an encrypted channel
// that has this address. The address alone does not show that the channel is
// encrypted: they answer in the clear too.
func (s *Set) ResolverAt(a netip.Addr) *Signature { return s.resolverAddrs[a.Unmap().WithZone("")] }

// Remote returns the signature of the party outside that has the address.
func (s *Set) Remote(a netip.Addr) *Signature { return s.remotes.find(a) }

// Closed returns the signature of the closed network that has the address.
func (s *Set) Closed(a netip.Addr) *Signature { return s.closed.find(a) }

// Advertised returns the signature of the kind of line that gives prefixes
// such as the one with this address to the inside.
func (s *Set) Advertised(a netip.Addr) *Signature { return s.lines.find(a) }

// SearchDomain returns the signature of the kind of line that gives this search
// domain, or one above it, to the inside.
func (s *Set) SearchDomain(name string) *Signature {
	for rest, ok := normal(name), true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if x := s.search[rest]; x != nil {
			return x
		}
	}
	return nil
}

// DNSServer returns the signature of the line or service that has this name
// server.
func (s *Set) DNSServer(a netip.Addr) *Signature { return s.dns[a.Unmap().WithZone("")] }

// Enterprise returns the signature of the maker with this IANA enterprise
// number.
func (s *Set) Enterprise(n uint32) *Signature { return s.numbers[n] }

// Interface returns the signature of an interface by its IANAifType, else by its
// ifDescr or ifName.
func (s *Set) Interface(ifType uint32, descr, name string) *Signature {
	descr, name = strings.TrimRight(descr, "\uFFFD "), strings.TrimRight(name, "\uFFFD ") // some agents end them with NUL
	if x := s.ifTypes[ifType]; x != nil && !matches(x.Match.IfExcept, descr) && !matches(x.Match.IfExcept, name) {
		return x
	}
	of := func(m *Match) []*regexp.Regexp { return m.IfDescr }
	if x := s.first(descr, of); x != nil {
		return x
	}
	return s.first(name, of)
}

// Maker returns the signature of a maker by its name in an OUI list: its first
// words, whatever their case and whatever stands after them.
func (s *Set) Maker(name string) *Signature {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" ,.()", r) })
	const longest = 4
	for n := min(len(words), longest); n > 0; n-- {
		if x := s.makers[strings.Join(words[:n], " ")]; x != nil {
			return x
		}
	}
	return nil
}

// Probed returns the signature of a listener by what a probe found of it: the
// name of the service, or of the product.
func (s *Set) Probed(service, product string) *Signature {
	if x := s.first(product, func(m *Match) []*regexp.Regexp { return m.Products }); x != nil {
		return x
	}
	return s.service[strings.ToLower(service)]
}

// Tunnel returns the signature of the service whose tunnels are of this kind.
func (s *Set) Tunnel(kind string) *Signature { return s.tunnels[strings.ToLower(kind)] }

// Said returns the signature of what a host has that says this of itself. Beside
// the protocols and fields of fact.SelfDescription these are known: "dhcp" with
// "host-name" and "vendor-class", "ssdp", "dns-sd" and "ws-discovery" with
// "service" and "detail", "tls" with "alpn".
func (s *Set) Said(protocol, field, value string) *Signature {
	if value == "" || len(value) > maxSaid {
		return nil
	}
	for _, m := range s.said[place{strings.ToLower(protocol), strings.ToLower(field)}] {
		if m.pattern.MatchString(value) {
			return m.sig
		}
	}
	return nil
}

// Program returns the signature of what a program of this name is for, by the
// name of its file or of the product.
func (s *Set) Program(name string) *Signature {
	n := programName(name)
	if len(n) > maxSaid {
		return nil
	}
	if x := s.programs[n]; x != nil {
		return x
	}
	for i, c := range n { // "TeamViewer 15", "ScreenConnect Client (0123)"
		if x := s.programs[n[:i]]; c == ' ' && x != nil {
			return x
		}
	}
	for _, b := range s.begins {
		if strings.HasPrefix(n, b.text) {
			return b.sig
		}
	}
	return nil
}

// programName is the form in which names of programs are compared.
func programName(s string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".exe")
}

// USB returns the signature of a device on a USB port by the numbers of its
// vendor and product, each four hexadecimal digits.
func (s *Set) USB(vendor, product string) *Signature {
	u := USB{strings.ToLower(vendor), strings.ToLower(product)}
	if x := s.usb[u]; x != nil {
		return x
	}
	return s.usb[USB{Vendor: u.Vendor}]
}

// maxSaid bounds what patterns are tried on, in octets.
const maxSaid = 1000

func (s *Set) first(text string, patterns func(*Match) []*regexp.Regexp) *Signature {
	if text == "" {
		return nil
	}
	for _, x := range s.all {
		if matches(patterns(&x.Match), text) {
			return x
		}
	}
	return nil
}

func matches(patterns []*regexp.Regexp, text string) bool {
	return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(text) })
}

// Pool returns the signature and the pool that has the address; nil where none
// has.
func (s *Set) Pool(a netip.Addr) (*Signature, Pool) {
	a = a.Unmap().WithZone("")
	var best pooled
	for _, p := range s.pools {
		if p.Prefix.Contains(a) && (best.sig == nil || p.Prefix.Bits() > best.Prefix.Bits()) {
			best = p
		}
	}
	return best.sig, best.Pool
}

// prefixes finds the longest prefix that contains an address.
type prefixes struct {
	sigs map[netip.Prefix]*Signature
	bits []int // lengths in use, longest first
}

func newPrefixes(sigs []*Signature, of func(*Match) []netip.Prefix) prefixes {
	p := prefixes{sigs: map[netip.Prefix]*Signature{}}
	for _, x := range sigs {
		putAll(p.sigs, of(&x.Match), x)
	}
	for q := range p.sigs {
		if !slices.Contains(p.bits, q.Bits()) {
			p.bits = append(p.bits, q.Bits())
		}
	}
	slices.SortFunc(p.bits, func(a, b int) int { return b - a })
	return p
}

func (p prefixes) find(a netip.Addr) *Signature {
	a = a.Unmap().WithZone("")
	for _, bits := range p.bits {
		if q, err := a.Prefix(bits); err == nil && p.sigs[q] != nil {
			return p.sigs[q]
		}
	}
	return nil
}
