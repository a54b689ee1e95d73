package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"
)

// Columns of IF-MIB (RFC 2863) and RFC1213-MIB.
const (
	ifDescr     = "1.3.6.1.2.1.2.2.1.2"
	ifType      = "1.3.6.1.2.1.2.2.1.3"
	ifOper      = "1.3.6.1.2.1.2.2.1.8"
	ipAdEntIf   = "1.3.6.1.2.1.4.20.1.2"
	cidrDefault = "1.3.6.1.2.1.4.24.4.1.4.0.0.0.0.0.0.0.0" // ipCidrRouteNextHop
)

// mobileProofs are about lines of mobile carriers.
func (l *Lab) mobileProofs(p *Plan) []proof {
	return p.present(
		needs{"lte-gw", proof{"way out LTE router: HTTPS through the carrier's translation", l.past(p, Port{"lte-gw", "mobile0"}, "echo-01", l.program(), "ask", "https", "https://"+lteVendor+"/")}},
		needs{"lte-gw", proof{"way out LTE router: its modem is up, type 243, and the default route is there", l.hasLine("10.20.0.240", "mobile0", 243, "100.64.12.34", "100.64.12.33")}},
		needs{"android", proof{"way out Android: the internet, past the hospital", l.past(p, Port{"byoto-pc12", "usb0"}, "byoto-pc12", "ping", "-I", "usb0", "-c", "1", "-W", "2", internetWeb)}},
		needs{"android", proof{"way out Android: RNDIS is up in the PC's agent, and a second default route", l.hasLine("10.10.0.130", "Remote NDIS based Internet Sharing Device", 6, "192.168.42.23", "192.168.42.129")}},
		needs{"android", proof{"way out Android: the PC's NetBIOS name has both addresses", l.tells("ekaru-07", "nbns", "byoto-pc12@10.10.0.255", "10.10.0.130", "192.168.42.23")}},
		needs{"android", proof{"way out Android: its node status", l.tells("auditor", "nbstat", "10.10.0.130", "BYOTO-PC12")}},
		needs{"android", proof{"way out Android: mDNS has both addresses", l.tells("ekaru-07", "mdns", "byoto-pc12@10.10.0.130", "10.10.0.130", "192.168.42.23")}},
		needs{"android", proof{"way out Android: OXID has both addresses", l.tells("auditor", "oxid", "10.10.0.130", "10.10.0.130", "192.168.42.23")}},
		needs{"iphone", proof{"way out iPhone: the internet, past the hospital", l.past(p, Port{"kensa-pc3", "usb0"}, "kensa-pc3", "ping", "-I", "usb0", "-c", "1", "-W", "2", internetWeb)}},
		needs{"iphone", proof{"way out iPhone: mDNS has both addresses", l.tells("auditor", "mdns", "kensa-pc3@10.30.0.22", "10.30.0.22", "172.20.10.2")}},
		needs{"iphone", proof{"way out iPhone: OXID has both addresses", l.tells("auditor", "oxid", "10.30.0.22", "10.30.0.22", "172.20.10.2")}},
		needs{"iphone", proof{"way out iPhone: no agent", l.refuses("10.30.0.22", commonAccess)}},
		needs{"jimu-note1", proof{"way out wwan0: type 243 in the agent, and a second default route", l.hasLine("10.40.0.25", "wwan0", 243, "100.64.30.2", "100.64.30.1")}},
		needs{"jimu-note1", proof{"way out wwan0: the internet, past the hospital", l.past(p, Port{"jimu-note1", "wwan0"}, "jimu-note1", "ping", "-I", "wwan0", "-c", "1", "-W", "2", internetWeb)}},
	)
}

// broughtProofs are about what somebody brought, and about machines on two
// networks.
func (l *Lab) broughtProofs(p *Plan) []proof {
	return p.present(
		needs{"wlan-ap77", proof{"way out Wi-Fi router: what is behind it has its address", l.past(p, Port{"wlan-ap77", "wan0"}, "tablet", l.program(), "ask", "https", "https://www.example.jp/")}},
		needs{"wlan-ap77", proof{"way out Wi-Fi router: its inside is hidden", l.without("jimu-pc1", "192.168.11.5")}},
		needs{"wlan-ap77", proof{"way out Wi-Fi router: SSDP answers as a gateway", l.tells("jimu-pc1", "ssdp", "10.40.0.77", "http://10.40.0.77:49152/rootDesc.xml")}},
		needs{"wlan-ap77", proof{"way out Wi-Fi router: it hands out addresses inside", l.tells("tablet", "dhcp", "02:00:00:00:00:01")}},
		needs{"wlan-ap77", proof{"way out Wi-Fi router: and none outside", l.offersNothing("jimu-pc1")}},
		needs{"share-pc", proof{"rogue announcement: a PC takes an address and the router out of it", l.believes("jimu-pc3", "2001:db8:bad:", "2001:db8:bad::1")}},
		needs{"share-pc", proof{"rogue announcement: seen at mirror1", l.mirrored("mirror1", advertisedBy(macIn(p, "share-pc")))}},
		needs{"soumu-pc2", proof{"a PC forwards from the office to the clinical VLAN", l.past(p, Port{"soumu-pc2", "eth1"}, "iji-pc1", "ping", "-c", "1", "-W", "2", "10.10.0.140")}},
		needs{"backup-sv", proof{"a server on two networks: both addresses answer", l.ping("auditor", "10.60.0.40")}},
		needs{"backup-sv", proof{"a server on two networks: the second card is in the management VLAN", l.ping("auditor", "10.99.0.40")}},
		needs{"ons01", proof{"qualification terminal: also on the hospital's network", l.ping("auditor", "10.40.0.50")}},
		needs{"ons01", proof{"qualification terminal: its line is up by name", l.run("ons01", l.program(), "ask", "dns", "www.lineauth.mnw")}},
		needs{"unknown-77", proof{"way out unknown box: it carries what the analyser says to somebody", l.past(p, Port{"unknown-77", "wan0"}, "analyzer-1", l.program(), "ask", "https", "https://192.0.2.99/")}},
		needs{"unknown-77", proof{"way out unknown box: seen at mirror2", l.mirrored("mirror2", "00:00:5e:00:53:77", macIn(p, "analyzer-1"))}},
	)
}

// needs is a proof about a host that not every plan has.
type needs struct {
	host string
	proof
}

// present leaves out what is about a host that the plan does not have.
func (p *Plan) present(all ...needs) []proof {
	var out []proof
	for _, n := range all {
		if slices.ContainsFunc(p.Hosts, func(h *Host) bool { return h.Name == n.host }) {
			out = append(out, n.proof)
		}
	}
	return out
}

// past wants a program to succeed and frames of it to leave by an interface
// meanwhile: those that the interface itself sends.
func (l *Lab) past(p *Plan, at Port, host string, argv ...string) func(context.Context) (string, error) {
	try := l.run(host, argv...)
	return func(ctx context.Context) (string, error) {
		i := p.find(at)
		if i == nil {
			return "", fmt.Errorf("no interface %v in the plan", at)
		}
		index, err := l.index(at)
		if err != nil {
			return "", err
		}
		var seen map[string]int
		heard := make(chan error, 1)
		go func() {
			heard <- l.within(at.Host, func() (err error) {
				seen, err = countFrames(index, 3*time.Second, []string{i.MAC})
				return err
			})
		}()
		time.Sleep(100 * time.Millisecond) // the socket is open by then, or the proof is tried again
		_, err = try(ctx)
		if err := errors.Join(err, <-heard); err != nil {
			return "", err
		}
		if seen[i.MAC] == 0 {
			return "", fmt.Errorf("nothing left by %s %s: %v", at.Host, at.Interface, seen)
		}
		return fmt.Sprintf("by %s of %s", at.Interface, at.Host), nil
	}
}

// tells wants all of the words in what a machine answers an inquiry with.
func (l *Lab) tells(host, kind, what string, want ...string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, l.program(), "-id", l.ID, "inside", host, l.program(), "inquire", kind, what)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%w: %.200s", err, out)
		}
		got := strings.Fields(string(out))
		for _, w := range want {
			if !slices.Contains(got, w) {
				return "", fmt.Errorf("%s is not in %v", w, got)
			}
		}
		if len(want) == 0 && len(got) == 0 {
			return "", errors.New("the answer says nothing")
		}
		return fmt.Sprintf("%.60s", strings.Join(got, " ")), nil
	}
}

// offersNothing wants no address to be offered to a host.
func (l *Lab) offersNothing(host string) func(context.Context) (string, error) {
	try := l.tells(host, "dhcp", "02:00:00:00:00:02")
	return func(ctx context.Context) (string, error) {
		switch _, err := try(ctx); {
		case err == nil:
			return "", errors.New("an address is offered")
		case !strings.Contains(err.Error(), "i/o timeout"):
			return "", err
		}
		return "", nil
	}
}

// hasLine wants an agent to show an interface of that name and type, up, with
// the address, and a default route by the next hop.
func (l *Lab) hasLine(agent, descr string, kind int, addr, next string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		var at string
		err := l.asking(agent, commonAccess, func(s *gosnmp.GoSNMP) error {
			err := s.BulkWalk(ifDescr, func(v gosnmp.SnmpPDU) error {
				if b, ok := v.Value.([]byte); ok && string(b) == descr {
					at = strings.TrimPrefix(v.Name, "."+ifDescr)
				}
				return nil
			})
			if err != nil {
				return err
			}
			if at == "" {
				return fmt.Errorf("no interface %q", descr)
			}
			for _, want := range []struct {
				oid   string
				value int
			}{{ifType + at, kind}, {ifOper + at, 1}} {
				got, err := getInt(s, want.oid)
				if err != nil {
					return fmt.Errorf("%s: %w", want.oid, err)
				}
				if got != want.value {
					return fmt.Errorf("%s is %d, want %d", want.oid, got, want.value)
				}
			}
			index, err := getInt(s, ipAdEntIf+"."+addr)
			if err != nil {
				return fmt.Errorf("%s: %w", addr, err)
			}
			if "."+fmt.Sprint(index) != at {
				return fmt.Errorf("%s is at ifIndex %d, want %s", addr, index, at)
			}
			var hops []string
			err = s.BulkWalk(cidrDefault, func(v gosnmp.SnmpPDU) error {
				if hop, ok := v.Value.(string); ok {
					hops = append(hops, hop)
				}
				return nil
			})
			if err == nil && !slices.Contains(hops, next) {
				err = fmt.Errorf("default routes by %v, want one by %s", hops, next)
			}
			return err
		})
		return "ifIndex " + strings.TrimPrefix(at, "."), err
	}
}

// believes wants a host to have an address that begins so, and to reach the
// router.
func (l *Lab) believes(host, begin, router string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		var found string
		err := l.within(host, func() error {
			i, err := net.InterfaceByName("eth0")
			if err != nil {
				return err
			}
			addrs, err := i.Addrs()
			if err != nil {
				return err
			}
			for _, a := range addrs {
				if p, err := netip.ParsePrefix(a.String()); err == nil && strings.HasPrefix(p.String(), begin) {
					found = p.String()
					return nil
				}
			}
			return fmt.Errorf("none in %v", addrs)
		})
		if err != nil {
			return "", err
		}
		_, err = l.run(host, "ping", "-6", "-c", "1", "-W", "2", router)(ctx)
		return found, err
	}
}
