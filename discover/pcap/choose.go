package pcap

import (
	"fmt"
	"strconv"

	"golang.org/x/net/bpf"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
	"kanmon/discover/pcap/save"
)

// FileOptions says which frames of capture files are looked at, and where they
// are copied to.
type FileOptions struct {
	Filter    *filter.Filter // nil: all
	Copy      *save.File     // nil: nowhere
	Snaplen   int            // octets of each frame that are looked at; 0: all
	MaxFrames uint64         // of each file; 0: as many as there are
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
func (c *chooser) take(rec *frame.Frame) (bool, error) {
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
	if c.o.Copy != nil && frame.LinkName(rec.Link) != "" {
		id, ok := c.ifaces[rec.Link]
		if !ok {
			id = c.o.Copy.Interface("", rec.Link, c.o.Filter)
			c.ifaces[rec.Link] = id
		}
		c.o.Copy.Frame(id, rec)
	}
	rec.Cut(c.o.Snaplen)
	return true, nil
}

func (c *chooser) matches(rec *frame.Frame) (bool, error) {
	if c.o.Filter == nil {
		return true, nil
	}
	vm, ok := c.vms[rec.Link]
	if !ok {
		var err error
		if vm, err = c.o.Filter.Matcher(rec.Link); err != nil {
			return false, err
		}
		c.vms[rec.Link] = vm
	}
	n, err := vm.Run(rec.Data)
	return n > 0, err
}

// tell emits what was not looked at.
func (c *chooser) tell(to func(fact.Gap) error) error {
	if c == nil {
		return nil
	}
	if err := tellChoice(c.o.Filter, c.o.Snaplen, "", to); err != nil || !c.left {
		return err
	}
	return to(fact.Gap{
		What: fmt.Sprintf("frames after the first %d", c.o.MaxFrames), Why: "the operator chose to look at no more",
		Code: fact.GapFrameLimit, Args: []string{fmt.Sprint(c.o.MaxFrames)},
	})
}

// tellChoice emits what the operator chose not to look at, on an interface where
// one is named.
func tellChoice(f *filter.Filter, snaplen int, iface string, to func(fact.Gap) error) error {
	where := ""
	if iface != "" {
		where = " on " + iface
	}
	if f != nil {
		g := fact.Gap{
			What: "frames" + where, Why: "the operator's filter left some out; it takes: " + f.String(),
			Code: fact.GapFrameFilter, Args: []string{f.String(), iface},
		}
		if err := to(g); err != nil {
			return err
		}
	}
	if snaplen > 0 {
		return to(fact.Gap{
			What: fmt.Sprintf("what follows octet %d of frames%s", snaplen, where), Why: "the operator chose to look at no more",
			Code: fact.GapFrameLength, Args: []string{strconv.Itoa(snaplen), iface},
		})
	}
	return nil
}
