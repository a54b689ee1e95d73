package lab_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"kanmon/discover/fact"
	"kanmon/testdata/lab"
	"kanmon/testdata/lab/score"
)

// A million made-up frames come to the port at which most ways out are seen,
// while all ports are listened at.
const (
	flooding = 1_000_000
	flooded  = "mirror0"
	maxPeak  = 128 << 10 // KiB of memory, that of the kernel's ring among them
)

// Nothing that a mirror port shows is lost, and nothing made up is shown, while
// a million frames of random senders come to the same port. That the twin shows
// nothing is for TestEndToEnd: two minutes more would tell little.
func TestFlood(t *testing.T) {
	t.Parallel()
	v := newVisit(t, lab.Hospital())
	v.gatherFlooded(t)
	v.unharmed(t)
	r := v.score(t, score.Passive)
	ways := r.Tally(score.WaysOut)
	t.Logf("ways out: %d of %d that can be known found; wrong: %v", ways.Expected, ways.Knowable, ways.Wrong)
	if ways.RecallOfKnowable() < 1 {
		t.Errorf("the mirror ports show ways out that were missed: %v", ways.Missed)
	}
	if len(ways.Wrong) > 0 {
		t.Errorf("ways out that are none: %v", ways.Wrong)
	}
}

// gatherFlooded listens at all mirror ports, and floods them.
func (v *visit) gatherFlooded(t *testing.T) {
	t.Helper()
	var group errgroup.Group
	for _, m := range v.plan.Mirrors {
		file := filepath.Join(v.dir, m.Port+".jsonl")
		cmd := exec.CommandContext(t.Context(), v.lab.Helper, "-id", v.lab.ID, "inside", "auditor", v.kanmon,
			"sniff", "-q", "-i", m.Port, "--duration", listening.String(), "--vantage", m.Port, "-o", file)
		group.Go(func() error {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sent := make(chan int, 1)
			var said strings.Builder
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				return err
			}
			peak := make(chan int, 1)
			go func() { peak <- peakOf(ctx, cmd.Process.Pid) }()
			go func() {
				n := 0
				if m.Port == flooded {
					time.Sleep(5 * time.Second) // the ring is there by then
					err := v.lab.Within(m.Switch, func() (err error) {
						n, err = flood(ctx, m.Port, listening-20*time.Second)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
				sent <- n
			}()
			err := cmd.Wait()
			cancel()
			n := <-sent
			if err != nil {
				return fmt.Errorf("kanmon at %s: %w\n%s", m.Port, err, said.String())
			}
			if m.Port == flooded && n < flooding {
				t.Errorf("only %d frames of the flood were sent", n)
			}
			frames, dropped, gaps := told(t, file)
			most := <-peak
			t.Logf("%s: %d frames of the flood sent, %d frames read, %d dropped by the kernel, peak %d KiB, gaps:\n%s",
				m.Port, n, frames, dropped, most, strings.Join(gaps, "\n"))
			if most == 0 || most > maxPeak {
				t.Errorf("%s: the peak of memory is %d KiB, want at most %d", m.Port, most, maxPeak)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// peakOf follows the memory of a process until the context ends, and returns the
// most that it had, in KiB. That of its usage would count what started it.
func peakOf(ctx context.Context, pid int) int {
	peak := 0
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // gone when it ended
		for line := range strings.Lines(string(status)) {
			if words := strings.Fields(line); len(words) == 3 && words[0] == "VmHWM:" {
				peak, _ = strconv.Atoi(words[1]) // proc_pid_status(5): in kB, which are KiB
			}
		}
		select {
		case <-ctx.Done():
			return peak
		case <-time.After(time.Second):
		}
	}
}

// told returns how many frames a session read, how many it says that the kernel
// dropped, and what else it says it did not see.
func told(t *testing.T, file string) (frames, dropped uint64, gaps []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var o struct {
			Kind fact.Kind
			Fact struct {
				Records         uint64
				What, Why, Code string
			}
			Seen struct{ Count uint64 }
		}
		if json.Unmarshal([]byte(line), &o) != nil {
			continue // the first line
		}
		switch {
		case o.Kind == fact.InputRead{}.Kind():
			frames += o.Fact.Records
		case o.Kind == fact.Gap{}.Kind() && o.Fact.Code == fact.GapFramesDropped:
			dropped = max(dropped, o.Seen.Count) // it is told anew when there are more
		case o.Kind == fact.Gap{}.Kind():
			gaps = append(gaps, o.Fact.What+": "+o.Fact.Why)
		}
	}
	return frames, dropped, gaps
}

// flood puts made-up frames on an interface, evenly over a time but no longer
// than the context lasts, and returns how many.
func flood(ctx context.Context, port string, over time.Duration) (int, error) {
	iface, err := net.InterfaceByName(port)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	rng := rand.New(rand.NewPCG(1, uint64(iface.Index)))
	began := time.Now()
	sent := 0
	for sent < flooding && ctx.Err() == nil {
		due := int(float64(flooding) * min(1, time.Since(began).Seconds()/over.Seconds()))
		for sent < due {
			switch err := unix.Sendto(fd, madeUp(rng), 0, &unix.SockaddrLinklayer{Ifindex: iface.Index}); {
			case err == nil:
				sent++
			case !errors.Is(err, unix.ENOBUFS): // a full queue is given time
				return sent, fmt.Errorf("flood %s: %w", port, err)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return sent, nil
}

// madeUp is a frame whose addresses are random: a question to a name server, the
// beginning of a connection, or a datagram, over IPv4 or IPv6.
func madeUp(rng *rand.Rand) []byte {
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	from, to := random(6), random(6)
	from[0] &^= 1 // of one station
	to[0] &^= 1
	ports := random(4)
	var proto byte = 17
	var body []byte
	switch rng.IntN(4) {
	case 0:
		proto = 6
		binary.BigEndian.PutUint16(ports[2:], 443)
		body = slices.Concat(ports, random(4), make([]byte, 4), []byte{0x50, 2, 0xff, 0xff, 0, 0, 0, 0})
	case 1:
		binary.BigEndian.PutUint16(ports[2:], 53)
		name := fmt.Sprintf("h%015x", rng.Uint64()>>4)
		body = overUDP(ports, slices.Concat(random(2), []byte{1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 16}, []byte(name), []byte("\x07example\x00\x00\x01\x00\x01")))
	default:
		body = overUDP(ports, random(20+rng.IntN(60)))
	}
	if rng.IntN(2) == 0 {
		head := slices.Concat([]byte{0x60, 0, 0, 0}, binary.BigEndian.AppendUint16(nil, uint16(len(body))), []byte{proto, 64}, random(32))
		head[8], head[24] = 0x20, 0x20 // 2000::/3, and so unicast
		return slices.Concat(to, from, []byte{0x86, 0xdd}, head, body)
	}
	head := slices.Concat([]byte{0x45, 0}, binary.BigEndian.AppendUint16(nil, uint16(20+len(body))), random(2), []byte{0, 0, 64, proto, 0, 0}, random(8))
	for _, i := range []int{12, 16} {
		head[i] = 1 + head[i]%223 // unicast
	}
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(head[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(head[10:], ^uint16(sum+sum>>16))
	return slices.Concat(to, from, []byte{8, 0}, head, body)
}

// overUDP is a UDP datagram without a checksum.
func overUDP(ports, payload []byte) []byte {
	length := binary.BigEndian.AppendUint16(nil, uint16(8+len(payload)))
	return slices.Concat(ports, length, []byte{0, 0}, payload)
}
