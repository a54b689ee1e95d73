// Package routerconf reads the configuration text of routers and firewalls, as
// their own show commands or backups write it: Yamaha RTX and NVR, Cisco IOS and
// IOS-XE, NEC UNIVERGE IX, FortiGate (FortiOS), Allied Telesis (AlliedWare Plus
// and the older AlliedWare of the AR series).
//
// A configuration tells what no packet may show: lines that are idle, tunnels
// that are built on demand, modems in a USB port, ports that are passed on to a
// host inside and who may use them. Many of the routers that makers of medical
// devices bring along have SNMP off; their configuration is what there is.
//
// # Secrets
//
// Configurations are full of passwords, keys, communities and user names. The
// parsers take single words at places where the syntax puts something else, and
// never pass on a line, so that what they do not know cannot get out: not into
// facts, nor gaps, errors or reasons why something was skipped. Of the name with
// which a line logs in only the realm behind the @ is kept, which names the
// provider. Texts that people wrote to describe an interface are kept as SNMP
// would tell them (ifAlias).
//
// # What is taken for outside
//
// An interface is outside where a line of an access network ends on it, where
// addresses are translated to its own, or where a default route leads over it to
// a public address. What the device serves there is reported with those whom the
// filters bound to it let in. Filters that depend on more than addresses,
// protocols and ports are not guessed: a gap says so.
//
// # What is shut down
//
// An interface is shut down by its own setting, or by that of all that carries it:
// the port of a VLAN, the ports of a dialer or an aggregate, what a tunnel leaves
// by. Lines and tunnels of such are told, as down; its routes and what is served
// there are not. Ports of modems and ISDN as they come, on which nothing is set,
// are no lines.
//
// # Who calls
//
// A tunnel whose other end has no address and no host name that is asked for is
// begun by that end: a way in. A name that it has for IKE does not change that.
package routerconf
