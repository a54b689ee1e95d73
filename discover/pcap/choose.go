package pcap

import (
	"fmt"

	"golang.org/x/net/bpf"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// FileOptions says which frames of capture files are looked at, and where they
// are copied to.
type FileOptions struct {
	Filter    *Filter   // nil: all
	Copy      *CopyFile // nil: nowhere
	Snaplen   int       // octets of each frame that are looked at; 0: all
	MaxFrames uint64    // of each file; 0: as many as there are
}

// FormatsWith returns the readers of capture files, as Formats does, that look
// only at what the operator chose.
func FormatsWith(o FileOptions) []discover.Format { return []discover.Format{classic{o}, ng{o}} }

// chooser applies FileOptions to the frames of one file.
type chooser struct {
	o      FileOptions
	vms    map[uint32]*bpf.VM // the filter, by link type
	ifaces map[uint32]int     // numbers in the copy, by link type
	taken  uint64
	left   bool // frames were left because there were enough
}

func newChooser(o FileOptions) *chooser {
	if o == (FileOptions{}) {
		return nil
	}
	return &chooser{o: o, vms: make(map[uint32]*bpf.VM), ifaces: make(map[uint32]int)}
}

// take reports whether a frame is to be looked at, and copies it if so. A nil
// chooser takes all.
func (c *chooser) take(rec *record) (bool, error) {
	if c == nil {
		return true, nil
	}
	if c.o.MaxFrames > 0 && c.taken >= c.o.MaxFrames {
		c.left = true
		return false, nil
	}
	if ok, err := c.matches(rec); err != nil || !ok {
		return false, err
	}
	c.taken++
	if c.o.Copy != nil && linkName(rec.link) != "" {
		id, ok := c.ifaces[rec.link]
		if !ok {
			id = c.o.Copy.add("", rec.link, c.o.Filter)
			c.ifaces[rec.link] = id
		}
		if err := c.o.Copy.frame(id, rec); err != nil {
			return false, err
		}
	}
	cut(rec, c.o.Snaplen)
	return true, nil
}

func (c *chooser) matches(rec *record) (bool, error) {
	if c.o.Filter == nil {
		return true, nil
	}
	vm, ok := c.vms[rec.link]
	if !ok {
		var err error
		if vm, err = c.o.Filter.matcher(rec.link); err != nil {
			return false, err
		}
		c.vms[rec.link] = vm
	}
	n, err := vm.Run(rec.data)
	return n > 0, err
}

// cut cuts a frame to what is looked at.
func cut(rec *record, snaplen int) {
	n := maxFrame
	if snaplen > 0 {
		n = min(n, snaplen)
	}
	if len(rec.data) > n {
		rec.data, rec.whole = rec.data[:n], false
	}
}

// tell emits what was not looked at.
func (c *chooser) tell(to func(fact.Gap) error) error {
	if c == nil {
		return nil
	}
	if err := tellChoice(c.o.Filter, c.o.Snaplen, "", to); err != nil || !c.left {
		return err
	}
	return to(fact.Gap{What: fmt.Sprintf("frames after the first %d", c.o.MaxFrames), Why: "the operator chose to look at no more"})
}

// tellChoice emits what the operator chose not to look at.
func tellChoice(f *Filter, snaplen int, where string, to func(fact.Gap) error) error {
	if f != nil {
		g := fact.Gap{What: "frames" + where, Why: "the operator's filter left some out; it takes: " + f.String()}
		if err := to(g); err != nil {
			return err
		}
	}
	if snaplen > 0 {
		return to(fact.Gap{What: fmt.Sprintf("what follows octet %d of frames%s", snaplen, where), Why: "the operator chose to look at no more"})
	}
	return nil
}
