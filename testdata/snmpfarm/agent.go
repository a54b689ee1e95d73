package snmpfarm

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Packet is what an agent sends.
type Packet struct {
	Octets    []byte
	After     time.Duration // since the request, beside the time on the wire
	Elsewhere bool          // from another address
	OtherPort bool          // from another port
}

// Kind is how an agent behaves: what it sends to a request, of which it has got n
// before. A nil Kind is honest.
type Kind func(a *Agent, r Request, n int) []Packet

// Agent is an agent on loopback.
type Agent struct {
	Tree   Tree
	Octets int   // that its answers have at most
	Wire   *Wire // that its answers take; nil: they are there at once
	Kind   Kind

	conn    *net.UDPConn
	at      netip.AddrPort
	other   *net.UDPConn // on another address, the same port
	strange *net.UDPConn // on the same address, another port
	done    chan struct{}

	mu      sync.Mutex
	seen    Seen
	pending map[int]time.Time // requests that were not answered yet
}

// Seen is what an agent has seen of those who ask it.
type Seen struct {
	Requests    int
	Variables   int // the most in one request
	Repetitions int // the most in one request
	InFlight    int // the most requests that waited for their answers at the same time
	Times       []time.Time
	Community   map[string]int
}

// DefaultOctets fit a frame of Ethernet.
const DefaultOctets = 1472

// Listen starts an agent at an address, port 0 being any.
func (a *Agent) Listen(at netip.AddrPort) error {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("agent at %s: %w", at, err)
	}
	_ = conn.SetReadBuffer(1 << 20) // as much as the system gives
	if a.Octets == 0 {
		a.Octets = DefaultOctets
	}
	if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		a.at = netip.AddrPortFrom(at.Addr(), local.AddrPort().Port())
	}
	a.conn, a.done, a.pending = conn, make(chan struct{}), make(map[int]time.Time)
	a.seen.Community = make(map[string]int)
	go a.serve()
	return nil
}

// Addr returns where the agent listens.
func (a *Agent) Addr() netip.AddrPort { return a.at }

// Close ends the agent.
func (a *Agent) Close() {
	a.Crash()
	<-a.done
	for _, c := range []*net.UDPConn{a.other, a.strange} {
		if c != nil {
			_ = c.Close() // nothing is to be saved
		}
	}
}

// Crash makes the agent go away, as if nothing had ever listened there.
func (a *Agent) Crash() { _ = a.conn.Close() } // nothing is to be saved

// Seen returns what the agent has seen.
func (a *Agent) Seen() Seen {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen
}

// Reset returns what the agent has seen, and lets it begin anew.
func (a *Agent) Reset() Seen {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.seen
	a.seen = Seen{Community: make(map[string]int)}
	clear(a.pending)
	return s
}

// Honest is the answer of an honest agent.
func (a *Agent) Honest(r Request) Reply { return a.Tree.Answer(r, a.Octets) }

func (a *Agent) serve() {
	defer close(a.done)
	buf := make([]byte, 1<<16)
	var last answered
	for {
		n, from, err := a.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		r, err := ParseRequest(buf[:n])
		if err != nil {
			continue
		}
		count := a.note(r)
		var packets []Packet
		if a.Kind == nil {
			packets = one(a.Tree.answer(r, a.Octets, &last))
		} else {
			packets = a.Kind(a, r, count)
		}
		for i, p := range packets {
			last := i == len(packets)-1
			send := func() { a.Wire.carry(func() { a.send(p, from, r, last) }) }
			if p.After > 0 {
				time.AfterFunc(p.After, send)
			} else {
				send()
			}
		}
	}
}

// note counts a request, and returns how many came before.
func (a *Agent) note(r Request) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.seen.Requests
	a.seen.Requests++
	a.seen.Variables = max(a.seen.Variables, len(r.OIDs))
	if r.Kind == GetBulk {
		a.seen.Repetitions = max(a.seen.Repetitions, r.MaxRep)
	}
	if len(a.seen.Times) < 10_000 {
		a.seen.Times = append(a.seen.Times, time.Now())
	}
	if len(a.seen.Community) < 1000 {
		a.seen.Community[r.Community]++
	}
	a.pending[r.ID] = time.Now()
	a.seen.InFlight = max(a.seen.InFlight, len(a.pending))
	return n
}

// send sends a packet. The request is no longer waiting when its last one goes.
func (a *Agent) send(p Packet, to netip.AddrPort, r Request, last bool) {
	conn := a.conn
	switch {
	case p.Elsewhere:
		conn = a.second(&a.other, netip.AddrPortFrom(a.Addr().Addr().Next(), a.Addr().Port()))
	case p.OtherPort:
		conn = a.second(&a.strange, netip.AddrPortFrom(a.Addr().Addr(), 0))
	}
	if last {
		a.mu.Lock()
		delete(a.pending, r.ID)
		a.mu.Unlock()
	}
	if conn != nil {
		_, _ = conn.WriteToUDPAddrPort(p.Octets, to) // who asks may be gone
	}
}

// second opens another socket of the agent when it is first needed.
func (a *Agent) second(conn **net.UDPConn, at netip.AddrPort) *net.UDPConn {
	a.mu.Lock()
	defer a.mu.Unlock()
	if *conn == nil {
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
		if err != nil {
			return nil
		}
		*conn = c
	}
	return *conn
}

// Forget lets requests that will never be answered count no more, as who asks has
// given them up.
func (a *Agent) Forget(r Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.pending, r.ID)
}
