package work

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Ask asks one question and wants an answer. Kinds: dns NAME, https URL,
// hl7 ADDRESS, ntp ADDRESS, tcp ADDRESS (a connection and nothing more).
func Ask(ctx context.Context, kind, what string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var err error
	switch kind {
	case "dns":
		_, err = net.DefaultResolver.LookupHost(ctx, what)
	case "https":
		err = askHTTPS(ctx, what)
	case "hl7":
		err = askHL7(ctx, what)
	case "ntp":
		err = askNTP(ctx, what)
	case "tcp":
		var c net.Conn
		if c, err = new(net.Dialer).DialContext(ctx, "tcp", what); err == nil {
			err = c.Close()
		}
	default:
		return fmt.Errorf("ask: unknown kind %q: want dns, https, hl7, ntp or tcp", kind)
	}
	if err != nil {
		return fmt.Errorf("ask %s %s: %w", kind, what, err)
	}
	return nil
}

// askHTTPS does not verify: the lab's servers sign for themselves.
func askHTTPS(ctx context.Context, url string) error {
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		DisableKeepAlives: true,
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer shut(answer.Body)
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	return err
}

// Framing of the minimal lower layer protocol (HL7 2.x, appendix C).
const (
	blockStart = 0x0b
	blockEnd   = 0x1c
)

// maxMessage bounds an HL7 message, in bytes.
const maxMessage = 64 << 10

// askHL7 sends a message about nobody and wants an acknowledgement.
func askHL7(ctx context.Context, address string) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer shut(c)
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return err
		}
	}
	if err := writeBlock(c, "MSH|^~\\&|LAB|WARD|HIS|SV|20260101000000||ADT^A08|1|P|2.5\rEVN|A08\rPID|||0000000000\r"); err != nil {
		return err
	}
	answer, err := ReadBlock(bufio.NewReader(c))
	if err != nil {
		return err
	}
	if !strings.Contains(answer, "MSA|AA|") {
		return errors.New("the answer is no acknowledgement")
	}
	return nil
}

func writeBlock(w io.Writer, message string) error {
	_, err := w.Write([]byte(string(rune(blockStart)) + message + string(rune(blockEnd)) + "\r"))
	return err
}

// ReadBlock reads one message and its frame, at most 64 KiB of it.
func ReadBlock(r *bufio.Reader) (string, error) {
	var out []byte
	for {
		b, err := r.ReadByte()
		switch {
		case err != nil:
			return "", err
		case b == blockStart:
			out = out[:0]
		case b == blockEnd:
			_, err := r.ReadByte() // the carriage return after it
			return string(out), err
		case len(out) >= maxMessage:
			return "", fmt.Errorf("a message longer than %d bytes", maxMessage)
		default:
			out = append(out, b)
		}
	}
}
