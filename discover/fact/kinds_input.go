package fact

// InputRead says that an input was read, how far, and what of it could not be
// read: what was looked at is evidence too, and what was not is a blind spot.
type InputRead struct {
	Digest     string   `json:"digest"`                // Sighting.Input of everything read from it: "sha256:" and 16 hexadecimal digits, or the name of a live session
	Name       string   `json:"name,omitempty"`        // last element of its path, for people
	Format     string   `json:"format"`                // "pcap", "pcapng", "snmprec", "snmpwalk", "nmap-xml", "yamaha-config", "live-capture", "live-snmp"
	LinkTypes  []string `json:"link_types,omitempty"`  // of captures
	Records    uint64   `json:"records"`               // frames, variable bindings, hosts
	Skipped    uint64   `json:"skipped,omitempty"`     // records that could not be read
	SkipReason []string `json:"skip_reason,omitempty"` // the first few of them, with their place
	Incomplete string   `json:"incomplete,omitempty"`  // why it ended early; empty if it was read to its end
}

// Gap says that something was not seen although kanmon looked there: frames
// dropped by the kernel, a table that was cut short, an agent that did not
// answer.
type Gap struct {
	What string `json:"what"` // what was not seen: "frames", "192.0.2.1", "dot1qTpFdbTable of 192.0.2.1"
	Why  string `json:"why"`
	// Code names what What and Why say, and Args what is filled in there, for those
	// who say it in another language; empty where only the source has words for it.
	Code string   `json:"code,omitempty"`
	Args []string `json:"args,omitempty"`
}

// Kind implements Fact.
func (InputRead) Kind() Kind { return "input-read" }

// Kind implements Fact.
func (Gap) Kind() Kind { return "gap" }

func (f InputRead) visit(o *Observation, v Visitor) { v.InputRead(o, f) }
func (f Gap) visit(o *Observation, v Visitor)       { v.Gap(o, f) }
