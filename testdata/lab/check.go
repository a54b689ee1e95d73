package lab

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// macOf makes a MAC address: the maker's three bytes and three that follow
// from the names, so that a host keeps its address when others are added.
func macOf(oui, host, name string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(host + "/" + name)) // a hash takes everything
	n := sum.Sum32()
	return fmt.Sprintf("%s:%02x:%02x:%02x", strings.ToLower(oui), byte(n>>16), byte(n>>8), byte(n))
}

// Check reports every mistake of the plan, those of its building too.
func (p *Plan) Check() error {
	label := regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)
	mac := regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`)
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	hosts := map[string]bool{}
	macs := map[string]string{}
	addrs := map[netip.Addr]string{}
	for _, h := range p.Hosts {
		if !label.MatchString(h.Name) || hosts[h.Name] {
			fail("host %q: the name is not a DNS label or is there twice", h.Name)
		}
		hosts[h.Name] = true
		names := map[string]bool{}
		for _, i := range h.Interfaces {
			where := h.Name + " " + i.Name
			if len(i.Name) > 15 || i.Name == "" || names[i.Name] {
				fail("%s: an interface name is empty, longer than 15 or there twice", where)
			}
			names[i.Name] = true
			if !mac.MatchString(i.MAC) {
				fail("%s: %q is no MAC address: does the host say its OUI", where, i.MAC)
			}
			// A switch has one address for all its bridges, as real ones have.
			if other, ok := macs[i.MAC]; ok && !i.IsBridge() {
				fail("%s: MAC address %s is also that of %s: rename one", where, i.MAC, other)
			}
			macs[i.MAC] = where
			for _, a := range i.Addrs {
				if other, ok := addrs[a.Addr()]; ok {
					fail("%s: address %s is also that of %s", where, a.Addr(), other)
				}
				addrs[a.Addr()] = where
			}
			if i.Bridge != "" && (h.Interface(i.Bridge) == nil || !h.Interface(i.Bridge).IsBridge()) {
				fail("%s: no bridge %s", where, i.Bridge)
			}
		}
		errs = append(errs, h.checkPrograms()...)
	}
	errs = append(errs, p.checkCables()...)
	errs = append(errs, p.checkTruth()...)
	errs = append(errs, p.buildErrors())
	return errors.Join(errs...)
}

// checkPrograms wants every program to be known with its package.
func (h *Host) checkPrograms() []error {
	var errs []error
	for _, program := range h.programs() {
		if _, ok := packages()[program]; !ok && program != self {
			errs = append(errs, fmt.Errorf("host %s runs %s: say in packages.go which package has it", h.Name, program))
		}
	}
	return errs
}

// checkCables wants each interface that is no bridge at the end of one cable,
// addresses inside their segment, and mirrors between what exists.
func (p *Plan) checkCables() []error {
	var errs []error
	plugged := map[Port]int{}
	for _, c := range p.Cables {
		plugged[c.A]++
		plugged[c.B]++
		if a, b := p.find(c.A), p.find(c.B); a == nil || b == nil {
			errs = append(errs, fmt.Errorf("cable %v - %v: no such interface", c.A, c.B))
		}
	}
	for _, h := range p.Hosts {
		for _, i := range h.Interfaces {
			if n := plugged[Port{h.Name, i.Name}]; !i.IsBridge() && n != 1 {
				errs = append(errs, fmt.Errorf("%s %s: %d cables end here, one should", h.Name, i.Name, n))
			}
		}
	}
	for _, c := range p.Cables {
		a, b := p.find(c.A), p.find(c.B)
		if a == nil || b == nil || a.Bridge == "" {
			continue
		}
		vlan := p.Host(c.A.Host).Interface(a.Bridge).VLAN
		at := slices.IndexFunc(p.Segments, func(s Segment) bool { return s.VLAN == vlan })
		for _, addr := range b.Addrs {
			if at >= 0 && addr.Addr().Is4() && !p.Segments[at].Prefix.Contains(addr.Addr()) {
				errs = append(errs, fmt.Errorf("%s %s: %s is not in the segment %s %s", c.B.Host, b.Name, addr, p.Segments[at].Name, p.Segments[at].Prefix))
			}
		}
	}
	for _, m := range p.Mirrors {
		for _, name := range append([]string{m.Port}, m.Bridges...) {
			if p.find(Port{m.Switch, name}) == nil {
				errs = append(errs, fmt.Errorf("mirror of %s: no interface %s", m.Switch, name))
			}
		}
	}
	return errs
}

func (p *Plan) find(at Port) *Interface {
	for _, h := range p.Hosts {
		if h.Name == at.Host {
			return h.Interface(at.Interface)
		}
	}
	return nil
}
