package work

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"
)

// A packet of SNTP (RFC 4330 section 4): leap, version and mode in the first
// byte, and the transmit time in the last eight.
const (
	ntpLength     = 48
	ntpClient     = 3
	ntpServer     = 4
	ntpVersion    = 4
	ntpTransmit   = 40
	ntpOriginate  = 24
	ntpEpochAhead = 2_208_988_800 // seconds from 1900 to 1970
)

// serveNTP answers with the machine's own time.
func serveNTP(ctx context.Context, address string) error {
	c, err := new(net.ListenConfig).ListenPacket(ctx, "udp", address)
	if err != nil {
		return fmt.Errorf("serve ntp: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { shut(c) })
	defer stop()
	question := make([]byte, 512)
	for {
		n, from, err := c.ReadFrom(question)
		if err != nil {
			return fmt.Errorf("serve ntp: %w", err)
		}
		if n < ntpLength || question[0]&7 != ntpClient {
			continue
		}
		answer := make([]byte, ntpLength)
		answer[0] = ntpVersion<<3 | ntpServer
		answer[1] = 2 // stratum
		copy(answer[12:], "LAB ")
		copy(answer[ntpOriginate:], question[ntpTransmit:ntpLength])
		now := time.Now()
		binary.BigEndian.PutUint32(answer[ntpTransmit:], uint32(now.Unix()+ntpEpochAhead)) // wraps in 2036, as the protocol does
		copy(answer[32:40], answer[ntpTransmit:])
		_, _ = c.WriteTo(answer, from) // who asked may be gone
	}
}

// askNTP wants an answer to its own question.
func askNTP(ctx context.Context, address string) error {
	c, err := new(net.Dialer).DialContext(ctx, "udp", address)
	if err != nil {
		return err
	}
	defer shut(c)
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return err
		}
	}
	question := make([]byte, ntpLength)
	question[0] = ntpVersion<<3 | ntpClient
	binary.BigEndian.PutUint64(question[ntpTransmit:], uint64(time.Now().UnixNano()))
	if _, err := c.Write(question); err != nil {
		return err
	}
	answer := make([]byte, 512)
	n, err := c.Read(answer)
	switch {
	case err != nil:
		return err
	case n < ntpLength || answer[0]&7 != ntpServer || string(answer[ntpOriginate:32]) != string(question[ntpTransmit:]):
		return errors.New("the answer is none to the question")
	}
	return nil
}
