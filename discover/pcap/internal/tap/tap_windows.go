package tap

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// kernelBuffer is where Npcap keeps frames until they are read, in octets.
const kernelBuffer = 16 << 20

func check(name string) error {
	n, err := loadNpcap()
	if err != nil {
		return err
	}
	_, err = n.device(name)
	return err
}

// device returns the name by which Npcap knows an interface that the operator
// names as Windows shows it ("Ethernet 2"), by its description, or by that name.
func (n *npcap) device(name string) (string, error) {
	all, err := n.devices()
	if err != nil {
		return "", fmt.Errorf("list interfaces: run as administrator, or install Npcap without the restriction to administrators: %w", err)
	}
	friendly, err := friendlyNames()
	if err != nil {
		return "", fmt.Errorf("list interfaces: %w", err)
	}
	var known []string
	for _, d := range all {
		shown := friendly[strings.ToUpper(strings.TrimPrefix(d.name, `\Device\NPF_`))]
		if name == d.name || strings.EqualFold(name, d.description) || strings.EqualFold(name, shown) {
			return d.name, nil
		}
		known = append(known, fmt.Sprintf("%q", fact.Clean(cmp.Or(shown, d.description, d.name))))
	}
	if known == nil {
		return "", fmt.Errorf("no interface %q here: Npcap lists none", fact.Clean(name))
	}
	return "", fmt.Errorf("no interface %q here: there are %s", fact.Clean(name), strings.Join(known, ", "))
}

// friendlyNames returns the names under which Windows shows interfaces, by the
// GUID that their device is named by.
func friendlyNames() (map[string]string, error) {
	const flags = windows.GAA_FLAG_SKIP_UNICAST | windows.GAA_FLAG_SKIP_ANYCAST | windows.GAA_FLAG_SKIP_MULTICAST | windows.GAA_FLAG_SKIP_DNS_SERVER
	size := uint32(16 << 10)
	for range 4 {
		buffer := make([]uint64, size/8+1)                                 // aligned as the structures want it
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0])) //nolint:gosec // Windows writes structures there
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, flags, 0, first, &size)
		if errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) {
			continue // size now says how much is needed
		}
		if err != nil {
			return nil, err
		}
		names := make(map[string]string)
		for a := first; a != nil; a = a.Next {
			names[strings.ToUpper(windows.BytePtrToString(a.AdapterName))] = windows.UTF16PtrToString(a.FriendlyName)
		}
		return names, nil
	}
	return nil, errors.New("the list of interfaces grows faster than it can be read")
}

// handle is a tap made of Npcap.
type handle struct {
	*session
	kind uint32
}

func open(o *Options) (Tap, error) {
	n, err := loadNpcap()
	if err != nil {
		return nil, err
	}
	name, err := n.device(o.Interface)
	if err != nil {
		return nil, err
	}
	s, err := n.open(name)
	if err != nil {
		return nil, err
	}
	h := &handle{session: s}
	if err := h.setUp(o); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *handle) setUp(o *Options) error {
	if err := h.begin(frame.MaxLen, o.Promiscuous); err != nil {
		return fmt.Errorf("listen: run as administrator where Npcap is restricted to administrators: %w", err)
	}
	kind, err := h.call(h.datalink)
	if err != nil {
		return fmt.Errorf("ask for the link type: %w", err)
	}
	if h.kind = uint32(kind); frame.LinkName(h.kind) == "" {
		return fmt.Errorf("frames of link type %d are not read", h.kind)
	}
	if o.Filter == nil {
		return nil
	}
	code, err := o.Filter.Program(h.kind, false)
	if err == nil {
		err = h.filterBy(code)
	}
	if err != nil {
		return fmt.Errorf("set the filter: %w", err)
	}
	return nil
}

// Link implements Tap.
func (h *handle) Link() uint32 { return h.kind }

// Next implements Tap.
func (h *handle) Next(rec *frame.Frame) error {
	switch r := h.next(); {
	case r == nextNothing:
		return ErrNothing
	case r == nextEnd:
		return errors.New("the interface went away")
	case r < 0:
		return fmt.Errorf("wait for frames: %w", h.err())
	}
	*rec = frame.Frame{
		Data: unsafe.Slice(h.data, h.header.kept), Link: h.kind, //nolint:gosec // memory of Npcap, valid until the next frame
		Nanos: int64(h.header.seconds)*1e9 + int64(h.header.micros)*1e3, Whole: h.header.kept >= h.header.length, Length: h.header.length,
	}
	return nil
}

// Drops implements Tap.
func (h *handle) Drops() (uint64, error) { return h.dropped() }
