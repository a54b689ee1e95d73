// Package config reads the configuration of the nightly run: strict YAML, in
// which an unknown key is an error, since a misspelt limit is no limit.
package config

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"time"

	"kanmon/discover"
	"kanmon/topology/strictyaml"
)

// Nightly says what the scheduled run does.
type Nightly struct {
	Folder     string // where runs are kept
	Site       string // site file; may be empty
	Register   string // register of approved connections; may be empty
	Signatures []string
	Evidence   []string // files and folders that other programs leave, read each time
	Listen     []Listen
	SNMP       SNMP
	Scan       Scan
	Traffic    string   // "none", "listen", "query", "probe"; what the rest may not go beyond
	Exclude    []string // addresses and prefixes never sent to
	Keep       int      // how many runs are kept
	Tell       []string // which differences from the last good run end the run with code 3
}

// Listen is an interface that is listened on.
type Listen struct {
	Interface string
	Vantage   string
	Duration  time.Duration
}

// SNMP says which agents are asked, and how.
type SNMP struct {
	Agents    []string
	Follow    []string // prefixes in which devices are asked too that agents tell of
	FollowARP bool     // also those in the agents' ARP caches
	Version   string
	User      string
	Auth      string // protocol
	Priv      string // protocol
	// SecretsFile holds KANMON_SNMP_COMMUNITY=…, KANMON_SNMP_AUTH=… and
	// KANMON_SNMP_PRIV=…, a line each; only its owner may read it.
	SecretsFile string
	Credentials string // file of credentials of ranges and devices; may be empty
}

// Scan says what nmap is run against.
type Scan struct {
	Targets []string
	Ports   string
}

// Differences that Tell may name.
const (
	TellWaysOut     = "ways-out"     // a way out came, went or changed
	TellNewDevices  = "new-devices"  // a device came
	TellGoneDevices = "gone-devices" // a device went
	TellLinks       = "links"        // a link came, went or changed
)

// defaults for what is not said.
const (
	defaultKeep     = 30
	defaultDuration = 10 * time.Minute
)

// file is the shape of the YAML.
type file struct {
	Version    strictyaml.Text   `yaml:"version"`
	Folder     strictyaml.Text   `yaml:"folder"`
	Site       strictyaml.Text   `yaml:"site"`
	Register   strictyaml.Text   `yaml:"register"`
	Signatures []strictyaml.Text `yaml:"signatures"`
	Evidence   []strictyaml.Text `yaml:"evidence"`
	Traffic    strictyaml.Text   `yaml:"traffic"`
	Exclude    []strictyaml.Text `yaml:"exclude"`
	Keep       strictyaml.Text   `yaml:"keep"`
	Tell       []strictyaml.Text `yaml:"tell"`
	Listen     []struct {
		Interface strictyaml.Text `yaml:"interface"`
		Vantage   strictyaml.Text `yaml:"vantage"`
		Duration  strictyaml.Text `yaml:"duration"`
	} `yaml:"listen"`
	SNMP struct {
		Agents      []strictyaml.Text `yaml:"agents"`
		Follow      []strictyaml.Text `yaml:"follow"`
		FollowARP   strictyaml.Text   `yaml:"follow_arp"`
		Version     strictyaml.Text   `yaml:"version"`
		User        strictyaml.Text   `yaml:"user"`
		Auth        strictyaml.Text   `yaml:"auth_protocol"`
		Priv        strictyaml.Text   `yaml:"privacy_protocol"`
		SecretsFile strictyaml.Text   `yaml:"secrets_file"`
		Credentials strictyaml.Text   `yaml:"credentials"`
	} `yaml:"snmp"`
	Scan struct {
		Targets []strictyaml.Text `yaml:"targets"`
		Ports   strictyaml.Text   `yaml:"ports"`
	} `yaml:"scan"`
}

// Load reads the configuration. All that is wrong with it is in the error.
func Load(r io.Reader, name string) (Nightly, error) {
	var f file
	if err := strictyaml.Load(r, name, &f); err != nil {
		return Nightly{}, err
	}
	c := checker{name: name}
	if f.Version.Value != "1" {
		c.add(f.Version, "version %q is not known: write version: 1", f.Version.Value)
	}
	if !f.Folder.Set() {
		c.add(f.Folder, "folder is missing: name the folder in which runs are kept")
	}
	n := Nightly{
		Folder: f.Folder.Value, Site: f.Site.Value, Register: f.Register.Value,
		Signatures: values(f.Signatures), Evidence: values(f.Evidence), Exclude: values(f.Exclude),
		Traffic: f.Traffic.Value, Tell: values(f.Tell), Keep: defaultKeep,
		SNMP: SNMP{
			Agents: values(f.SNMP.Agents), Follow: values(f.SNMP.Follow), FollowARP: f.SNMP.FollowARP.Value == "true", Version: f.SNMP.Version.Value, User: f.SNMP.User.Value,
			Auth: f.SNMP.Auth.Value, Priv: f.SNMP.Priv.Value, SecretsFile: f.SNMP.SecretsFile.Value,
			Credentials: f.SNMP.Credentials.Value,
		},
		Scan: Scan{Targets: values(f.Scan.Targets), Ports: f.Scan.Ports.Value},
	}
	if f.Keep.Set() {
		keep, err := strconv.Atoi(f.Keep.Value)
		if err != nil || keep < 1 {
			c.add(f.Keep, "keep: %q is not a number of runs above 0", f.Keep.Value)
		}
		n.Keep = keep
	}
	for _, l := range f.Listen {
		d := Listen{Interface: l.Interface.Value, Vantage: l.Vantage.Value, Duration: defaultDuration}
		if d.Interface == "" {
			at := strictyaml.Text{Line: max(l.Interface.Line, l.Vantage.Line, l.Duration.Line)}
			c.add(at, "listen: an entry has no interface")
		}
		if l.Duration.Set() {
			var err error
			if d.Duration, err = time.ParseDuration(l.Duration.Value); err != nil || d.Duration <= 0 {
				c.add(l.Duration, "listen: duration %q is not a time such as 10m", l.Duration.Value)
			}
		}
		n.Listen = append(n.Listen, d)
	}
	for _, t := range f.Tell {
		switch t.Value {
		case TellWaysOut, TellNewDevices, TellGoneDevices, TellLinks:
		default:
			c.add(t, "tell: %q is not one of ways-out, new-devices, gone-devices, links", t.Value)
		}
	}
	if len(f.Tell) == 0 {
		n.Tell = []string{TellWaysOut, TellNewDevices}
	}
	c.traffic(f)
	if len(n.Listen)+len(n.Evidence)+len(n.SNMP.Agents)+len(n.Scan.Targets) == 0 {
		c.add(f.Version, "nothing to do: name evidence, listen, snmp agents or scan targets")
	}
	return n, errors.Join(c.errs...)
}

// traffic checks what is sent, to whom, and whether that is allowed: what would
// be refused at night is said now, with its line.
func (c *checker) traffic(f file) {
	level := discover.TrafficListen // where the file does not say
	if f.Traffic.Set() {
		var err error
		if level, err = discover.ParseTraffic(f.Traffic.Value); err != nil {
			c.add(f.Traffic, "traffic: %w", err)
			return
		}
	}
	for _, t := range f.Exclude {
		c.prefix(t, "exclude")
	}
	for _, t := range f.SNMP.Agents {
		if p := c.prefix(t, "snmp: agents"); p.IsValid() && !p.IsSingleIP() {
			c.add(t, "snmp: agents: %s: name each agent by its address; ranges are not searched for agents", p)
		}
		if level < discover.TrafficQuery {
			c.add(t, "snmp: agents are named, but traffic: %s does not allow to ask them: write traffic: query", level)
		}
	}
	c.follow(f)
	for _, t := range f.Scan.Targets {
		c.prefix(t, "scan: targets")
		if level < discover.TrafficProbe {
			c.add(t, "scan: targets are named, but traffic: %s does not allow to scan them: write traffic: probe", level)
		}
	}
	for _, l := range f.Listen {
		if level < discover.TrafficListen {
			c.add(l.Interface, "listen: an interface is named, but traffic: %s does not allow to listen: write traffic: listen", level)
		}
	}
	if v := f.SNMP.Version; v.Set() && v.Value != "1" && v.Value != "2c" && v.Value != "3" {
		c.add(v, "snmp: version %q is not one of 1, 2c, 3", v.Value)
	}
}

// follow checks where agents are followed.
func (c *checker) follow(f file) {
	for _, t := range f.SNMP.Follow {
		c.prefix(t, "snmp: follow")
	}
	arp := f.SNMP.FollowARP
	switch {
	case len(f.SNMP.Follow) > 0 && len(f.SNMP.Agents) == 0:
		c.add(f.SNMP.Follow[0], "snmp: follow asks whom agents tell of, but no agent is named: name the first in agents")
	case arp.Set() && arp.Value != "true" && arp.Value != "false":
		c.add(arp, "snmp: follow_arp: %q is not true or false", arp.Value)
	case arp.Value == "true" && len(f.SNMP.Follow) == 0:
		c.add(arp, "snmp: follow_arp: no prefix is named in which addresses are followed: write follow: [10.99.0.0/24]")
	}
}

// prefix checks an address or a prefix, and returns it.
func (c *checker) prefix(t strictyaml.Text, key string) netip.Prefix {
	if a, err := netip.ParseAddr(t.Value); err == nil {
		return netip.PrefixFrom(a.WithZone(""), a.BitLen())
	}
	p, err := netip.ParsePrefix(t.Value)
	if err != nil {
		c.add(t, "%s: %q is not an IP address or a prefix such as 10.0.0.0/24 (names are not looked up)", key, t.Value)
	}
	return p
}

type checker struct {
	name string
	errs []error
}

func (c *checker) add(at strictyaml.Text, format string, args ...any) {
	c.errs = append(c.errs, &strictyaml.Error{File: c.name, Line: at.Line, Msg: fmt.Errorf(format, args...).Error()})
}

func values(ts []strictyaml.Text) []string {
	var out []string
	for _, t := range ts {
		if t.Set() {
			out = append(out, t.Value)
		}
	}
	return out
}
