package fragile

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Files of a device in its folder.
const (
	CountsFile = "packets.json" // packets by kind, written each second
	DeathFile  = "died"         // what it died of; not there while it lives
)

// Run is the device behind an interface: it listens at the printer's port,
// and counts all that comes into its folder. When it dies it says so in a file,
// takes the interface down, and returns an error.
func Run(ctx context.Context, name, dir string) error {
	printer, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf(":%d", PortPrinter))
	if err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	defer func() { _ = printer.Close() }() // nothing was written
	go hold(printer)
	fd, err := listen(name)
	if err != nil {
		return fmt.Errorf("fragile: %s: %w", name, err)
	}
	defer func() { _ = unix.Close(fd) }()
	var device Device
	frame := make([]byte, 64<<10)
	var written time.Time
	changed := true // a file from the start on: it says that the device is there
	for ctx.Err() == nil {
		if changed && time.Since(written) > time.Second {
			if err := save(dir, device.Counts()); err != nil {
				return err
			}
			written, changed = time.Now(), false
		}
		n, from, err := unix.Recvfrom(fd, frame, 0)
		switch {
		case errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("fragile: %s: %w", name, err)
		}
		if at, ok := from.(*unix.SockaddrLinklayer); ok && at.Pkttype == unix.PACKET_OUTGOING {
			continue
		}
		changed = true
		if cause := device.Receive(frame[:n], time.Now()); cause != "" {
			return errors.Join(fmt.Errorf("fragile: died of %s", cause), die(name, dir, cause), save(dir, device.Counts()))
		}
	}
	return save(dir, device.Counts())
}

// hold keeps the printer's connections open for a while, some of them: a
// printer that waits for data.
func hold(printer net.Listener) {
	var open []net.Conn
	for {
		c, err := printer.Accept()
		if err != nil {
			return
		}
		if open = append(open, c); len(open) > MaxConnections {
			_ = open[0].Close() // the other side sees it
			open = open[1:]
		}
	}
}

func listen(name string) (int, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	order := binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL)
	err = errors.Join(
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 500_000}),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16(order), Ifindex: i.Index}))
	if err != nil {
		_ = unix.Close(fd) // the error is told
		return 0, err
	}
	return fd, nil
}

// die writes the cause down and takes the interface down: the device is dead
// for all of its servers.
func die(name, dir, cause string) error {
	if err := os.WriteFile(filepath.Join(dir, DeathFile), []byte(cause+"\n"), 0o600); err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	request, err := unix.NewIfreq(name)
	if err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	request.SetUint16(0) // not up
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		return fmt.Errorf("fragile: %s down: %w", name, err)
	}
	return nil
}

// save writes the counts in one step, for those who read meanwhile.
func save(dir string, counts map[string]int) error {
	if counts == nil {
		counts = map[string]int{}
	}
	text, err := json.MarshalIndent(counts, "", "\t") // sorted by kind
	if err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	path := filepath.Join(dir, CountsFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("fragile: %w", err)
	}
	return nil
}
