package snmp

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strings"

	"github.com/gosnmp/gosnmp"
)

// user is the session of version 3 (RFC 3414).
type user struct {
	sock   *socket
	client *gosnmp.GoSNMP
}

// newUser makes a session of the client, which is told of no target by its
// credentials. Nothing is sent.
func newUser(ctx context.Context, s *socket, client *gosnmp.GoSNMP, o Options) (*user, error) {
	client.Target, client.Port, client.Transport = s.to.Addr().String(), s.to.Port(), "udp"
	client.Timeout, client.Retries = o.Timeout, o.Retries
	client.MaxOids, client.Context = maxVariables, ctx
	if err := client.Connect(); err != nil {
		return nil, err
	}
	_ = client.Conn.Close() // the socket takes its place
	client.Conn = s
	return &user{sock: s, client: client}, nil
}

func (u *user) close() { _ = u.sock.Close() } // it was only asked

var errNotTrusted = errors.New("agent and kanmon do not understand each other: user name, passphrases or protocols may be wrong")

// ask implements session.
func (u *user) ask(ctx context.Context, r request) (answer, error) {
	u.sock.begin(ctx, r.what)
	u.client.Context = ctx
	names := make([]string, 0, len(r.names))
	for _, o := range r.names {
		names = append(names, "."+o.String())
	}
	var (
		res *gosnmp.SnmpPacket
		err error
	)
	switch r.kind {
	case getRequest:
		res, err = u.client.Get(names)
	case getNextRequest:
		res, err = u.client.GetNext(names)
	default:
		res, err = u.client.GetBulk(names, 0, uint32(r.repetitions))
	}
	switch {
	case err != nil && isNotTrusted(err) && u.sock.refused == nil && ctx.Err() == nil:
		return answer{}, errNotTrusted
	case err != nil && isTimeout(err):
		return answer{}, u.sock.silence(os.ErrDeadlineExceeded, "")
	case err != nil:
		return answer{}, u.sock.silence(err, "")
	case res.PDUType == gosnmp.Report:
		return answer{}, errors.New("agent answers with a report in place of values")
	case res.PDUType != gosnmp.GetResponse:
		return answer{}, errors.New("agent sends something that is not an answer")
	}
	u.sock.fits()
	a := answer{status: int(res.Error), index: int(res.ErrorIndex)}
	for _, p := range res.Variables {
		o, err := parseOID(p.Name)
		if err != nil {
			return answer{}, err
		}
		a.vars = append(a.vars, binding{oid: o, value: valueOf(p), tag: byte(p.Type)})
	}
	return a, nil
}

// isTimeout reports whether no answer came. The library has no error of its own
// for each of the ways in which that happens.
func isTimeout(err error) bool {
	return errors.Is(err, gosnmp.ErrMaxRetriesExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "timeout")
}

// isNotTrusted reports whether the user-based security failed. The library has
// no error for most of its ways.
func isNotTrusted(err error) bool {
	return errors.Is(err, gosnmp.ErrUnknownUsername) || errors.Is(err, gosnmp.ErrWrongDigest) ||
		errors.Is(err, gosnmp.ErrDecryption) || errors.Is(err, gosnmp.ErrUnknownSecurityLevel) ||
		strings.Contains(err.Error(), "not authentic")
}

// valueOf returns the value of a variable binding; the zero value for types
// that carry none of use.
func valueOf(p gosnmp.SnmpPDU) value {
	switch v := p.Value.(type) {
	case []byte:
		return octets(tagOctets, string(v))
	case string:
		if p.Type == gosnmp.ObjectIdentifier {
			if o, err := parseOID(v); err == nil {
				return octets(tagOID, string(o))
			}
		}
		if p.Type == gosnmp.IPAddress {
			if a, err := netip.ParseAddr(v); err == nil {
				return octets(tagIPAddress, string(a.Unmap().AsSlice()))
			}
		}
	case int:
		return number(tagInteger, int64(v))
	case uint:
		return number(unsignedTag(p.Type), int64(min(v, 1<<63-1)))
	case uint32:
		return number(unsignedTag(p.Type), int64(v))
	case uint64:
		return number(tagCounter64, int64(min(v, 1<<63-1)))
	}
	return value{}
}

// unsignedTag returns the tag of a type of 32 bits without a sign.
func unsignedTag(t gosnmp.Asn1BER) byte {
	if t == gosnmp.TimeTicks || t == gosnmp.Counter32 {
		return byte(t)
	}
	return tagGauge32
}
