package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"kanmon/discover"
	"kanmon/discover/pcap"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/save"
)

// sniffFlags are what sniff is told on the command line.
type sniffFlags struct {
	interfaces []string
	files      []string
	out        string
	write      string
	filter     string
	maxSize    string
	listen     listenOptions // without an interface: what is the same for all
}

func (a *app) sniffCommand() *cobra.Command {
	var f sniffFlags
	c := &cobra.Command{
		Use:   "sniff -i INTERFACE",
		Short: "Listen at a mirror port and write evidence; sends nothing",
		Long: `Listens on an interface, best one that a switch's mirror port is plugged into,
and writes what it learns as evidence. It sends nothing and keeps no payload.

It needs the right to capture. On Linux: root, or the capability CAP_NET_RAW, both
of which it gives up as soon as it listens; files belong to who called sudo. On
macOS: root, or the right to read /dev/bpf*. On Windows: Npcap.

With -w it also writes the frames it hears to a capture file (pcapng): headers,
and what speaks of the network, such as ARP, LLDP, DHCP, DNS and the names of TLS
servers. The payload of users is cut off, unless --snaplen says how many octets of
each frame are to be kept: such a file may hold data of patients.

With -r it reads capture files instead of an interface, in the same way: to get
the evidence out of a capture, or with -w a copy of it without payload.

A filter is written as for tcpdump: host, net, port, portrange (with src, dst,
tcp, udp), ether host, ether proto, vlan, ip, ip6, arp, tcp, udp, icmp, icmp6, and,
or, not. It looks behind VLAN tags. What it leaves out is a blind spot of the map.

` + exitCodes,
		Example: `  kanmon sniff -i eth1 --duration 10m --vantage "core switch, clinical" -o evidence/clinical.jsonl
  kanmon sniff -i eth1 -i eth2 -o evidence/two.jsonl --filter "not host 10.10.99.5"
  kanmon sniff -r visit.pcapng -w visit-headers.pcapng -o evidence/visit.jsonl`,
		Args: args(0, 0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error { return a.sniff(c.Context(), f) },
	}
	fs := c.Flags()
	fs.StringArrayVarP(&f.interfaces, "interface", "i", nil, "interface to listen on; may be repeated")
	fs.StringArrayVarP(&f.files, "read", "r", nil, "capture file to read instead; may be repeated")
	fs.DurationVar(&f.listen.Duration, "duration", 0, "how long to listen, such as 10m (default: until interrupted)")
	fs.Uint64Var(&f.listen.MaxFrames, "max-frames", 0, "frames to look at, of each interface or file (default: all)")
	fs.StringVar(&f.listen.Vantage, "vantage", "", "where in the network this is, in your words")
	fs.StringVar(&f.filter, "filter", "", "frames to look at, written as for tcpdump (default: all)")
	fs.IntVar(&f.listen.Snaplen, "snaplen", 0, "octets of each frame to look at, and to write with -w (default: all; -w writes headers)")
	fs.BoolVarP(&f.listen.NotPromiscuous, "no-promiscuous-mode", "p", false, "do not put the interface into promiscuous mode")
	fs.StringVarP(&f.write, "write", "w", "", "capture file to write frames to; must not be there yet")
	fs.StringVar(&f.maxSize, "max-size", "1G", "size that the file of -w may have, such as 500M; listening goes on without it")
	fs.StringVarP(&f.out, "output", "o", "", "evidence file to append to (default: standard output)")
	return c
}

// heapListening is how much the heap may grow, in per cent, while frames are
// read: what is kept of them grows slowly, and little else is made.
const heapListening = 5

func (a *app) sniff(ctx context.Context, f sniffFlags) (err error) {
	defer a.Heap.grow(a.Heap.grow(heapListening))
	l := f.listen
	switch {
	case len(f.interfaces) == 0 && len(f.files) == 0:
		return usage("add -i INTERFACE, or -r FILE", "no interface was named")
	case len(f.interfaces) > 0 && len(f.files) > 0:
		return usage("do one after the other", "-i and -r cannot be used together")
	case len(f.files) > 0 && l.Duration > 0:
		return usage("", "--duration is how long to listen: files are read to their end")
	case f.write == "-" || f.write != "" && f.write == f.out:
		return usage("name a file of its own with -w", "captured frames and evidence do not go to the same place")
	case l.Snaplen < 0:
		return usage("", "--snaplen must not be negative")
	}
	if l.Filter, err = parseFilter(f.filter); err != nil {
		return err
	}
	size, err := parseSize(f.maxSize)
	if err != nil {
		return usage("", "--max-size: %w", err)
	}
	for _, name := range f.files {
		if _, err := os.Stat(name); err != nil {
			return usage("", "%w", err)
		}
	}
	var open []listener
	frames := &captureFile{note: a.note}
	if f.write != "" {
		l.Copy = save.New(frames, save.Options{Snaplen: l.Snaplen, MaxSize: size})
	}
	for _, name := range f.interfaces {
		l.Interface = name
		opened := openListener(l, len(f.interfaces))
		if opened.err != nil {
			return usage("", "%w", opened.err)
		}
		defer opened.close()
		open = append(open, opened)
	}
	var to *recorder
	err = a.asCaller(func() (err error) {
		if f.write != "" && frames.File == nil {
			if frames.File, err = createNew(f.write); err != nil {
				return err
			}
		}
		to, err = a.record(f.out)
		return err
	})
	if err != nil {
		return errors.Join(err, frames.drop())
	}
	if len(open) > 0 { // files are read with the rights of who can read them
		a.dropRights(false)
	}
	if f.write != "" && l.Snaplen > 0 {
		a.note("%s gets the first %d octets of each frame: treat it as data of patients", f.write, l.Snaplen)
	}
	stop := a.progress(to.observed)
	var errs []error
	if len(open) > 0 {
		errs = a.listenAll(ctx, open, to)
	} else {
		errs = []error{a.readCaptures(ctx, f.files, l, to)}
	}
	stop()
	broken := a.finishCopy(f.write, l.Copy, frames)
	if err := to.close(); err != nil {
		return errors.Join(err, broken)
	}
	err = a.partly(ctx, len(errs), errs...)
	if broken != nil {
		err = &exitError{code: exitPartial, err: broken, hint: "the evidence is whole; make room there and listen again where you need the frames too"}
	}
	if err == nil {
		a.note("%d observations", to.count)
	}
	return err
}

// listenAll listens on all interfaces at once.
func (a *app) listenAll(ctx context.Context, open []listener, to *recorder) []error {
	errs := make([]error, len(open))
	var group sync.WaitGroup
	for i, l := range open {
		group.Go(func() { errs[i] = a.listen(ctx, l, to) })
	}
	group.Wait()
	return errs
}

// readCaptures reads capture files one after the other, so that their frames are
// written in the order in which they were named.
func (a *app) readCaptures(ctx context.Context, files []string, l listenOptions, to *recorder) error {
	formats := pcap.FormatsWith(pcap.FileOptions{Filter: l.Filter, Copy: l.Copy, Snaplen: l.Snaplen, MaxFrames: l.MaxFrames})
	to.enc.Hold(64 << 10) // the files can be read again
	var errs []error
	for _, file := range files {
		report, err := discover.ReadFiles(ctx, discover.ReadOptions{Paths: []string{file}, Formats: formats, Vantage: l.Vantage}, &source{to: to})
		if err != nil {
			return err
		}
		for _, in := range report.Inputs {
			switch {
			case in.Failed != "":
				errs = append(errs, fmt.Errorf("%s: %s", in.Path, in.Failed))
			case in.Incomplete != "":
				errs = append(errs, fmt.Errorf("%s: read in part: %s", in.Path, in.Incomplete))
			case in.Unrecognised && in.Named:
				errs = append(errs, fmt.Errorf("%s is not a capture that is read", in.Path))
			}
		}
	}
	return errors.Join(errs...)
}

// captureFile is the file of -w. It is opened after interfaces are, and before
// anything is written to it.
type captureFile struct {
	*os.File
	note func(format string, args ...any)
}

// Write implements io.Writer. It is not called again once it failed, and who
// waits at the terminal is told at once: what is heard without it is for the
// evidence only.
func (f *captureFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if err != nil {
		f.note("no more frames are written: %s", err)
	}
	return n, err
}

// drop removes a file that nothing was written to.
func (f *captureFile) drop() error {
	if f.File == nil {
		return nil
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) //nolint:gosec // it was made a moment ago under that name
}

// createNew makes a file that was not there, which only its owner may read.
func createNew(path string) (*os.File, error) {
	f, err := privateFile(path, os.O_EXCL|os.O_WRONLY)
	if errors.Is(err, os.ErrExist) {
		return nil, usage("name another file with -w", "%s is there already; nothing was overwritten", path)
	}
	if err != nil {
		return nil, usage("name another file with -w", "file of captured frames: %w", err)
	}
	return f, nil
}

// finishCopy ends the file of -w and says what is in it.
func (a *app) finishCopy(name string, c *save.File, f *captureFile) error {
	if c == nil {
		return nil
	}
	if err := c.Flush(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("file of captured frames: %w", err)
	}
	copied, left := c.Frames()
	a.note("%d frames are in %s", copied, name)
	if left > 0 {
		a.note("%d more had no room there: --max-size allows more", left)
	}
	return nil
}

// parseFilter reads a filter of frames; nil where there is none.
func parseFilter(s string) (*filter.Filter, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no filter takes all
	}
	f, err := filter.Parse(s)
	if err != nil {
		return nil, usage("write it as kanmon sniff --help says", "--%w", err)
	}
	return f, nil
}

// parseSize reads a number of octets, such as 500M.
func parseSize(s string) (int64, error) {
	unit := int64(1)
	digits := strings.TrimRight(s, "kKMGB")
	switch strings.TrimSuffix(s[len(digits):], "B") {
	case "":
	case "k", "K":
		unit = 1 << 10
	case "M":
		unit = 1 << 20
	case "G":
		unit = 1 << 30
	default:
		digits = ""
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > (1<<62)/unit {
		return 0, fmt.Errorf("%q is not a size such as 500M or 2G", s)
	}
	return n * unit, nil
}

// defaultListen is how long audit listens where nothing is said: long enough
// for LLDP (30 s), ARP, and router advertisements (RFC 4861: at most 600 s),
// short enough for a day on site.
const defaultListen = 10 * time.Minute
