package tap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
)

// The ring in which the kernel puts frames: 32 MiB, a quarter of a second of a
// full gigabit line. Many interfaces share twice that, as long as each has two
// blocks: one that is read, and one that is filled.
const (
	ringBlock  = 1 << 20
	ringBlocks = 32
	ringFrame  = 1 << 11
	// blockEvery bounds how long a frame waits in a block that is not full.
	blockEvery = 50 * time.Millisecond
	// tagLen is the length of an IEEE 802.1Q tag, for which the kernel leaves
	// room before each frame.
	tagLen = 4
)

func check(name string) error {
	_, _, err := linkOf(name)
	return err
}

// linkOf returns the index of an interface, and the link type of the frames
// that a packet socket on it gives.
func linkOf(name string) (int, uint32, error) {
	iface, err := net.InterfaceByName(name)
	switch {
	case err != nil:
		return 0, 0, fmt.Errorf("no interface %q here: name one that `ip link` lists", fact.Clean(name))
	case iface.Flags&net.FlagUp == 0:
		return 0, 0, fmt.Errorf("the interface %s is down: bring it up with `ip link set %[1]s up`", fact.Clean(name))
	}
	m, ok := linkMessage(iface.Index)
	if !ok {
		return 0, 0, errors.New("the system does not say what kind of interface it is")
	}
	hardware := binary.NativeEndian.Uint16(m.Data[2:])
	link, ok := linkType(hardware)
	if !ok {
		return 0, 0, fmt.Errorf("%s gives neither Ethernet, Wi-Fi nor IP (hardware type %d of Linux's if_arp.h): name another interface", fact.Clean(name), hardware)
	}
	return iface.Index, link, nil
}

// linkType returns the link type of the frames of a kind of interface (ARPHRD_ in
// if_arp.h of Linux).
func linkType(hardware uint16) (uint32, bool) {
	switch hardware {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return frame.LinkEthernet, true
	case unix.ARPHRD_IEEE80211: // in monitor mode, as below
		return frame.LinkWiFi, true
	case unix.ARPHRD_IEEE80211_RADIOTAP:
		return frame.LinkRadiotap, true
	case unix.ARPHRD_NONE, unix.ARPHRD_PPP, unix.ARPHRD_RAWIP, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT,
		unix.ARPHRD_IPGRE, unix.ARPHRD_IP6GRE:
		return frame.LinkRaw, true
	}
	return 0, false
}

// ring is a tap made of a packet socket and the memory that it shares with the
// kernel (TPACKET_V3; Documentation/networking/packet_mmap.rst of Linux).
type ring struct {
	fd, index int
	kind      uint32 // link type
	memory    []byte
	block     int    // that is read, or waited for
	held      bool   // the block at hand is ours
	at, left  uint32 // where the next frame of the block is, and how many there are
	isDown    bool
	dropped   uint64 // by the socket

	before, interfaceDrops uint64 // by the interface: until it was opened, and since
}

func open(o *Options) (Tap, error) {
	index, link, err := linkOf(o.Interface)
	if err != nil {
		return nil, err
	}
	kind := unix.SOCK_RAW
	if link == frame.LinkRaw { // without the header that some tunnels put before the IP packet
		kind = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0) // hears nothing until it is bound
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("not allowed to listen: run as root, or give the program CAP_NET_RAW (setcap cap_net_raw+ep): %w", err)
	}
	if err != nil {
		return nil, err
	}
	r := &ring{fd: fd, index: index, kind: link}
	if err := r.setUp(o); err != nil {
		r.Close()
		return nil, err
	}
	r.before, _ = droppedBy(index) // where nobody listens, it drops protocols that the system does not know
	return r, nil
}

// setUp makes the ring, and binds the socket last: what is heard before all is
// set would be of other interfaces, or not filtered.
func (r *ring) setUp(o *Options) error {
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("ask for a ring: %w", err)
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_RESERVE, tagLen); err != nil {
		return fmt.Errorf("ask for room for VLAN tags: %w", err)
	}
	var err error
	for n := o.share(ringBlocks, 2); n > 0; n /= 2 { // a machine that is short of memory gets a smaller one
		err = unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &unix.TpacketReq3{
			Block_size: ringBlock, Block_nr: uint32(n), Frame_size: ringFrame, Frame_nr: uint32(n * ringBlock / ringFrame),
			Retire_blk_tov: uint32(blockEvery / time.Millisecond),
		})
		if err == nil {
			r.memory, err = unix.Mmap(r.fd, 0, n*ringBlock, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
			break
		}
		if !errors.Is(err, unix.ENOMEM) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("make a ring: %w", err)
	}
	if o.Filter != nil {
		if err := r.filter(o.Filter); err != nil {
			return fmt.Errorf("set the filter: %w", err)
		}
	}
	if o.Promiscuous {
		m := unix.PacketMreq{Ifindex: int32(r.index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fmt.Errorf("switch to promiscuous mode: %w", err)
		}
	}
	var order [2]byte
	binary.BigEndian.PutUint16(order[:], unix.ETH_P_ALL)
	return unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16(order[:]), Ifindex: r.index})
}

// filter hands a filter to the kernel, which then does not copy what it leaves
// out.
func (r *ring) filter(f *filter.Filter) error {
	raw, err := f.Program(r.kind, true)
	if err != nil {
		return err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		code[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]})
}

// Link implements Tap.
func (r *ring) Link() uint32 { return r.kind }

// Close implements Tap.
func (r *ring) Close() {
	if r.memory != nil {
		_ = unix.Munmap(r.memory)
		r.memory = nil
	}
	if r.fd >= 0 {
		_ = unix.Close(r.fd)
		r.fd = -1
	}
}

// status is the word of a block by which it passes between kernel and program.
func (r *ring) status() *uint32 {
	return (*uint32)(unsafe.Pointer(&r.memory[r.block*ringBlock+8])) //nolint:gosec // a word that the kernel writes at the same time
}

// ready reports whether the kernel has given the block to the program.
func (r *ring) ready() bool { return atomic.LoadUint32(r.status())&unix.TP_STATUS_USER != 0 }

// Next implements Tap.
func (r *ring) Next(rec *frame.Frame) error {
	for r.left == 0 {
		if r.held { // read to its end: the kernel's again
			atomic.StoreUint32(r.status(), unix.TP_STATUS_KERNEL)
			r.held = false
			r.block = (r.block + 1) % (len(r.memory) / ringBlock)
		}
		if !r.ready() {
			if err := r.wait(); err != nil {
				return err
			}
			continue
		}
		block := r.memory[r.block*ringBlock:]
		r.held, r.left, r.at = true, binary.NativeEndian.Uint32(block[12:]), binary.NativeEndian.Uint32(block[16:])
	}
	r.left--
	block := r.memory[r.block*ringBlock : (r.block+1)*ringBlock]
	r.frame(block[r.at:], rec)
	r.at += binary.NativeEndian.Uint32(block[r.at:])
	return nil
}

// frame reads the frame whose header (struct tpacket3_hdr) is at the start of b.
func (r *ring) frame(b []byte, rec *frame.Frame) {
	order := binary.NativeEndian
	seconds, nanos := order.Uint32(b[4:]), order.Uint32(b[8:])
	kept, length, status := order.Uint32(b[12:]), order.Uint32(b[16:]), order.Uint32(b[20:])
	start := uint32(order.Uint16(b[24:]))
	rec.Data, rec.Link, rec.Length = b[start:start+kept], r.kind, length
	rec.Nanos = int64(seconds)*1e9 + int64(nanos)
	if status&unix.TP_STATUS_VLAN_VALID != 0 && r.kind == frame.LinkEthernet && kept >= 14 { // the kernel took the tag out
		tagged := b[start-tagLen : start+kept]
		copy(tagged[:12], tagged[tagLen:])
		kind := uint16(frame.EtherVLAN)
		if status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
			kind = order.Uint16(b[36:])
		}
		binary.BigEndian.PutUint16(tagged[12:], kind)
		binary.BigEndian.PutUint16(tagged[14:], uint16(order.Uint32(b[32:])))
		rec.Data, rec.Length = tagged, length+tagLen
	}
	rec.Whole = uint32(len(rec.Data)) >= rec.Length
}

// wait waits until the kernel has something to say.
func (r *ring) wait() error {
	if r.isDown {
		return r.waitUp()
	}
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(pollEvery/time.Millisecond))
	switch {
	case n == 0 || errors.Is(err, unix.EINTR):
		return ErrNothing
	case err != nil:
		return fmt.Errorf("wait for frames: %w", err)
	case fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) == 0:
		return nil
	}
	code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR) // which clears it
	if err == nil && unix.Errno(code) == unix.ENETDOWN {
		r.isDown = true
		return r.waitUp()
	}
	if err == nil && code == 0 {
		return ErrNothing
	}
	return fmt.Errorf("wait for frames: %w", errors.Join(err, unix.Errno(code)))
}

// waitUp waits for an interface that went down. The kernel binds the socket to
// it again where it comes back; where it was removed, it never does.
func (r *ring) waitUp() error {
	iface, err := net.InterfaceByIndex(r.index)
	if err != nil {
		return errors.New("the interface went away")
	}
	if iface.Flags&net.FlagUp != 0 {
		r.isDown = false
		return nil
	}
	_, _ = unix.Poll(nil, int(pollEvery/time.Millisecond))
	if r.ready() { // with what came before it went down
		return nil
	}
	return ErrDown
}

// Drops implements Tap.
func (r *ring) Drops() (uint64, error) {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS) // which sets them to 0
	if err != nil {
		return r.dropped, err
	}
	r.dropped += uint64(s.Drops)
	if n, ok := droppedBy(r.index); ok && n >= r.before {
		r.interfaceDrops = n - r.before
	}
	return r.dropped + r.interfaceDrops, nil
}

// droppedBy returns how many received frames an interface and the queue behind
// it dropped before any socket could have them (struct rtnl_link_stats64:
// rx_dropped and rx_missed_errors).
func droppedBy(index int) (uint64, bool) {
	const dropped, missed = 6 * 8, 15 * 8
	m, ok := linkMessage(index)
	if !ok {
		return 0, false
	}
	attributes, err := syscall.ParseNetlinkRouteAttr(&m)
	if err != nil {
		return 0, false
	}
	for _, a := range attributes {
		if a.Attr.Type == unix.IFLA_STATS64 && len(a.Value) >= missed+8 {
			return binary.NativeEndian.Uint64(a.Value[dropped:]) + binary.NativeEndian.Uint64(a.Value[missed:]), true
		}
	}
	return 0, false
}

// linkMessage returns what the kernel says of an interface (struct ifinfomsg and
// attributes, rtnetlink(7)).
func linkMessage(index int) (syscall.NetlinkMessage, bool) {
	b, err := syscall.NetlinkRIB(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return syscall.NetlinkMessage{}, false
	}
	messages, err := syscall.ParseNetlinkMessage(b)
	if err != nil {
		return syscall.NetlinkMessage{}, false
	}
	i := slices.IndexFunc(messages, func(m syscall.NetlinkMessage) bool {
		return m.Header.Type == unix.RTM_NEWLINK && len(m.Data) >= unix.SizeofIfInfomsg && int(binary.NativeEndian.Uint32(m.Data[4:])) == index
	})
	if i < 0 {
		return syscall.NetlinkMessage{}, false
	}
	return messages[i], true
}
