package cli

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/pflag"

	"kanmon/cmd/kanmon/internal/config"
	"kanmon/discover/snmp"
)

// keys are the credentials of all agents: those of ranges and devices, and those
// of all others.
type keys struct {
	others snmp.Credentials
	ring   snmp.Keyring
}

// addKeys adds the flags that give ranges and devices credentials of their own.
func (s *snmpFlags) addKeys(f *pflag.FlagSet) {
	f.StringVar(&s.file, "credentials", "", "file that says how ranges and devices are asked, each with credentials of its own; it names the variables that hold the secrets")
	f.BoolVar(&s.prompt, "prompt", false, "ask on the terminal for secrets that are not in the environment")
}

// keys returns what flags, the file of credentials and the environment say, in
// this order, and the operator where --prompt wants that. Nothing is ever
// guessed.
func (s *snmpFlags) keys(a *app, getenv func(string) string) (keys, error) {
	asked := make(map[string]string)
	secret := func(name, what string) (string, error) {
		if v := getenv(name); v != "" || !s.prompt {
			return v, nil
		}
		if v, ok := asked[name]; ok {
			return v, nil
		}
		v, err := a.askSecret(what)
		asked[name] = v
		return v, err
	}
	var (
		k   keys
		err error
	)
	if s.file != "" {
		if k.ring, err = readKeyring(s.file, secret); err != nil {
			return k, err
		}
		if s.user == "" && s.community == "" && getenv("KANMON_SNMP_COMMUNITY") == "" {
			return k, nil // all agents are in the file, or their lack is said
		}
	}
	k.others, err = s.credentials(func(name string) string {
		v, askErr := secret(name, map[string]string{
			"KANMON_SNMP_COMMUNITY": "community", "KANMON_SNMP_AUTH": "authentication passphrase", "KANMON_SNMP_PRIV": "privacy passphrase",
		}[name])
		if askErr != nil {
			a.note("%s", askErr)
		}
		return v
	})
	return k, err
}

// readKeyring reads a file of credentials; secret returns what a variable holds.
func readKeyring(path string, secret func(name, what string) (string, error)) (snmp.Keyring, error) {
	entries, err := load(path, config.LoadCredentials)
	if err != nil {
		return nil, err
	}
	var ring snmp.Keyring
	for _, e := range entries {
		var ranges []string
		for _, p := range e.For {
			ranges = append(ranges, plainRange(p))
		}
		of := strings.Join(ranges, ", ")
		reveal := func(name, what string) (snmp.Secret, error) {
			if name == "" {
				return snmp.Secret{}, nil
			}
			v, err := secret(name, what+" of "+of)
			if err == nil && v == "" {
				err = usage("set it, or add --prompt", "--credentials: the variable %s, which holds the %s of %s, is empty", name, what, of)
			}
			return snmp.NewSecret(v), err
		}
		c := snmp.Credentials{
			Version: e.Version, User: e.User, Level: e.Level, AuthProtocol: e.AuthProtocol, PrivProtocol: e.PrivProtocol, ContextName: e.ContextOf3,
		}
		if c.Community, err = reveal(e.Community, "community"); err != nil {
			return nil, err
		}
		if c.AuthPassphrase, err = reveal(e.Auth, "authentication passphrase"); err != nil {
			return nil, err
		}
		if c.PrivPassphrase, err = reveal(e.Privacy, "privacy passphrase"); err != nil {
			return nil, err
		}
		if err := c.Validate(); err != nil {
			return nil, usage("", "--credentials: %s, line %d: %w", path, e.Line, err)
		}
		for _, p := range e.For {
			ring = append(ring, snmp.Key{For: p, Credentials: c})
		}
	}
	return ring, nil
}

// plainRange writes a prefix of one address as the address.
func plainRange(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// followFlags say who is asked of those that agents tell of.
type followFlags struct {
	scope []string
	arp   bool
}

func (w *followFlags) add(f *pflag.FlagSet) {
	f.StringSliceVar(&w.scope, "follow", nil,
		"prefixes in which neighbours are asked too that the agents tell of, by LLDP, CDP and next hops; nobody outside, nobody twice")
	f.BoolVar(&w.arp, "follow-arp", false, "with --follow: also every address in their ARP caches, which PCs, printers and medical devices are too")
}

// follow returns whom to follow, and the prefixes that the gate is to let through.
func (w *followFlags) follow() (snmp.Follow, []netip.Prefix, error) {
	scope, err := prefixes(w.scope)
	switch {
	case err != nil:
		return snmp.Follow{}, nil, usage("", "--follow: %w", err)
	case w.arp && len(scope) == 0:
		return snmp.Follow{}, nil, usage("add --follow PREFIX", "--follow-arp: no prefix is named in which addresses are followed")
	}
	return snmp.Follow{Scope: scope, ARP: w.arp}, scope, nil
}

// followPlan says in a line who is asked beside those that were named.
func followPlan(f snmp.Follow) string {
	if len(f.Scope) == 0 {
		return "neighbours are not asked (--follow PREFIX does)"
	}
	by := "by LLDP, CDP and next hops"
	if f.ARP {
		by += " and by their ARP caches"
	}
	var within []string
	for _, p := range f.Scope {
		within = append(within, plainRange(p))
	}
	return fmt.Sprintf("then the same of devices in %s that the agents tell of, %s: each once", strings.Join(within, ", "), by)
}
