package snmp

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// answer is what an agent says to a request.
type answer struct {
	status int // error-status of RFC 3416
	index  int // error-index: which of the names it is about, from 1
	vars   []binding
}

// session speaks to one agent. A request is sent once, and again for each retry.
type session interface {
	ask(ctx context.Context, r request) (answer, error)
	close()
}

// community is the session of versions 1 and 2c.
type community struct {
	sock    *socket
	version int // as messages have it: 0 or 1
	secret  Secret
	retries int
	id      int
	buf     []byte // for answers
	out     []byte // the last request
	decoder decoder
}

// How many octets there is room for, to begin with, in an answer to what is asked
// (hundreds of agents are asked at once), and once a longer one came.
const (
	usualAnswer  = 8 << 10
	longestInUDP = 1 << 16
)

// maxID bounds request IDs (RFC 3416, 3: Integer32).
const maxID = 1<<31 - 1

func newCommunity(s *socket, c Credentials, retries int) (*community, error) {
	var seed [4]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, fmt.Errorf("choose a request ID: %w", err)
	}
	version := 1
	if c.Version == "1" {
		version = 0
	}
	return &community{
		sock: s, version: version, secret: c.Community, retries: retries,
		id: int(binary.BigEndian.Uint32(seed[:]) & maxID), buf: make([]byte, usualAnswer),
	}, nil
}

func (c *community) close() { _ = c.sock.Close() } // it was only asked

// ask implements session. Answers that bear the ID of another request are not
// taken: a late answer to an earlier one is one of them.
func (c *community) ask(ctx context.Context, r request) (answer, error) {
	c.sock.begin(ctx, r.what)
	var (
		first = c.id + 1
		odd   string
	)
	for try := 0; ; try++ {
		c.id++
		if c.id > maxID {
			c.id, first = 1, 1
		}
		c.out = r.encode(c.out[:0], c.version, c.secret.text(), c.id)
		_, err := c.sock.Write(c.out)
		for err == nil {
			var m message
			if m, err = c.read(); err != nil {
				break
			}
			if odd = c.fault(m, first); odd == "" {
				c.sock.fits()
				return answer{status: m.status, index: m.index, vars: m.vars}, nil
			}
		}
		if bad := (*badMessage)(nil); errors.As(err, &bad) {
			odd, err = bad.Error(), os.ErrDeadlineExceeded
		}
		if try >= c.retries || !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
			return answer{}, c.sock.silence(err, odd)
		}
	}
}

// badMessage is an answer that cannot be read. Waiting goes on after it.
type badMessage struct{ err error }

func (e *badMessage) Error() string { return e.err.Error() }

// read reads a message. Those that are none are passed over until the time for
// an answer is over. Of one for which there is no room, what is whole is read, and
// there is room for the next.
func (c *community) read() (message, error) {
	var bad error
	for {
		n, err := c.sock.Read(c.buf)
		got := c.buf[:n]
		if n == len(c.buf) { // it may be longer, which is an error on Windows alone
			err, c.buf = nil, make([]byte, longestInUDP)
		}
		if err != nil {
			if bad != nil && errors.Is(err, os.ErrDeadlineExceeded) {
				return message{}, &badMessage{bad}
			}
			return message{}, err
		}
		m, err := c.decoder.message(got)
		if err == nil {
			return m, nil
		}
		bad = err
	}
}

// fault says why m is no answer to the requests from first on; nothing where it
// is one.
func (c *community) fault(m message, first int) string {
	switch {
	case m.version != c.version:
		return fmt.Sprintf("it speaks another version of SNMP than asked, %s", [...]string{"1", "2c", "2", "3"}[m.version])
	case m.kind == reportPDU:
		return "it answers with a report in place of values"
	case m.kind != getResponse:
		return "it sends something that is not an answer"
	case m.id < int64(first) || m.id > int64(c.id):
		return "its answers bear the number of another request"
	}
	return ""
}
