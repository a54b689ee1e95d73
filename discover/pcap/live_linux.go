package pcap

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/gopacket/gopacket/afpacket"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// The ring in which the kernel puts frames: 16 MiB, which held 400,000 frames a
// second without loss where it was tried.
const (
	ringBlock  = 1 << 20
	ringBlocks = 16
	ringFrame  = 1 << 11
	// blockEvery bounds how long a frame waits in a block that is not full.
	blockEvery = 50 * time.Millisecond
)

// Live listens on an interface until the context ends or the duration is over,
// which it notices in less than a second. It sends nothing. New facts are
// emitted as they come in, and at the end those that changed since. It needs
// the right to open packet sockets (CAP_NET_RAW).
//
// The end of the context is how a session without a duration ends, and so no
// error; one with a duration ends with ErrInterrupted.
func Live(ctx context.Context, o LiveOptions, to discover.Sink) (discover.Summary, error) {
	sum := discover.Summary{Format: "live-capture"}
	if err := o.check(); err != nil {
		return sum, err
	}
	sum.Vantage = o.Interface
	link, err := linkOf(o.Interface)
	if err != nil {
		return sum, err
	}
	sum.LinkTypes = []string{linkName(link)}
	socket, err := afpacket.NewTPacket(
		afpacket.OptInterface(o.Interface), afpacket.TPacketVersion3,
		afpacket.OptFrameSize(ringFrame), afpacket.OptBlockSize(ringBlock), afpacket.OptNumBlocks(ringBlocks),
		afpacket.OptBlockTimeout(blockEvery), afpacket.OptPollTimeout(pollEvery), afpacket.OptAddVLANHeader(true),
	)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return sum, fmt.Errorf("live capture on %s: not allowed to listen: run as root, or give the program CAP_NET_RAW (setcap cap_net_raw+ep): %w", o.Interface, err)
		}
		return sum, fmt.Errorf("live capture on %s: %w", o.Interface, err)
	}
	defer socket.Close()
	if o.Promiscuous {
		if err := socket.SetPromiscuous(true); err != nil {
			return sum, fmt.Errorf("live capture on %s: switch to promiscuous mode: %w", o.Interface, err)
		}
	}
	l := listener{o: o, socket: socket, link: link, to: to, a: newAnalyzer(), emit: o.emitter(to)}
	err = l.run(ctx)
	sum.Records = l.frames
	return sum, errors.Join(err, l.end())
}

// Check reports what stands in the way of listening on an interface, as far as
// it can be told without trying.
func Check(name string) error {
	_, err := linkOf(name)
	return err
}

// linkOf returns the link type of the frames that a packet socket on the
// interface gives.
func linkOf(name string) (uint32, error) {
	iface, err := net.InterfaceByName(name)
	switch {
	case err != nil:
		return 0, fmt.Errorf("live capture: no interface %q here: name one that `ip link` lists", fact.Clean(name))
	case iface.Flags&net.FlagUp == 0:
		return 0, fmt.Errorf("live capture on %s: the interface is down: bring it up with `ip link set %[1]s up`", fact.Clean(name))
	case iface.Flags&net.FlagLoopback != 0 || len(iface.HardwareAddr) == 6:
		return linkEthernet, nil
	case len(iface.HardwareAddr) == 0: // point-to-point and tunnel interfaces give bare IP packets
		return linkRaw, nil
	}
	return 0, fmt.Errorf("live capture on %s: its link addresses have %d octets; only Ethernet and IP interfaces are read", fact.Clean(name), len(iface.HardwareAddr))
}

type listener struct {
	o      LiveOptions
	socket *afpacket.TPacket
	link   uint32
	to     discover.Sink
	a      *analyzer
	emit   emit
	frames uint64
}

func (l *listener) run(ctx context.Context) error {
	var over <-chan time.Time // never, without a duration
	if l.o.Duration > 0 {
		t := time.NewTimer(l.o.Duration)
		defer t.Stop()
		over = t.C
	}
	flush := time.NewTicker(l.o.Flush)
	defer flush.Stop()
	for {
		select { // for each frame: a poll may last, and a check costs little beside a frame
		case <-over:
			return nil
		case <-ctx.Done():
			if l.o.Duration > 0 {
				return fmt.Errorf("live capture on %s: %w", l.o.Interface, ErrInterrupted)
			}
			return nil
		case <-flush.C:
			if err := l.a.flush(l.emit, false); err != nil {
				return err
			}
		default:
		}
		switch err := l.next(); {
		case errors.Is(err, afpacket.ErrTimeout): // nothing came
		case errors.Is(err, afpacket.ErrPoll), errors.Is(err, syscall.ENETDOWN):
			return fmt.Errorf("live capture on %s: the interface went down or away", l.o.Interface)
		case err != nil:
			return fmt.Errorf("live capture on %s: %w", l.o.Interface, err)
		}
	}
}

// next learns from the next frame.
func (l *listener) next() error {
	b, ci, err := l.socket.ZeroCopyReadPacketData()
	if err != nil {
		return err
	}
	l.frames++
	whole := len(b) >= ci.Length
	if l.o.Snaplen > 0 && len(b) > l.o.Snaplen {
		b, whole = b[:l.o.Snaplen], false
	}
	if len(b) > maxFrame {
		b, whole = b[:maxFrame], false
	}
	if err := l.a.frame(l.link, b, whole, moment{nanos: ci.Timestamp.UnixNano(), frame: l.frames}); err != nil {
		l.to.Skip("frame "+strconv.FormatUint(l.frames, 10), err)
	}
	return nil
}

// end emits what was learned, and how many frames the kernel had to drop.
func (l *listener) end() error {
	if err := l.a.finish(l.emit); err != nil {
		return err
	}
	_, stats, err := l.socket.SocketStats()
	runtime.KeepAlive(l.socket)
	if err != nil {
		return fmt.Errorf("live capture on %s: read the count of dropped frames: %w", l.o.Interface, err)
	}
	if stats.Drops() == 0 {
		return nil
	}
	return l.emit("pcap/live", fact.Gap{
		What: "frames on " + l.o.Interface,
		Why:  fmt.Sprintf("the kernel dropped %d frames because they came faster than they could be read", stats.Drops()),
	}, fact.Sighting{First: when(l.a.seenAnything.first), Last: when(l.a.seenAnything.last), Count: uint64(stats.Drops())})
}
