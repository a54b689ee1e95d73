// Package filter chooses frames by what an operator writes, such as "host
// 192.0.2.1 and not port 443". A filter becomes a program for the machine that
// kernels run on frames before they copy them (BPF), or that runs here.
package filter

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// A Filter chooses frames. Its language is a part of that of pcap-filter(7):
//
//	[src|dst] host ADDRESS        [src|dst] net PREFIX
//	[tcp|udp] [src|dst] port N    [tcp|udp] [src|dst] portrange N-M
//	ether [src|dst|host] MAC      ether proto N
//	ip  ip6  arp  tcp  udp  icmp  icmp6  ip proto N
//	vlan [ID]
//	not, and, or, ( )
//
// It differs in one thing, which suits a mirror port: up to two VLAN tags are
// passed over, so that "host 192.0.2.1" holds for tagged frames too, and "vlan"
// changes nothing for what follows it. As there, a port is not found behind
// extension headers of IPv6 or in fragments other than the first.
type Filter struct {
	text string
	root node
}

// String returns the filter as it was written, cleaned.
func (f *Filter) String() string { return f.text }

// node is an expression: exactly one of op and test is set.
type node struct {
	op   string // "and", "or", "not"; empty for a test
	x, y *node  // y is nil for "not"
	test test
}

// test is what a primitive asks of a frame.
type test struct {
	kind   testKind
	dir    string // "src", "dst" or empty: either
	mac    fact.MAC
	prefix netip.Prefix
	lo, hi uint32 // number, or range of ports
	proto  uint32 // IP protocol of a port; 0: TCP, UDP or SCTP
}

type testKind uint8

const (
	testEther     testKind = iota + 1 // addresses of the link
	testEtherType                     // lo
	testVLAN                          // lo; any where it is noVLAN
	testNet                           // prefix
	testIPProto                       // lo, of either version
	testPort                          // lo to hi
)

// noVLAN stands for any VLAN ID.
const noVLAN = 1 << 16

const (
	maxText  = 1024
	maxTests = 64
)

// Parse reads a filter. Its error says which word is not understood.
func Parse(s string) (*Filter, error) {
	if len(s) > maxText {
		return nil, fmt.Errorf("filter: longer than %d octets", maxText)
	}
	s = strings.NewReplacer("(", " ( ", ")", " ) ", "!", " not ", "&&", " and ", "||", " or ").Replace(s)
	p := parser{words: strings.Fields(s)}
	root, err := p.or()
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("%q is not understood here: join parts with and, or", p.words[0])
	}
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	text := strings.NewReplacer("( ", "(", " )", ")").Replace(strings.Join(strings.Fields(s), " "))
	return &Filter{text: fact.Clean(text), root: root}, nil
}

type parser struct {
	words []string
	tests int
	depth int
}

// take takes the next word where it is one of those named.
func (p *parser) take(words ...string) string {
	for _, w := range words {
		if len(p.words) > 0 && p.words[0] == w {
			p.words = p.words[1:]
			return w
		}
	}
	return ""
}

// value takes the next word, whatever it is.
func (p *parser) value(of string) (string, error) {
	if len(p.words) == 0 {
		return "", fmt.Errorf("%s is missing at the end", of)
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w, nil
}

func (p *parser) or() (node, error) { return p.chain("or", (*parser).and) }

func (p *parser) and() (node, error) { return p.chain("and", (*parser).not) }

func (p *parser) chain(op string, part func(*parser) (node, error)) (node, error) {
	x, err := part(p)
	for err == nil && p.take(op) != "" {
		var y node
		y, err = part(p)
		left := x
		x = node{op: op, x: &left, y: &y}
	}
	return x, err
}

func (p *parser) not() (node, error) {
	if p.depth++; p.depth > maxTests {
		return node{}, errors.New("nested too deeply")
	}
	defer func() { p.depth-- }()
	if p.take("not") != "" {
		x, err := p.not()
		return node{op: "not", x: &x}, err
	}
	if p.take("(") != "" {
		x, err := p.or()
		if err == nil && p.take(")") == "" {
			err = errors.New("a parenthesis is not closed")
		}
		return x, err
	}
	if p.tests++; p.tests > maxTests {
		return node{}, fmt.Errorf("asks more than %d things", maxTests)
	}
	t, err := p.primitive()
	return node{test: t}, err
}

func (p *parser) primitive() (test, error) {
	switch w := p.take("ether", "vlan", "ip", "ip6", "arp", "icmp", "icmp6", "tcp", "udp"); w {
	case "ether":
		return p.ether()
	case "vlan":
		return p.vlan()
	case "arp":
		return test{kind: testEtherType, lo: frame.EtherARP}, nil
	case "ip", "ip6":
		if p.take("proto") != "" {
			return p.number(test{kind: testIPProto}, 255)
		}
		if w == "ip" {
			return test{kind: testEtherType, lo: frame.EtherIPv4}, nil
		}
		return test{kind: testEtherType, lo: frame.EtherIPv6}, nil
	case "icmp":
		return test{kind: testIPProto, lo: frame.ProtoICMP}, nil
	case "icmp6":
		return test{kind: testIPProto, lo: frame.ProtoICMPv6}, nil
	case "tcp", "udp":
		proto := uint32(frame.ProtoTCP)
		if w == "udp" {
			proto = frame.ProtoUDP
		}
		dir := p.take("src", "dst")
		if of := p.take("port", "portrange"); of != "" {
			return p.ports(test{kind: testPort, dir: dir, proto: proto}, of)
		}
		if dir != "" {
			return test{}, fmt.Errorf("after %s %s comes port or portrange", w, dir)
		}
		return test{kind: testIPProto, lo: proto}, nil
	}
	dir := p.take("src", "dst")
	switch of := p.take("host", "net", "port", "portrange"); of {
	case "port", "portrange":
		return p.ports(test{kind: testPort, dir: dir}, of)
	case "net":
		return p.network(dir)
	case "":
		if dir == "" {
			w, err := p.value("something to choose by, such as host 192.0.2.1,")
			if err == nil {
				err = fmt.Errorf("%q is not understood: it takes host, net, port, portrange, ether, vlan, ip, ip6, arp, tcp, udp, icmp, icmp6, and, or, not", fact.Clean(w))
			}
			return test{}, err
		}
	}
	return p.host(dir)
}

func (p *parser) host(dir string) (test, error) {
	w, err := p.value("an address")
	if err != nil {
		return test{}, err
	}
	a, err := netip.ParseAddr(w)
	if err != nil || a.Zone() != "" {
		return test{}, fmt.Errorf("%q is not an IP address (names are not looked up)", fact.Clean(w))
	}
	return test{kind: testNet, dir: dir, prefix: netip.PrefixFrom(a, a.BitLen())}, nil
}

func (p *parser) network(dir string) (test, error) {
	w, err := p.value("a prefix")
	if err != nil {
		return test{}, err
	}
	n, err := netip.ParsePrefix(w)
	if err != nil {
		return test{}, fmt.Errorf("%q is not a prefix such as 192.0.2.0/24", fact.Clean(w))
	}
	return test{kind: testNet, dir: dir, prefix: n.Masked()}, nil
}

func (p *parser) ether() (test, error) {
	if p.take("proto") != "" {
		return p.number(test{kind: testEtherType}, 0xffff)
	}
	dir := p.take("src", "dst")
	p.take("host")
	w, err := p.value("a MAC address")
	if err != nil {
		return test{}, err
	}
	mac, err := net.ParseMAC(w)
	if err != nil || len(mac) != 6 {
		return test{}, fmt.Errorf("%q is not a MAC address", fact.Clean(w))
	}
	return test{kind: testEther, dir: dir, mac: fact.MAC(mac)}, nil
}

func (p *parser) vlan() (test, error) {
	if len(p.words) > 0 && p.words[0][0] >= '0' && p.words[0][0] <= '9' {
		return p.number(test{kind: testVLAN}, 4095)
	}
	return test{kind: testVLAN, lo: noVLAN}, nil
}

func (p *parser) number(t test, most uint64) (test, error) {
	w, err := p.value("a number")
	if err != nil {
		return t, err
	}
	n, err := strconv.ParseUint(w, 0, 32)
	if err != nil || n > most {
		return t, fmt.Errorf("%q is not a number up to %d", fact.Clean(w), most)
	}
	t.lo, t.hi = uint32(n), uint32(n)
	return t, nil
}

func (p *parser) ports(t test, of string) (test, error) {
	w, err := p.value("a port")
	if err != nil {
		return t, err
	}
	first, last, isRange := strings.Cut(w, "-")
	if !isRange {
		last = first
	}
	lo, err1 := strconv.ParseUint(first, 10, 16)
	hi, err2 := strconv.ParseUint(last, 10, 16)
	if err1 != nil || err2 != nil || lo > hi || isRange != (of == "portrange") {
		return t, fmt.Errorf("%q is not what follows %s: write port 53, or portrange 6000-6010", fact.Clean(w), of)
	}
	t.lo, t.hi = uint32(lo), uint32(hi)
	return t, nil
}
