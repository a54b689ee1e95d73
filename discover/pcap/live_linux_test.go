package pcap_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
	"kanmon/discover/pcap/filter"
)

// live opens an interface and listens.
func live(ctx context.Context, o pcap.LiveOptions, session string, to discover.Sink) (discover.Summary, error) {
	l, err := pcap.Open(o)
	if err != nil {
		return discover.Summary{}, err
	}
	defer l.Close()
	return l.Run(ctx, session, to)
}

// twoEnds makes a network namespace of its own with a pair of interfaces in it,
// "kma" and "kmb", and puts the calling thread there for good: the thread ends
// with the goroutine.
func twoEnds(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a network namespace needs root")
	}
	runtime.LockOSThread() // never unlocked: nothing else may run in the namespace
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace to be had: %v", err)
	}
	for _, args := range []string{
		"link add kma type veth peer name kmb", "link set kma up", "link set kmb up",
	} {
		if out, err := exec.CommandContext(t.Context(), "ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Skipf("ip %s: %v: %s", args, err, out)
		}
	}
}

// inThread runs f on a goroutine, and so on a thread, of its own.
func inThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// sender returns what puts frames on an interface of the namespace that the
// calling thread is in.
func sender(t *testing.T, name string) func(frames ...[]byte) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	iface, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(frames ...[]byte) {
		for _, f := range frames {
			if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: iface.Index}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestLive(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		send := sender(t, "kmb")
		ended := make(chan time.Time, 1)
		go func() {
			time.Sleep(300 * time.Millisecond)
			send(eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.7", macA, "192.0.2.1")),
				eth(macA, macB, 0x8100, join(be16(20), be16(0x0806), arp4(2, macB, "192.0.2.8", macA, "192.0.2.1"))))
			time.Sleep(500 * time.Millisecond)
			ended <- time.Now()
			cancel()
		}()
		var c discover.Collection
		sum, err := live(ctx, pcap.LiveOptions{
			Interface: "kma", Promiscuous: true, Vantage: "test", Flush: 100 * time.Millisecond,
		}, "live:test", &c)
		if err != nil {
			t.Errorf("Live: %v", err)
			return
		}
		if late := time.Since(<-ended); late > time.Second {
			t.Errorf("ended %v after its context", late)
		}
		if sum.Records < 2 || sum.Format != "live-capture" {
			t.Errorf("summary %+v", sum)
		}
		got := fmt.Sprint(facts[fact.AddressBinding](c.Observations()))
		for _, want := range []string{"192.0.2.7", "192.0.2.8"} {
			if !strings.Contains(got, want) {
				t.Errorf("no binding of %s in %s", want, got)
			}
		}
		if !strings.Contains(got, "20}") {
			t.Errorf("the tag of the second frame is lost: %s", got)
		}
		for _, o := range c.Observations() {
			if o.Seen[0].Input != "live:test" || o.Seen[0].Vantage != "test" || o.First().IsZero() {
				t.Errorf("sighting %+v", o.Seen)
			}
		}
	})
}

func TestLiveDuration(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		start := time.Now()
		_, err := live(t.Context(), pcap.LiveOptions{Interface: "kma", Duration: 300 * time.Millisecond}, "live:test", &discover.Collection{})
		if took := time.Since(start); err != nil || took < 250*time.Millisecond || took > 1300*time.Millisecond {
			t.Errorf("took %v, error %v", took, err)
		}
	})
}

// TestLiveInterrupted tells a session that was cut short from one that lasted
// as long as it should.
func TestLiveInterrupted(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := live(ctx, pcap.LiveOptions{Interface: "kma", Duration: time.Minute}, "live:test", &discover.Collection{})
		if !errors.Is(err, pcap.ErrInterrupted) {
			t.Errorf("error %v, want %v", err, pcap.ErrInterrupted)
		}
	})
}

func TestCheck(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		for name, want := range map[string]string{"kma": "", "lo": "ip link set lo up", "nosuch0": "`ip link` lists"} {
			err := pcap.Check(name)
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: error %v, want one with %q", name, err, want)
			}
		}
	})
}

func TestLiveErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   pcap.LiveOptions
		want string
	}{
		{name: "no interface", in: pcap.LiveOptions{}, want: "no interface was named"},
		{name: "not there", in: pcap.LiveOptions{Interface: "nosuch0"}, want: "ip link"},
		{name: "negative", in: pcap.LiveOptions{Interface: "lo", Duration: -1}, want: "negative"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := live(t.Context(), tt.in, "s", &discover.Collection{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// TestLiveVLAN hears frames that a VLAN interface of the kernel sends, whose
// tags travel beside them, with a filter that the kernel runs on them, and
// frames with two tags.
func TestLiveVLAN(t *testing.T) {
	inThread(func() {
		twoEnds(t)
		for _, args := range []string{
			"link add link kmb name kmb.20 type vlan id 20", "link add link kmb name kmb.30 type vlan id 30",
			"link set kmb.20 up", "link set kmb.30 up",
		} {
			if out, err := exec.CommandContext(t.Context(), "ip", strings.Fields(args)...).CombinedOutput(); err != nil {
				t.Skipf("ip %s: %v: %s", args, err, out)
			}
		}
		twenty, thirty, plain := sender(t, "kmb.20"), sender(t, "kmb.30"), sender(t, "kmb")
		for _, tt := range []struct {
			filter string
			want   []string
		}{
			{"", []string{"192.0.2.20 20", "192.0.2.30 30", "192.0.2.40 40", "192.0.2.50 0"}},
			{"vlan 20", []string{"192.0.2.20 20"}},
			{"arp and not vlan", []string{"192.0.2.50 0"}},
			{"host 192.0.2.40 or src net 192.0.2.30/31", []string{"192.0.2.30 30", "192.0.2.40 40"}},
		} {
			var chosen *filter.Filter
			if tt.filter != "" {
				var err error
				if chosen, err = filter.Parse(tt.filter); err != nil {
					t.Fatal(err)
				}
			}
			l, err := pcap.Open(pcap.LiveOptions{Interface: "kma", Promiscuous: true, Filter: chosen, Duration: 400 * time.Millisecond})
			if err != nil {
				t.Error(err)
				return
			}
			twenty(eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.20", macA, "192.0.2.1")))
			thirty(eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.30", macA, "192.0.2.1")))
			plain(eth(macA, macB, 0x88a8, join(be16(40), be16(0x8100), be16(41), be16(0x0806), arp4(2, macB, "192.0.2.40", macA, "192.0.2.1"))),
				eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.50", macA, "192.0.2.1")))
			var c discover.Collection
			if _, err := l.Run(t.Context(), "live:test", &c); err != nil {
				t.Error(err)
			}
			l.Close()
			var got []string
			for _, f := range facts[fact.AddressBinding](c.Observations()) {
				got = append(got, fmt.Sprintf("%s %d", f.IP, f.VID))
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("filter %q: heard %v, want %v", tt.filter, got, tt.want)
			}
		}
	})
}
