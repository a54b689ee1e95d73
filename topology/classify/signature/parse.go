package signature

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"kanmon/topology/strictyaml"
)

// list parses each text of a list and notes what does not parse.
func list[T any](p *parser, in []strictyaml.Text, parse func(string) (T, error)) []T {
	if len(in) > maxList {
		p.fail(in[0].Line, "more than %d values in one list", maxList)
		return nil
	}
	var out []T
	for _, t := range in {
		v, err := parse(t.Value)
		if err != nil {
			p.fail(t.Line, "%s", err.Error())
			continue
		}
		out = append(out, v)
	}
	return out
}

func validID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// domain checks a name or "*." and a name. The part after the star may be a
// single label: closed networks have top-level domains of their own.
func domain(s string) (string, error) {
	n := normal(s)
	labels := strings.Split(strings.TrimPrefix(n, "*."), ".")
	if len(n) > 253 || strings.HasPrefix(n, "*.") != strings.Contains(n, "*") {
		return "", fmt.Errorf("domain %s: want a name, or *. and a name", short(s))
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", fmt.Errorf("domain %s: want labels of letters, digits and hyphens", short(s))
		}
	}
	if !strings.HasPrefix(n, "*.") && len(labels) < 2 {
		return "", fmt.Errorf("domain %s: one label alone is not a name on a network", short(s))
	}
	if base, ok := strings.CutPrefix(n, "*."); ok && ofMany(base) {
		return "", fmt.Errorf("domain %s: names below %s belong to many parties: write the host itself", short(s), base)
	}
	return n, nil
}

func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	q, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%s is no address and no prefix such as 192.0.2.0/24", short(s))
	}
	if q.Masked() != q || q.Bits() < 8 {
		return netip.Prefix{}, fmt.Errorf("prefix %s: want at least 8 bits, and zeros after them", q)
	}
	return q, nil
}

func address(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, fmt.Errorf("%s is no address such as 192.0.2.1", short(s))
	}
	return a, nil
}

// short quotes the beginning of a text that may be long.
func short(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%s is not a whole number above 0", short(s))
	}
	return uint32(n), nil
}

func word(s string) (string, error) {
	if len(s) < 2 {
		return "", fmt.Errorf("%q is too short to recognise anything by", s)
	}
	return strings.ToLower(s), nil
}

// program checks the name of a program: what stands before a star must tell it
// from others.
func program(s string) (string, error) {
	n := programName(s)
	if len(strings.TrimSuffix(n, "*")) < 4 || strings.ContainsAny(strings.TrimSuffix(n, "*"), `*\/`) {
		return "", fmt.Errorf("program %s: want the name of a file or product of 4 letters or more, without a folder, and a star at its end only", short(s))
	}
	return n, nil
}

// usb reads "12d1:1506", or "12d1:*" for all devices of a vendor.
func usb(s string) (USB, error) {
	v, p, ok := strings.Cut(strings.ToLower(s), ":")
	if p == "*" {
		p = ""
	}
	if !ok || !isHex(v) || p != "" && !isHex(p) {
		return USB{}, fmt.Errorf("USB device %s: want numbers of vendor and product such as 12d1:1506, or 12d1:*", short(s))
	}
	return USB{v, p}, nil
}

func isHex(s string) bool { return len(s) == 4 && strings.Trim(s, "0123456789abcdef") == "" }

// pattern compiles a regular expression that is anchored at both ends and
// without repetition that has no bound.
func pattern(s string) (*regexp.Regexp, error) {
	const most = 200
	if len(s) > most || !strings.HasPrefix(s, "^") || !strings.HasSuffix(s, "$") || strings.HasSuffix(s, `\$`) {
		return nil, fmt.Errorf("pattern %s: want ^…$ of at most %d octets", short(s), most)
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("pattern %s: %w", short(s), err)
	}
	if err := bounded(tree); err != nil {
		return nil, fmt.Errorf("pattern %s: %w", short(s), err)
	}
	return regexp.Compile(s)
}

func bounded(t *syntax.Regexp) error {
	switch {
	case t.Op == syntax.OpStar, t.Op == syntax.OpPlus, t.Op == syntax.OpRepeat && t.Max < 0:
		return errors.New("repetition needs a bound, as in [0-9]{1,4}")
	case t.Op == syntax.OpAlternate && !grouped(t):
		return errors.New("put alternatives in (…), so that ^ and $ hold for each")
	}
	for _, s := range t.Sub {
		if err := bounded(s); err != nil {
			return err
		}
	}
	return nil
}

// grouped reports whether no alternative begins with ^ or ends with $, which
// would mean that the others do not.
func grouped(t *syntax.Regexp) bool {
	for _, s := range t.Sub {
		for _, e := range append([]*syntax.Regexp{s}, s.Sub...) {
			if e.Op == syntax.OpBeginText || e.Op == syntax.OpEndText || e.Op == syntax.OpBeginLine || e.Op == syntax.OpEndLine {
				return false
			}
		}
	}
	return true
}
