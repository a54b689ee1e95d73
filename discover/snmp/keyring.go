package snmp

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Key is the credentials of a range, or of one device.
type Key struct {
	For         netip.Prefix
	Credentials Credentials
}

// Keyring holds the credentials of ranges and devices. Of those that an address
// lies in, the narrowest counts, and of these the first: a device is asked with
// one of them, and the others are not tried.
type Keyring []Key

// of returns the credentials for an address, false where there are none.
func (k Keyring) of(a netip.Addr) (Credentials, bool) {
	a = a.WithZone("") // no prefix has one
	best := -1
	for i, key := range k {
		if key.For.Contains(a) && (best < 0 || key.For.Bits() > k[best].For.Bits()) {
			best = i
		}
	}
	if best < 0 {
		return Credentials{}, false
	}
	return k[best].Credentials, true
}

// credentialsFor returns how an agent is asked.
func (o Options) credentialsFor(a netip.Addr) Credentials {
	if c, ok := o.Keys.of(a); ok {
		return c
	}
	return o.Credentials
}

// checkCredentials says what is wrong with the credentials, or that a target has
// none.
func (o Options) checkCredentials() error {
	for _, k := range o.Keys {
		if err := k.Credentials.Validate(); err != nil {
			return fmt.Errorf("credentials for %s: %w", k.For, err)
		}
	}
	for _, a := range o.Targets {
		if err := o.credentialsFor(a).Validate(); err != nil {
			if len(o.Keys) > 0 {
				return fmt.Errorf("credentials for %s: %w", a, err)
			}
			return err
		}
	}
	return nil
}

// forVLAN returns the credentials with which Cisco's switches tell of one VLAN.
func (c Credentials) forVLAN(vid uint16) Credentials {
	id := strconv.Itoa(int(vid))
	if c.Version == "3" {
		c.ContextName = "vlan-" + id
		return c
	}
	c.Community = NewSecret(c.Community.text() + "@" + id)
	return c
}
