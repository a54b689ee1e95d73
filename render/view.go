package render

import "kanmon/topology"

// View is a snapshot prepared for people.
type View struct {
	Lang  Lang
	Site  string
	Taken string // date and time of the newest evidence, Japan Standard Time; empty if unknown

	Counts      Counts
	WaysOut     []WayOut // in the order in which they are numbered
	Zones       []Zone
	Devices     []Device // sorted by zone, role, name
	Links       []Link
	NotSeen     []NotSeen
	BlindSpots  []BlindSpot
	Conflicts   []Conflict
	Inputs      []Input
	Vantages    []string
	Evidence    []Evidence
	EvidenceSum string // digest over all evidence IDs: the same evidence, the same sum
}

// Counts are the numbers at the top of the page.
type Counts struct {
	WaysOut, Approved, Unapproved, Expired, Changed int
	Devices, Links, BlindSpots, Evidence, Inputs    int
}

// WayOut is an external connection as people are shown it.
type WayOut struct {
	No            int // counted from 1, the same in every rendering
	ID            string
	Category      topology.Category
	CategoryLabel string
	Status        topology.Status
	StatusLabel   string
	Grade         topology.Grade
	GradeLabel    string
	Party         string   // who is outside: organisation, name or address; never empty
	Remotes       []string // names and addresses outside
	Service       string   // "TeamViewer"; empty where no signature names one
	Transport     string   // "IPsec", "LTE", …
	How           string   // what people know it by: "TeamViewer", else the transport
	Direction     string
	Enters        bool // others come in by it
	DeviceID      string
	Device        string // name of the entry point
	DeviceDetail  string // model and address
	Location      string
	Where         string // its location and the port it is plugged into: "1F　sw-lab port 7"
	Zone          string
	Behind        []string // names of inside devices that use it
	BehindZones   []string
	Owner         string
	Contract      string
	Purpose       string
	Until         string
	Changes       []string
	FirstSeen     string // day
	LastSeen      string // day
	NextStep      string // what to look at first
	Because       []string
	Evidence      []string
}

// Zone is a part of the network with the counts of what is in it.
type Zone struct {
	Name     string
	Kind     string
	Prefixes []string
	Counts   []Count // of devices by role, largest first, unknown roles last
	Total    int
	WaysOut  []int // numbers of the ways out that leave from here or are used from here
}

// Count is how many devices have a role.
type Count struct {
	Label string
	N     int
}

// Device is a row of the equipment ledger.
type Device struct {
	ID        string
	Name      string
	Roles     []topology.Role
	RoleLabel string
	Vendor    string
	Model     string
	OS        string
	Version   string
	Serial    string
	Location  string
	Zone      string
	MACs      []string
	IPs       []string
	VLANs     []string
	Attached  string // "sw-lab port 7"
	SwitchID  string // of the switch it is plugged into; empty where not known
	Port      string // of that switch
	Services  []string
	WaysOut   []int
	FirstSeen string
	LastSeen  string
	Evidence  []string
}

// Link is a row of the list of links.
type Link struct {
	Layer        int
	A, B         string // device names
	AID, BID     string
	APort, BPort string
	Cables       int  // 2 and more where the ports are an aggregate's
	Blocked      bool // spanning tree lets no frames pass
	Radio        bool // no cable at all
	Methods      string
	Grade        topology.Grade
	GradeLabel   string // with what is said of the link beside its grade
	Evidence     []string
}

// NotSeen is an approval of the register that no connection matched.
type NotSeen struct {
	ID, CategoryLabel, Owner, Purpose, Contract, Until string
}

// BlindSpot is something this page can say nothing of.
type BlindSpot struct {
	Kind, Label, What, Why, NextStep string
}

// Conflict is evidence that contradicts itself.
type Conflict struct {
	Label, What string
	Devices     []string
	Evidence    []string
}

// Input is a file or session that was read.
type Input struct {
	Name, Digest, Format, Records, Skipped, Note string
}

// Evidence is one observation.
type Evidence struct {
	ID, Source, Vantage, At, Input, Place, Says string
}
