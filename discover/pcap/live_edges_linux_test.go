package pcap_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
	"kanmon/discover/pcap/save"
)

// runIP runs ip(8).
func runIP(t *testing.T, args string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Errorf("ip %s: %v: %s", args, err, out)
	}
}

// TestLiveRest wants the frames that wait in the ring when a session ends to be
// learned from: the program may have stood still, or been slower than they came.
func TestLiveRest(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		l, err := pcap.Open(pcap.LiveOptions{Interface: "kma", Promiscuous: true})
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		sender(t, "kmb")(eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.7", macA, "192.0.2.1")),
			eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.8", macA, "192.0.2.1")))
		var c discover.Collection
		ended, end := context.WithCancel(t.Context())
		end()
		if _, err := l.Run(ended, "live:test", &c); err != nil {
			t.Error(err)
		}
		wantBindings(t, &c, "192.0.2.7", "192.0.2.8")
	})
}

// wantBindings wants addresses to be heard. The kernel of the far end has one of
// its own, which it tells of too.
func wantBindings(t *testing.T, c *discover.Collection, addresses ...string) {
	t.Helper()
	got := fmt.Sprint(facts[fact.AddressBinding](c.Observations()))
	for _, a := range addresses {
		if !strings.Contains(got, a) {
			t.Errorf("heard %s, want %s", got, a)
		}
	}
}

// TestLiveDownOnce wants one gap for one time that an interface is down, which
// begins after the last frame that came.
func TestLiveDownOnce(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		l, err := pcap.Open(pcap.LiveOptions{Interface: "kma", Promiscuous: true, Duration: time.Second})
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		sender(t, "kmb")(eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.7", macA, "192.0.2.1")))
		runIP(t, "link set kma down") // while the frame waits in a block that is not full
		var c discover.Collection
		if _, err := l.Run(t.Context(), "live:test", &c); err != nil {
			t.Error(err)
		}
		var gaps []string
		for _, o := range c.Observations() {
			if g, ok := o.Fact.(fact.Gap); ok && g.Code == fact.GapInterfaceDown {
				for _, s := range o.Seen {
					gaps = append(gaps, fmt.Sprint(s.First.IsZero(), s.Last.IsZero()))
				}
			}
		}
		if fmt.Sprint(gaps) != "[false true]" {
			t.Errorf("gaps whose begin and end are not known: %v, want one with a begin and no end", gaps)
		}
	})
}

// full is a disk on which there is no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, unix.ENOSPC }

// TestLiveWithoutCopy wants listening to go on where frames cannot be copied.
func TestLiveWithoutCopy(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		frames := save.New(full{}, save.Options{})
		l, err := pcap.Open(pcap.LiveOptions{
			Interface: "kma", Promiscuous: true, Copy: frames, Duration: 600 * time.Millisecond, Flush: 50 * time.Millisecond,
		})
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		send := sender(t, "kmb")
		for i, after := range []time.Duration{100 * time.Millisecond, 400 * time.Millisecond} {
			time.AfterFunc(after, func() {
				send(eth(macA, macB, 0x0806, arp4(2, macB, fmt.Sprintf("192.0.2.%d", 7+i), macA, "192.0.2.1")))
			})
		}
		var c discover.Collection
		if _, err := l.Run(t.Context(), "live:test", &c); err != nil {
			t.Error(err)
		}
		wantBindings(t, &c, "192.0.2.7", "192.0.2.8")
		if err := frames.Flush(); err == nil {
			t.Error("nothing says that the copy failed")
		}
	})
}

// TestLiveAmong wants many interfaces to share the memory for frames that wait.
func TestLiveAmong(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		for among, want := range map[int]int{0: 32 << 20, 1: 32 << 20, 2: 32 << 20, 8: 8 << 20, 500: 2 << 20} {
			l, err := pcap.Open(pcap.LiveOptions{Interface: "kma", Among: among})
			if err != nil {
				t.Error(err)
				return
			}
			if got := rings(t); got != want {
				t.Errorf("one of %d interfaces has %d octets, want %d", among, got, want)
			}
			l.Close()
		}
	})
}

// rings returns the size of all memory that is shared with sockets.
func rings(t *testing.T) (size int) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(string(maps)) {
		var from, to int
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err == nil && strings.Contains(line, "socket:") {
			size += to - from
		}
	}
	return size
}

// TestLiveKinds listens on interfaces that are no Ethernet. TUN makes all kinds.
func TestLiveKinds(t *testing.T) {
	radiotap := join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, []byte{0x08, 0x01, 0, 0}, macB[:], macA[:], macB[:], be16(0),
		[]byte{0xaa, 0xaa, 3, 0, 0, 0}, be16(0x0806), arp4(2, macA, "192.0.2.7", macB, "192.0.2.1"))
	for _, tt := range []struct {
		name     string
		hardware int // ARPHRD_ of Linux's if_arp.h
		in       []byte
		link     string
		want     string // in what was learned, or in the error
	}{
		{"monitor mode", unix.ARPHRD_IEEE80211_RADIOTAP, radiotap, "IEEE802_11_RADIO", "192.0.2.7"},
		{"can", unix.ARPHRD_CAN, nil, "", "name another interface"},
		{"netlink", unix.ARPHRD_NETLINK, nil, "", "name another interface"},
		{"infiniband", unix.ARPHRD_INFINIBAND, nil, "", "name another interface"},
	} {
		inThread(func() {
			twoEnds(t)
			tun := made(t, "kmt", tt.hardware)
			l, err := pcap.Open(pcap.LiveOptions{Interface: "kmt", Promiscuous: true, Duration: 300 * time.Millisecond})
			if err != nil {
				if tt.in != nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: %v", tt.name, err)
				}
				return
			}
			defer l.Close()
			if _, err := unix.Write(tun, tt.in); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			var c discover.Collection
			sum, err := l.Run(t.Context(), "live:test", &c)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if got := fmt.Sprint(sum.LinkTypes, facts[fact.AddressBinding](c.Observations())); !strings.Contains(got, tt.link) || !strings.Contains(got, tt.want) {
				t.Errorf("%s: learned %s", tt.name, got)
			}
		})
	}
}

// made makes an interface of a kind, and brings it up. What is written to the
// descriptor comes in there.
func made(t *testing.T, name string, hardware int) int {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no TUN here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	req, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	req.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		t.Skipf("no TUN here: %v", err)
	}
	if err := unix.IoctlSetInt(fd, unix.TUNSETLINK, hardware); err != nil {
		t.Skipf("TUN of kind %d: %v", hardware, err)
	}
	runIP(t, "link set "+name+" up")
	return fd
}
