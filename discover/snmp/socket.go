package snmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// socket is the way to one agent. It asks the gate for each packet: requests,
// retries, and what version 3 needs to get to know an engine. As long as the
// agent has not answered, it also hears answers that come from other addresses,
// so that these can be named; they are not taken for answers.
type socket struct {
	net.Conn // to the agent alone
	to       netip.AddrPort
	gate     Permitter
	now      func() time.Time
	timeout  time.Duration

	loose     *net.UDPConn // hears everybody; nil while it is not needed
	tries     int          // packets sent since the agent last answered
	answered  bool
	elsewhere netip.AddrPort // an answer came from there

	// Of the packet that is about to be sent.
	ctx     context.Context
	what    string
	refused error         // why the gate did not let it go
	waited  time.Duration // for the gate
}

// dial opens a socket; nothing is sent.
func dial(ctx context.Context, to netip.AddrPort, gate Permitter, o Options) (*socket, error) {
	conn, err := (&net.Dialer{Control: toOne}).DialContext(ctx, "udp", to.String()) //nolint:forbidigo // Write asks the gate for each packet
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("not asked: it may be the broadcast address of a network, and every device in it would answer: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	return &socket{Conn: conn, to: to, gate: gate, now: o.Now, timeout: o.Timeout, ctx: ctx}, nil
}

// begin says what the next packets are, and whose they are.
func (s *socket) begin(ctx context.Context, what string) {
	s.ctx, s.what, s.waited, s.tries = ctx, what, 0, 0
}

// Write sends a packet when the gate permits it. The time for its answer begins
// then: a wait for leave is not the agent's.
func (s *socket) Write(b []byte) (int, error) {
	start := s.now()
	err := s.gate.Permit(s.ctx, s.to.Addr(), "SNMP "+s.what, 1)
	s.waited += s.now().Sub(start)
	if err != nil {
		s.refused = err
		return 0, err
	}
	s.tries++
	if s.tries == 2 && !s.answered && s.loose == nil {
		all, err := (&net.ListenConfig{Control: toOne}).ListenPacket(s.ctx, "udp", ":0") //nolint:forbidigo // the gate was asked above
		if err == nil {                                                                  // it is only to learn more
			s.loose, _ = all.(*net.UDPConn)
		}
	}
	if err := s.heard().SetReadDeadline(s.now().Add(s.timeout)); err != nil {
		return 0, err
	}
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	if s.loose != nil {
		return s.loose.WriteToUDPAddrPort(b, s.to)
	}
	return s.Conn.Write(b)
}

// heard is what answers are read from.
func (s *socket) heard() net.Conn {
	if s.loose != nil {
		return s.loose
	}
	return s.Conn
}

// Read waits for a packet of the agent.
func (s *socket) Read(b []byte) (int, error) {
	if s.loose == nil {
		return s.Conn.Read(b)
	}
	for {
		n, from, err := s.loose.ReadFromUDPAddrPort(b)
		if err != nil {
			return n, err
		}
		from, to := withoutZone(from), withoutZone(s.to)
		if from == to {
			return n, nil
		}
		if from.Port() == to.Port() || from.Addr() == to.Addr() {
			s.elsewhere = from
		}
	}
}

// withoutZone returns a without the interface it is reached by, which may be
// written as a name or as a number.
func withoutZone(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// fits notes that an answer came that fits a request.
func (s *socket) fits() {
	s.answered = true
	if s.loose != nil {
		_ = s.loose.Close() // it was only listened to
		s.loose = nil
	}
}

// SetDeadline does nothing: Write sets the one that counts.
func (s *socket) SetDeadline(time.Time) error { return nil }

// wake ends a wait for an answer.
func (s *socket) wake() {
	_ = s.SetReadDeadline(time.Unix(1, 0)) // it may be closed already
}

// Close implements net.Conn.
func (s *socket) Close() error {
	if s.loose != nil {
		_ = s.loose.Close() // it was only listened to
	}
	return s.Conn.Close()
}

var (
	errNoAnswer = errors.New("no answer to SNMP: address, access list, community or privacy passphrase may be wrong, or it is off")
	errClosed   = errors.New("no answer to SNMP: nothing listens on its port")
)

// silence says why no answer came.
func (s *socket) silence(err error, odd string) error {
	switch {
	case s.refused != nil:
		return fmt.Errorf("not permitted: %w", s.refused)
	case s.ctx.Err() != nil:
		return context.Cause(s.ctx)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errClosed
	case s.elsewhere.Addr() == withoutZone(s.to).Addr() && s.elsewhere.IsValid():
		return &oddAnswer{fmt.Sprintf("it answers from another port, %d", s.elsewhere.Port())}
	case s.elsewhere.IsValid():
		return &oddAnswer{fmt.Sprintf("it answers from another address, %s: name that one", s.elsewhere.Addr())}
	case odd != "":
		return &oddAnswer{odd}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errNoAnswer
	}
	return err
}

// oddAnswer says what came in place of an answer. It is a kind of errNoAnswer.
type oddAnswer struct{ what string }

func (e *oddAnswer) Error() string { return "no answer that fits: " + e.what }

// Is says that an odd answer is none.
func (e *oddAnswer) Is(target error) bool { return target == errNoAnswer }
