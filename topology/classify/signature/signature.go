package signature

import (
	"net/netip"
	"regexp"

	"kanmon/topology"
)

// Signature is one service, line or maker, and what it is recognised by.
type Signature struct {
	ID           string
	Service      string // what people call it: "TeamViewer"
	ServiceJA    string // what they call it in Japanese; empty where that is the same
	Category     topology.Category
	Transport    []string // how it leaves, as ExternalConnection.Transport
	Organisation Organisation
	Match        Match
	Source       string // where the values are from
	Confidence   string // "high" or "medium"
	examples     []Example
}

// Organisation is the party outside, in the two languages of kanmon.
type Organisation struct {
	JA string
	EN string
}

// Match is what a signature is recognised by. Each list stands alone: one hit
// in one of them is a match.
type Match struct {
	Domains    []string         // lower case; "*.example.jp" is every name below example.jp and not example.jp
	Except     []string         // names that Domains would match and that are something else: a maker's web site
	Remotes    []netip.Prefix   // addresses of the party outside
	Closed     []netip.Prefix   // a closed network: not inside, and not the internet
	Advertised []netip.Prefix   // prefixes that a line gives to the inside (RFC 4861, 4.6.2)
	Search     []string         // search domains that a line gives to the inside (RFC 8106, 5.2), and every name below them
	DNSServers []netip.Addr     // name servers that only this line or service has
	Enterprise []uint32         // IANA enterprise numbers in sysObjectID, of makers that make nothing else
	Makers     []string         // beginnings of makers' names as the OUI list has them, by whole words
	IfTypes    []uint32         // IANAifType of interfaces
	IfDescr    []*regexp.Regexp // of ifDescr and ifName
	IfExcept   []*regexp.Regexp // of ifDescr and ifName: interfaces of IfTypes that are something else
	Pools      []Pool           // address pools that shared lines give out
	Services   []string         // service names that a probe found, never by port number
	Products   []*regexp.Regexp // product names that a probe found
	Tunnels    []string         // kinds of tunnel that only this service has, as fact.Tunnel.Type
	Said       []Saying         // what hosts say of themselves that have it
	Programs   []string         // names of programs, lower case, without ".exe": itself, or before a space; "x*" is every name that begins so
	USB        []USB            // devices that are plugged in

	// Name servers that answer over an encrypted channel (RFC 7858, RFC 8484).
	// They mark who asks them, and are no way out of their own.
	Resolvers         []string // as Domains
	ResolverAddresses []netip.Addr
}

// Saying is a text that hosts say of themselves, in the terms of
// fact.SelfDescription.
type Saying struct {
	Protocol string
	Field    string
	Pattern  *regexp.Regexp
}

// USB is a device on a USB port, by the numbers that it shows.
type USB struct {
	Vendor  string // four hexadecimal digits, lower case
	Product string // likewise; empty for all of the vendor's
}

// Pool is an address pool that a phone or modem gives out when it shares its
// line, and the address that it keeps for itself.
type Pool struct {
	Prefix  netip.Prefix
	Gateway netip.Addr
}
