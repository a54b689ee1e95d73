package tap

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/windows"

	"kanmon/discover/fact"
)

// npcap is wpcap.dll: of libpcap's functions (pcap(3PCAP)), those that are needed
// to listen. It is loaded when somebody listens: what reads files needs none.
type npcap struct {
	create, setSnaplen, setPromisc, setTimeout, setBufferSize, activate, closeIt uintptr
	findAllDevs, freeAllDevs, datalink, setFilter, nextEx, stats, getErr         uintptr
}

// errNoNpcap says what to do where there is none, or another than Npcap.
var errNoNpcap = errors.New("install Npcap from https://npcap.com, or capture with another program and read its file")

// loadNpcap loads the library from the folder of Npcap, or from where it stands
// when it is installed in the place of WinPcap.
func loadNpcap() (*npcap, error) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return nil, err
	}
	if err := windows.SetDllDirectory(filepath.Join(system, "Npcap")); err != nil { // for the libraries that it loads itself, too
		return nil, err
	}
	const where = windows.LOAD_LIBRARY_SEARCH_USER_DIRS | windows.LOAD_LIBRARY_SEARCH_SYSTEM32 // and not the folder that the operator is in
	handle, err := windows.LoadLibraryEx("wpcap.dll", 0, where)
	if err != nil {
		return nil, fmt.Errorf("no Npcap here: %w (wpcap.dll: %w)", errNoNpcap, err)
	}
	var n npcap
	for _, f := range []struct {
		name string
		at   *uintptr
	}{
		{"pcap_create", &n.create}, {"pcap_set_snaplen", &n.setSnaplen}, {"pcap_set_promisc", &n.setPromisc},
		{"pcap_set_timeout", &n.setTimeout}, {"pcap_set_buffer_size", &n.setBufferSize}, {"pcap_activate", &n.activate},
		{"pcap_close", &n.closeIt}, {"pcap_findalldevs", &n.findAllDevs}, {"pcap_freealldevs", &n.freeAllDevs},
		{"pcap_datalink", &n.datalink}, {"pcap_setfilter", &n.setFilter}, {"pcap_next_ex", &n.nextEx},
		{"pcap_stats", &n.stats}, {"pcap_geterr", &n.getErr},
	} {
		if *f.at, err = windows.GetProcAddress(handle, f.name); err != nil {
			return nil, fmt.Errorf("%s is not Npcap, or too old: it has no %s: %w", path(handle), f.name, errNoNpcap)
		}
	}
	return &n, nil
}

// path returns where a library was loaded from.
func path(handle windows.Handle) string {
	name := make([]uint16, windows.MAX_LONG_PATH)
	n, err := windows.GetModuleFileName(handle, &name[0], uint32(len(name)))
	if err != nil {
		return "wpcap.dll"
	}
	return fact.Clean(windows.UTF16ToString(name[:n]))
}

// text returns the text that a function of C returned.
func text(at uintptr) string {
	if at == 0 {
		return "no reason is given"
	}
	return fact.Clean(windows.BytePtrToString(*(**byte)(unsafe.Pointer(&at)))) //nolint:gosec // memory of C, which does not move
}

// reason is where a function writes why it failed (PCAP_ERRBUF_SIZE).
type reason [256]byte

// err returns it as an error.
func (r *reason) err() error { return errors.New(fact.Clean(windows.ByteSliceToString(r[:]))) }

// networkDevice is an interface as Npcap lists it (struct pcap_if).
type networkDevice struct{ name, description string }

// devices returns all interfaces.
func (n *npcap) devices() ([]networkDevice, error) {
	type entry struct {
		next              *entry
		name, description *byte
		addresses         uintptr
		flags             uint32
	}
	var (
		first *entry
		why   = new(reason)
	)
	// Addresses become numbers within the call and nowhere else: there Go keeps
	// what they are of where it is.
	if r, _, _ := syscall.SyscallN(n.findAllDevs, uintptr(unsafe.Pointer(&first)), uintptr(unsafe.Pointer(why))); int32(r) != 0 { //nolint:gosec // C takes no other form
		return nil, why.err()
	}
	defer func() { _, _, _ = syscall.SyscallN(n.freeAllDevs, uintptr(unsafe.Pointer(first))) }() //nolint:gosec // C takes no other form
	var all []networkDevice
	for e := first; e != nil; e = e.next {
		d := networkDevice{name: windows.BytePtrToString(e.name)}
		if e.description != nil {
			d.description = windows.BytePtrToString(e.description)
		}
		all = append(all, d)
	}
	return all, nil
}

// session is an interface that is heard (pcap_t).
type session struct {
	*npcap
	handle uintptr
	header *struct { // struct pcap_pkthdr; long has 32 bits on Windows
		seconds, micros uint32
		kept, length    uint32
	}
	data *byte
}

// open makes a session that is not yet begun.
func (n *npcap) open(device string) (*session, error) {
	name, err := windows.BytePtrFromString(device)
	if err != nil {
		return nil, err
	}
	why := new(reason)
	handle, _, _ := syscall.SyscallN(n.create, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(why))) //nolint:gosec // C takes no other form
	if handle == 0 {
		return nil, why.err()
	}
	return &session{npcap: n, handle: handle}, nil
}

// Close implements Tap.
func (s *session) Close() {
	if s.handle != 0 {
		_, _, _ = syscall.SyscallN(s.closeIt, s.handle)
		s.handle = 0
	}
}

// call calls a function that takes the session and a number. Below 0 it failed;
// above it warns, for instance that an interface has no promiscuous mode.
func (s *session) call(function uintptr, arguments ...uintptr) (int32, error) {
	r, _, _ := syscall.SyscallN(function, append([]uintptr{s.handle}, arguments...)...)
	if int32(r) < 0 {
		return int32(r), fmt.Errorf("%w (%d)", s.err(), int32(r))
	}
	return int32(r), nil
}

// err returns why the last function failed.
func (s *session) err() error {
	at, _, _ := syscall.SyscallN(s.getErr, s.handle)
	return errors.New(text(at))
}

// begin sets a session up and begins it.
func (s *session) begin(snaplen int, promiscuous bool) error {
	promisc := uintptr(0)
	if promiscuous {
		promisc = 1
	}
	for _, step := range []struct {
		what     string
		function uintptr
		number   uintptr
	}{
		{"set the length of frames", s.setSnaplen, uintptr(snaplen)},
		{"set the promiscuous mode", s.setPromisc, promisc},
		{"set how long to wait", s.setTimeout, uintptr(pollEvery.Milliseconds())},
		{"ask for room for frames", s.setBufferSize, kernelBuffer},
	} {
		if _, err := s.call(step.function, step.number); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	_, err := s.call(s.activate)
	return err
}

// filterBy hands a program of the filter to Npcap.
func (s *session) filterBy(code []bpf.RawInstruction) error {
	program := struct { // struct bpf_program; the instructions are laid out as in C
		length uint32
		first  *bpf.RawInstruction
	}{uint32(len(code)), &code[0]}
	r, _, _ := syscall.SyscallN(s.setFilter, s.handle, uintptr(unsafe.Pointer(&program))) //nolint:gosec // C takes no other form
	if int32(r) != 0 {
		return s.err()
	}
	return nil
}

// What next returns beside 1, a frame.
const (
	nextNothing = 0
	nextEnd     = -2
)

// next fetches the next frame into header and data.
func (s *session) next() int32 {
	r, _, _ := syscall.SyscallN(s.nextEx, s.handle, uintptr(unsafe.Pointer(&s.header)), uintptr(unsafe.Pointer(&s.data))) //nolint:gosec // C takes no other form
	return int32(r)
}

// dropped returns how many frames Npcap and the interface dropped.
func (s *session) dropped() (uint64, error) {
	var counts [6]uint32                                                             // struct pcap_stat of Windows: received, dropped, dropped by the interface, and three more
	r, _, _ := syscall.SyscallN(s.stats, s.handle, uintptr(unsafe.Pointer(&counts))) //nolint:gosec // C takes no other form
	if int32(r) != 0 {
		return 0, s.err()
	}
	return uint64(counts[1]) + uint64(counts[2]), nil
}
