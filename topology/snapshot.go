package topology

import (
	"net/netip"
	"time"
)

// Schema is the version of the snapshot's JSON form.
const Schema = "kanmon.snapshot/1"

// Snapshot is the whole graph at one time, with its evidence. Every list is
// sorted by the ID of its elements, or, where they have none, by their fields.
type Snapshot struct {
	Schema              string               `json:"schema"`
	TakenAt             time.Time            `json:"taken_at"` // newest evidence, not the wall clock
	Site                string               `json:"site"`
	Devices             []Device             `json:"devices"`
	Links               []Link               `json:"links"`
	ExternalConnections []ExternalConnection `json:"external_connections"`
	Zones               []Zone               `json:"zones"`
	Vantages            []string             `json:"vantages"`
	Inputs              []Input              `json:"inputs"`
	BlindSpots          []BlindSpot          `json:"blind_spots"`
	Conflicts           []Conflict           `json:"conflicts"`
	NotSeen             []Approval           `json:"approved_not_seen"` // approvals of the register that no connection matched
	Evidence            []Evidence           `json:"evidence"`
}

// DeviceID is made from the device's strongest identity key, so that it is the
// same in every run in which that key is known.
type DeviceID string

// Device is something on the network with an identity of its own.
type Device struct {
	ID         DeviceID     `json:"id"`
	Name       string       `json:"name"`            // the best of Names, else an address; never empty
	Names      []string     `json:"names,omitempty"` // every name heard for it
	Roles      []Role       `json:"roles,omitempty"`
	Vendor     string       `json:"vendor,omitempty"`
	Model      string       `json:"model,omitempty"`
	OS         string       `json:"os,omitempty"`
	Version    string       `json:"version,omitempty"`
	Serial     string       `json:"serial,omitempty"`
	Location   string       `json:"location,omitempty"` // sysLocation
	Interfaces []Interface  `json:"interfaces,omitempty"`
	Services   []Service    `json:"services,omitempty"`
	Zone       string       `json:"zone,omitempty"` // Zone.Name
	Attached   []Attachment `json:"attached,omitempty"`
	Keys       []string     `json:"keys"` // identity keys, strongest first: "mac:…", "serial:…"
	FirstSeen  time.Time    `json:"first_seen,omitzero"`
	LastSeen   time.Time    `json:"last_seen,omitzero"`
	Evidence   []EvidenceID `json:"evidence"`
}

// Role is what a device does in the network.
type Role string

// Roles, from infrastructure to end devices.
const (
	RoleRouter     Role = "router"
	RoleFirewall   Role = "firewall"
	RoleSwitch     Role = "switch"
	RoleAP         Role = "wireless-ap"
	RoleController Role = "wireless-controller"
	RoleModem      Role = "modem" // cellular or line termination
	RoleServer     Role = "server"
	RoleStorage    Role = "storage"
	RoleModality   Role = "modality" // imaging device
	RoleAnalyzer   Role = "analyzer" // laboratory device
	RoleMonitor    Role = "patient-monitor"
	RolePC         Role = "pc"
	RolePrinter    Role = "printer"
	RolePhone      Role = "phone"
	RoleCamera     Role = "camera"
	RoleUPS        Role = "ups"
	RoleUnmanaged  Role = "unmanaged-switch" // inferred: several devices behind one port
)

// Roles returns all roles in the order in which they are shown.
func Roles() []Role {
	return []Role{
		RoleRouter, RoleFirewall, RoleSwitch, RoleAP, RoleController, RoleModem, RoleServer, RoleStorage, RoleModality,
		RoleAnalyzer, RoleMonitor, RolePC, RolePrinter, RolePhone, RoleCamera, RoleUPS, RoleUnmanaged,
	}
}

// Interface is a device's attachment to the network.
type Interface struct {
	Name  string   `json:"name,omitempty"`
	Index uint32   `json:"index,omitempty"` // ifIndex; 0 where not from SNMP
	MAC   string   `json:"mac,omitempty"`
	IPs   []string `json:"ips,omitempty"` // with prefix length where it is known
	Type  string   `json:"type,omitempty"`
	Alias string   `json:"alias,omitempty"`
	VLANs []uint16 `json:"vlans,omitempty"`
}

// Service is a port that a device offers.
type Service struct {
	Transport string `json:"transport"`
	Port      uint16 `json:"port"`
	Name      string `json:"name,omitempty"`
	Product   string `json:"product,omitempty"`
	Version   string `json:"version,omitempty"`
}

// Attachment is the switch port that a device is plugged into.
type Attachment struct {
	Switch DeviceID `json:"switch"`
	Port   string   `json:"port"`
}

// Grade says how sure a statement is. One scale holds for links and external
// connections.
type Grade string

// Grades, from the surest.
const (
	// Confirmed: both ends say so, or the device itself does (its own tables,
	// configuration or inspection), or traffic was seen through it.
	Confirmed Grade = "confirmed"
	// Reported: one side says so.
	Reported Grade = "reported"
	// Inferred: neither does; it follows from other evidence.
	Inferred Grade = "inferred"
)

// Link is two devices next to each other.
type Link struct {
	ID       string       `json:"id"`
	Layer    int          `json:"layer"` // 2 or 3
	A        Endpoint     `json:"a"`     // A sorts before B
	B        Endpoint     `json:"b"`
	Methods  []string     `json:"methods"`           // what says so: "lldp", "cdp", "lacp", "stp", "fdb", "wireless", "arp", "subnet", "route", "vrrp", "frames"
	Blocked  bool         `json:"blocked,omitempty"` // spanning tree lets no frames pass
	Grade    Grade        `json:"grade"`
	Evidence []EvidenceID `json:"evidence"`
}

// Endpoint is one end of a link.
type Endpoint struct {
	Device DeviceID `json:"device"`
	Port   string   `json:"port,omitempty"`
	Ports  []string `json:"ports,omitempty"` // where Port is an aggregate: its members on this link
}

// Category is what kind of way out an external connection is.
type Category string

// Categories of external connections.
const (
	OnlineQualification Category = "online-qualification"
	Internet            Category = "internet"
	VendorVPN           Category = "vendor-vpn"
	VendorLTE           Category = "vendor-lte"
	USBTether           Category = "usb-tether"
	RemoteSupport       Category = "remote-support"
	PartnerExchange     Category = "partner-exchange"
	Unclassified        Category = "unclassified"
)

// Categories returns every category in the order in which people are shown
// them.
func Categories() []Category {
	return []Category{
		OnlineQualification, Internet, VendorVPN, RemoteSupport,
		VendorLTE, USBTether, PartnerExchange, Unclassified,
	}
}

// Direction says who opens an external connection.
type Direction string

// Directions.
const (
	Outbound Direction = "outbound"
	Inbound  Direction = "inbound"
	Both     Direction = "both"
)

// Status is what the register says of an external connection.
type Status string

// Statuses.
const (
	Approved   Status = "approved"
	Unapproved Status = "unapproved"
	Expired    Status = "expired" // approved until a day that is past
	Changed    Status = "changed" // approved, but a trait is no longer as approved
)

// ExternalConnection is a path between an inside device and a party outside.
type ExternalConnection struct {
	ID         string       `json:"id"`
	Category   Category     `json:"category"`
	Signature  string       `json:"signature,omitempty"`  // ID of the signature that decided the category
	Service    string       `json:"service,omitempty"`    // what the signature calls it: "TeamViewer"
	ServiceJA  string       `json:"service_ja,omitempty"` // the same in Japanese, where it differs
	Device     DeviceID     `json:"device"`               // the inside device through which traffic leaves or enters
	Interface  string       `json:"interface,omitempty"`  // of that device
	Behind     []DeviceID   `json:"behind,omitempty"`     // inside devices seen using it
	Remote     Remote       `json:"remote"`
	Transport  []string     `json:"transport,omitempty"`
	Ports      []string     `json:"ports,omitempty"` // of a door that passes connections on to a host inside: "tcp/5900", "udp/5000-5010"
	Direction  Direction    `json:"direction"`
	Grade      Grade        `json:"grade"`
	Status     Status       `json:"status"`
	Owner      string       `json:"owner,omitempty"`    // from the register
	Contract   string       `json:"contract,omitempty"` // from the register
	Purpose    string       `json:"purpose,omitempty"`  // from the register
	Until      string       `json:"until,omitempty"`    // last approved day, YYYY-MM-DD, from the register
	ApprovalID string       `json:"approval,omitempty"` // Approval.ID
	Changes    []string     `json:"changes,omitempty"`  // which traits differ from the approval
	FirstSeen  time.Time    `json:"first_seen,omitzero"`
	LastSeen   time.Time    `json:"last_seen,omitzero"`
	Because    []string     `json:"because"`              // the rules that decided, in English, one sentence each
	BecauseJA  []string     `json:"because_ja,omitempty"` // the same sentences in Japanese
	Evidence   []EvidenceID `json:"evidence"`
}

// Remote is the party outside, as far as it is known.
type Remote struct {
	Names          []string       `json:"names,omitempty"`
	Addresses      []netip.Addr   `json:"addresses,omitempty"`
	Networks       []netip.Prefix `json:"networks,omitempty"`        // of those whom a door lets in; 0.0.0.0/0 where nobody is kept out
	Organisation   string         `json:"organisation,omitempty"`    // from the signature or the register
	OrganisationJA string         `json:"organisation_ja,omitempty"` // the same in Japanese, where it differs
}

// Zone is a part of the hospital's network that people have a name for.
type Zone struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind,omitempty"` // "clinical", "radiology", "laboratory", "office", "server", "catering", "guest", …
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
	VLANs    []uint16       `json:"vlans,omitempty"`
	Declared bool           `json:"declared,omitempty"` // from the site file, not from the subnets found
}

// Approval is one entry of the register of approved connections.
type Approval struct {
	ID       string   `json:"id"`
	Category Category `json:"category"`
	Owner    string   `json:"owner,omitempty"`
	Purpose  string   `json:"purpose,omitempty"`
	Contract string   `json:"contract,omitempty"`
	Until    string   `json:"until,omitempty"`
}

// Input is an evidence file or live session, and how far it could be read; or a
// file of the operator's own signatures.
type Input struct {
	Digest     string   `json:"digest"`
	Name       string   `json:"name,omitempty"`
	Format     string   `json:"format"`
	Records    uint64   `json:"records"`
	Skipped    uint64   `json:"skipped,omitempty"`
	SkipReason []string `json:"skip_reason,omitempty"`
	Incomplete string   `json:"incomplete,omitempty"`
}

// BlindSpot is something that was not looked at, or could not be seen.
type BlindSpot struct {
	Kind string `json:"kind"` // see the constants
	What string `json:"what"`
	Why  string `json:"why"`

	// The same in Japanese; empty where they are names, or words of a source.
	WhatJA string `json:"what_ja,omitempty"`
	WhyJA  string `json:"why_ja,omitempty"`
}

// Kinds of blind spots.
const (
	BlindInput    = "input-incomplete"   // an input was cut short or partly unreadable
	BlindGap      = "not-answered"       // frames dropped, a table cut, an agent silent
	BlindFilter   = "not-evaluated"      // part of a configuration says what kanmon cannot work out
	BlindNoSNMP   = "switch-not-asked"   // a switch or router is known whose own tables were not read
	BlindSubnet   = "subnet-not-heard"   // a subnet is known from routes in which nothing was heard
	BlindNoSource = "source-not-used"    // no capture, no walk or no scan at all
	BlindPassive  = "vlan-not-captured"  // a VLAN is known in which no capture was made
	BlindOnePort  = "one-port-only"      // only captures tell of the network: what does not pass their port is not known
	BlindMirror   = "no-mirror-port"     // a capture was made at a port that gets no copy of what others say to each other
	BlindPublic   = "public-on-cable"    // addresses that count as outside are those of several stations here
	BlindReplaced = "signature-replaced" // the operator's signature stands in the place of one that comes with kanmon
)

// Conflict is evidence that contradicts itself and was kept apart.
type Conflict struct {
	Kind     string       `json:"kind"` // see the constants
	What     string       `json:"what"`
	WhatJA   string       `json:"what_ja,omitempty"` // the same in Japanese
	Devices  []DeviceID   `json:"devices"`
	Evidence []EvidenceID `json:"evidence"`
}

// Kinds of conflicts.
const (
	ConflictAddress  = "address-claimed-twice" // several devices answer for one address
	ConflictIdentity = "identity-contradicts"  // devices share a key that only one can have
	ConflictProxy    = "answers-for-many"      // a station answers for more addresses than a host has
)

// EvidenceID is the ID of an observation, shortened to what is unique in the
// snapshot and preceded by "e".
type EvidenceID string

// Evidence is an observation as a snapshot shows it.
type Evidence struct {
	ID      EvidenceID `json:"id"`
	Source  string     `json:"source"` // how it was learned: "lldp", "arp", "snmp/route"
	Kind    string     `json:"kind"`   // kind of fact
	Vantage string     `json:"vantage,omitempty"`
	Input   string     `json:"input,omitempty"` // digest of the first input that shows it
	Place   string     `json:"place,omitempty"` // place in that input
	At      time.Time  `json:"at,omitzero"`     // when it was last seen
	Count   uint64     `json:"count,omitempty"`
	Says    string     `json:"says"`    // one English sentence
	SaysJA  string     `json:"says_ja"` // the same in Japanese
}
