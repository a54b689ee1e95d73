package lab

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Check is one thing that was proved, or was not.
type Check struct {
	Name string
	Note string
	Took time.Duration
	Err  error
}

// proof is one check: what it found, or why it found nothing.
type proof struct {
	name string
	try  func(context.Context) (string, error)
}

// provedWithin is how long a check is tried again: neighbours are told of every
// five seconds, prefixes every ten.
const provedWithin = 20 * time.Second

// Selftest proves element by element that the site works.
func (l *Lab) Selftest(ctx context.Context, p *Plan) []Check {
	if err := l.check(); err != nil {
		return []Check{{Name: "rights", Err: err}}
	}
	var out []Check
	for _, c := range l.proofs(p) {
		began := time.Now()
		note, err := c.try(ctx)
		for err != nil && ctx.Err() == nil && time.Since(began) < provedWithin {
			time.Sleep(500 * time.Millisecond)
			note, err = c.try(ctx)
		}
		out = append(out, Check{c.name, note, time.Since(began), err})
	}
	return out
}

// proofs lists the checks. A part that is added adds its own here.
func (l *Lab) proofs(p *Plan) []proof {
	return slices.Concat([]proof{
		{"all daemons run", func(context.Context) (string, error) { return l.allRun(p) }},
		{"nothing of it in the machine's own network", l.nothingOutside},
		{"core routes: clinical to laboratory", l.ping("ekaru-07", "10.30.0.22")},
		{"core routes: catering, behind the unmanaged switch, to server", l.ping("kyushoku-sv", "10.60.0.10")},
		{"LLDP: sw-office sees core-sw, over its agent", l.neighbour("10.99.0.15", commonAccess, core)},
		{"LLDP: core-sw sees sw-radiology, over its agent", l.neighbour("10.99.0.1", commonAccess, "sw-radiology")},
		{"FDB: sw-clinical-1 has ekaru-07 at port1", l.learned(p, "10.99.0.11", Port{"ekaru-07", "eth0"}, Port{"sw-clinical-1", "port1"})},
		{"FDB: core-sw has ct-01 at the port of sw-radiology", l.learned(p, "10.99.0.1", Port{"ct-01", "eth0"}, p.other(Port{"sw-radiology", "uplink1"}))},
		{"sw-lab answers to its own community", l.answers("10.99.0.14", labAccess)},
		{"sw-lab refuses the common community", l.refuses("10.99.0.14", commonAccess)},
		{"sw-radiology answers to version 3", l.answers("10.99.0.13", v3Access)},
		{"sw-radiology refuses version 2c", l.refuses("10.99.0.13", commonAccess)},
		{"DICOM echo from the modality to the image server", l.run("ct-01", "echoscu", "-aet", "CT01", "-aec", "PACS", "10.60.0.20", "11112")},
		{"HL7 message from a ward is acknowledged", l.run("ekaru-07", l.program(), "ask", "hl7", "10.60.0.10:2575")},
		{"DICOM image from the modality to the image server", l.run("ct-01", "storescu", "-aet", "CT01", "-aec", "PACS", "10.60.0.20", "11112", "image.dcm")},
		{"the time, of the file server", l.run("ct-01", l.program(), "ask", "ntp", ntpServer)},
		{"a file, of the file server", l.run("jimu-pc1", "smbclient", "-N", "-s", "/dev/null", "-c", "ls notice.txt", "//10.60.0.30/share")},
		{"fragile devices live, and count what comes", l.fragileLive},
		{"names: the hospital's and the internet's", l.run("jimu-pc1", l.program(), "ask", "dns", "www.example.jp")},
		{"mirror0 sees frames of a clinical PC and of a server", l.mirrored("mirror0", macIn(p, "ekaru-07"), macIn(p, "his-sv"))},
		{"way out internet: HTTPS through the firewall's translation", l.run("jimu-pc1", l.program(), "ask", "https", "https://www.example.jp/")},
		{"way out internet: without translation no answer", l.without("internet", "10.40.0.21")},
		{"way out qualification: announced, and seen at mirror1", l.mirrored("mirror1", routerAdvertisement, macIn(p, "ons01"))},
		{"way out qualification: an address out of the announced prefix", l.announced},
		{"way out qualification: name and HTTPS on the closed network", l.run("ons01", l.program(), "ask", "https", "https://hweb.oqs.onshikaku.org/")},
	}, l.tunnelProofs(p), l.mobileProofs(p), l.broughtProofs(p))
}

func (l *Lab) allRun(p *Plan) (string, error) {
	s, err := l.Status()
	if err != nil {
		return "", err
	}
	if len(s.Hosts) != len(p.Hosts) || len(s.Ended) > 0 {
		return "", fmt.Errorf("%d of %d hosts, ended: %v: is it up", len(s.Hosts), len(p.Hosts), s.Ended)
	}
	return fmt.Sprintf("%d hosts, %d daemons", len(s.Hosts), len(s.Running)), nil
}

// nothingOutside wants no interface of the plan's kind around the lab: every
// cable has both ends inside.
func (l *Lab) nothingOutside(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "ip", "-o", "link", "show", "type", "veth").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ip: %w: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "kmlab-"+l.ID) {
			return "", fmt.Errorf("a cable ends outside: %s", strings.TrimSpace(line))
		}
	}
	return "no cable ends outside", nil
}

// run wants a program inside a host to succeed.
func (l *Lab) run(host string, argv ...string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, l.program(), append([]string{"-id", l.ID, "inside", host}, argv...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s in %s: %w: %.200s", filepath.Base(argv[0]), host, err, out)
		}
		return "", nil
	}
}

func (l *Lab) ping(from, to string) func(context.Context) (string, error) {
	return l.run(from, "ping", "-c", "1", "-W", "2", to)
}

// without wants an address not to be reached.
func (l *Lab) without(from, to string) func(context.Context) (string, error) {
	try := l.run(from, "ping", "-c", "1", "-W", "1", to)
	return func(ctx context.Context) (string, error) {
		if _, err := try(ctx); err == nil {
			return "", fmt.Errorf("%s answers %s", to, from)
		}
		return "", nil
	}
}

// announced wants the terminal to have an address in the router's prefix.
func (l *Lab) announced(context.Context) (string, error) {
	var found string
	err := l.within("ons01", func() error {
		i, err := net.InterfaceByName("eth0")
		if err != nil {
			return err
		}
		addrs, err := i.Addrs()
		if err != nil {
			return err
		}
		for _, a := range addrs {
			if strings.HasPrefix(a.String(), "2404:1a8:7f00:40:") {
				found = a.String()
				return nil
			}
		}
		return fmt.Errorf("none in %v", addrs)
	})
	return found, err
}

// index is the ifIndex of a port.
func (l *Lab) index(at Port) (int, error) {
	var index int
	err := l.within(at.Host, func() error {
		i, err := net.InterfaceByName(at.Interface)
		if err != nil {
			return err
		}
		index = i.Index
		return nil
	})
	return index, err
}

// listenFor bounds reading at a mirror port; prefixes are announced every ten
// seconds.
const listenFor = 12 * time.Second

// macIn is the address of a host's eth0: frames that have it as their source
// are in the host's own VLAN, while routed ones have the core's.
func macIn(p *Plan, host string) string {
	if i := p.Host(host).Interface("eth0"); i != nil {
		return i.MAC
	}
	return ""
}

// mirrored wants frames of each kind at a mirror port of the auditor, and the
// port to have no address of its own.
func (l *Lab) mirrored(name string, kinds ...string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		var seen map[string]int
		err := l.within("auditor", func() error {
			i, err := net.InterfaceByName(name)
			if err != nil {
				return err
			}
			addrs, err := i.Addrs()
			if err != nil {
				return err
			}
			if len(addrs) > 0 {
				return fmt.Errorf("%s has addresses of its own: %v", name, addrs)
			}
			seen, err = countFrames(i.Index, listenFor, kinds)
			return err
		})
		if err != nil {
			return "", err
		}
		for _, kind := range kinds {
			if seen[kind] == 0 {
				return "", fmt.Errorf("in %s only these frames: %v", listenFor, seen)
			}
		}
		return fmt.Sprintf("%d sources", len(seen)), nil
	}
}
