package tap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
)

// deviceBuffer is how much a BPF device holds until it is read, in octets: the
// most that macOS gives. Many interfaces have less each.
const deviceBuffer = unix.BPF_MAXBUFSIZE

func check(name string) error {
	iface, err := net.InterfaceByName(name)
	switch {
	case err != nil:
		return fmt.Errorf("no interface %q here: name one that `ifconfig -l` lists", fact.Clean(name))
	case iface.Flags&net.FlagUp == 0:
		return fmt.Errorf("the interface %s is down: bring it up with `ifconfig %[1]s up`", fact.Clean(name))
	}
	return nil
}

// device is a tap made of a BPF device (bpf(4) of macOS). It is opened for
// reading only.
type device struct {
	fd     int
	kind   uint32
	buffer []byte
	rest   []byte // of the buffer, not yet read
}

func open(o *Options) (Tap, error) {
	if err := check(o.Interface); err != nil {
		return nil, err
	}
	fd, err := openDevice()
	if err != nil {
		return nil, err
	}
	d := &device{fd: fd}
	if err := d.setUp(o); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// openDevice opens the first BPF device that nobody uses. The system makes more
// of them as they are used.
func openDevice() (int, error) {
	for n := range 256 {
		fd, err := unix.Open("/dev/bpf"+strconv.Itoa(n), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		switch {
		case err == nil:
			return fd, nil
		case errors.Is(err, fs.ErrPermission):
			return -1, fmt.Errorf("not allowed to listen: run with sudo, or give your user the right to read /dev/bpf* as Wireshark's ChmodBPF does: %w", err)
		case !errors.Is(err, unix.EBUSY):
			return -1, fmt.Errorf("open /dev/bpf%d: %w", n, err)
		}
	}
	return -1, errors.New("every /dev/bpf* is in use: end another capture")
}

func (d *device) setUp(o *Options) error {
	size, err := syscall.SetBpfBuflen(d.fd, o.share(deviceBuffer, deviceBuffer/4)) // before the interface is set
	if err != nil {
		return fmt.Errorf("ask for room for frames: %w", err)
	}
	d.buffer = make([]byte, size)
	if err := syscall.SetBpfInterface(d.fd, o.Interface); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	link, err := syscall.BpfDatalink(d.fd)
	if err != nil {
		return fmt.Errorf("ask for the link type: %w", err)
	}
	if d.kind = uint32(link); frame.LinkName(d.kind) == "" {
		return fmt.Errorf("frames of link type %d are not read", d.kind)
	}
	if o.Filter != nil {
		if err := d.filter(o.Filter); err != nil {
			return fmt.Errorf("set the filter: %w", err)
		}
	}
	if o.Promiscuous {
		if err := syscall.SetBpfPromisc(d.fd, 1); err != nil {
			return fmt.Errorf("switch to promiscuous mode: %w", err)
		}
	}
	wait := syscall.NsecToTimeval(int64(pollEvery))
	if err := syscall.SetBpfTimeout(d.fd, &wait); err != nil {
		return fmt.Errorf("set how long to wait: %w", err)
	}
	return syscall.FlushBpf(d.fd) // what came before the filter was set
}

func (d *device) filter(f *filter.Filter) error {
	raw, err := f.Program(d.kind, false)
	if err != nil {
		return err
	}
	code := make([]syscall.BpfInsn, len(raw))
	for i, in := range raw {
		code[i] = syscall.BpfInsn{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return syscall.SetBpf(d.fd, code)
}

// Link implements Tap.
func (d *device) Link() uint32 { return d.kind }

// Close implements Tap.
func (d *device) Close() { _ = unix.Close(d.fd) }

// wordAlign is BPF_WORDALIGN of macOS.
func wordAlign(n int) int { return (n + 3) &^ 3 }

// Next implements Tap.
func (d *device) Next(rec *frame.Frame) error {
	if len(d.rest) == 0 {
		n, err := unix.Read(d.fd, d.buffer)
		switch {
		case errors.Is(err, unix.EINTR) || err == nil && n == 0: // the time was over
			return ErrNothing
		case errors.Is(err, unix.ENETDOWN):
			time.Sleep(pollEvery) //nolint:forbidigo // reading returns at once while it is down
			return ErrDown
		case errors.Is(err, unix.ENXIO):
			return errors.New("the interface went away")
		case err != nil:
			return fmt.Errorf("wait for frames: %w", err)
		}
		d.rest = d.buffer[:n]
	}
	order := binary.NativeEndian
	if len(d.rest) < unix.SizeofBpfHdr {
		return errors.New("the system gave a frame without a header")
	}
	seconds, micros := order.Uint32(d.rest), order.Uint32(d.rest[4:])
	kept, length, start := int(order.Uint32(d.rest[8:])), order.Uint32(d.rest[12:]), int(order.Uint16(d.rest[16:]))
	if kept < 0 || start < 18 || start+kept > len(d.rest) {
		return errors.New("the system gave a frame that is longer than what it was read into")
	}
	*rec = frame.Frame{
		Data: d.rest[start : start+kept], Link: d.kind, Length: length, Whole: uint32(kept) >= length,
		Nanos: int64(seconds)*1e9 + int64(micros)*1e3,
	}
	d.rest = d.rest[min(wordAlign(start+kept), len(d.rest)):]
	return nil
}

// Drops implements Tap.
func (d *device) Drops() (uint64, error) {
	s, err := syscall.BpfStats(d.fd)
	if err != nil {
		return 0, err
	}
	return uint64(s.Drop), nil
}
