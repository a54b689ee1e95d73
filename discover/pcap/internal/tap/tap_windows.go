package tap

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"unsafe"

	npcap "github.com/gopacket/gopacket/pcap"
	"golang.org/x/sys/windows"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
)

// kernelBuffer is where Npcap keeps frames until they are read, in octets.
const kernelBuffer = 16 << 20

func check(name string) error {
	_, err := device(name)
	return err
}

// device returns the name by which Npcap knows an interface that the operator
// names as Windows shows it ("Ethernet 2"), by its description, or by that name.
func device(name string) (string, error) {
	if err := npcap.LoadWinPCAP(); err != nil {
		return "", fmt.Errorf("no Npcap here: install it from https://npcap.com, or capture with another program and read its file: %w", err)
	}
	all, err := npcap.FindAllDevs()
	if err != nil {
		return "", fmt.Errorf("list interfaces: run as administrator, or install Npcap without the restriction to administrators: %w", err)
	}
	friendly, err := friendlyNames()
	if err != nil {
		return "", fmt.Errorf("list interfaces: %w", err)
	}
	var known []string
	for _, d := range all {
		shown := friendly[strings.ToUpper(strings.TrimPrefix(d.Name, `\Device\NPF_`))]
		if name == d.Name || strings.EqualFold(name, d.Description) || strings.EqualFold(name, shown) {
			return d.Name, nil
		}
		known = append(known, fmt.Sprintf("%q", fact.Clean(cmp.Or(shown, d.Description, d.Name))))
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
	*npcap.Handle
	kind uint32
}

func open(o *Options) (Tap, error) {
	name, err := device(o.Interface)
	if err != nil {
		return nil, err
	}
	idle, err := npcap.NewInactiveHandle(name)
	if err != nil {
		return nil, err
	}
	defer idle.CleanUp()
	if err := errors.Join(idle.SetSnapLen(frame.MaxLen), idle.SetPromisc(o.Promiscuous), idle.SetTimeout(pollEvery), idle.SetBufferSize(o.share(kernelBuffer, 1<<20))); err != nil {
		return nil, err
	}
	active, err := idle.Activate()
	if err != nil {
		return nil, fmt.Errorf("listen: run as administrator where Npcap is restricted to administrators: %w", err)
	}
	h := &handle{Handle: active, kind: uint32(active.LinkType())}
	if frame.LinkName(h.kind) == "" {
		h.Close()
		return nil, fmt.Errorf("frames of link type %d are not read", h.kind)
	}
	if o.Filter != nil {
		if err := h.filter(o.Filter); err != nil {
			h.Close()
			return nil, fmt.Errorf("set the filter: %w", err)
		}
	}
	return h, nil
}

func (h *handle) filter(f *filter.Filter) error {
	raw, err := f.Program(h.kind, false)
	if err != nil {
		return err
	}
	code := make([]npcap.BPFInstruction, len(raw))
	for i, in := range raw {
		code[i] = npcap.BPFInstruction{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return h.SetBPFInstructionFilter(code)
}

// Link implements Tap.
func (h *handle) Link() uint32 { return h.kind }

// Close implements Tap.
func (h *handle) Close() { h.Handle.Close() }

// Next implements Tap.
func (h *handle) Next(rec *frame.Frame) error {
	b, ci, err := h.ZeroCopyReadPacketData()
	switch {
	case errors.Is(err, npcap.NextErrorTimeoutExpired):
		return ErrNothing
	case errors.Is(err, io.EOF):
		return errors.New("the interface went away")
	case err != nil:
		return fmt.Errorf("wait for frames: %w", errors.Join(err, h.Error()))
	}
	*rec = frame.Frame{Data: b, Link: h.kind, Nanos: ci.Timestamp.UnixNano(), Whole: len(b) >= ci.Length, Length: uint32(ci.Length)}
	return nil
}

// Drops implements Tap.
func (h *handle) Drops() (uint64, error) {
	s, err := h.Stats()
	if err != nil {
		return 0, err
	}
	return uint64(s.PacketsDropped) + uint64(s.PacketsIfDropped), nil
}
