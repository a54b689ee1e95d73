package snmp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

// sinkError is an error of the Sink.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return e.err.Error() }

// gap emits that something of the target was not seen.
func (d *device) gap(g fact.Gap) error {
	if g.Code == "" { // only the source has words for it
		g.Args = nil
	}
	return d.emit("snmp/gap", "", g)
}

// lacks emits that something is odd about what the target gave under a name.
// more are the arguments that the code has beside the name and the address.
func (d *device) lacks(name, code, why string, more ...string) error {
	return d.gap(fact.Gap{What: d.named(name), Why: why, Code: code, Args: append([]string{d.placed(name), d.addr.String()}, more...)})
}

// emit emits a fact that was read just now.
func (d *device) emit(source, place string, f fact.Fact) error {
	now := d.opts.Now()
	o, err := d.facts.New(source, f, fact.Sighting{
		Input: d.opts.Session, Vantage: d.opts.Vantage, Place: placeAt(d.addr, place),
		First: now, Last: now, Count: 1,
	})
	if err != nil {
		return err
	}
	if err := d.to.Emit(o); err != nil {
		return &sinkError{err}
	}
	return nil
}

// placeAt names a row of a target.
func placeAt(a netip.Addr, place string) string {
	switch {
	case !a.IsValid():
		return place
	case place == "":
		return a.String()
	}
	return a.String() + " " + place
}

// outcome says what of a table is missing, if anything is.
func (d *device) outcome(ctx context.Context, name string, err error) (missing, fatal error) {
	var sink *sinkError
	if err == nil || errors.As(err, &sink) {
		return nil, err
	}
	missing, fatal = d.lacking(name, err)
	if fatal != nil || ctx.Err() != nil || d.sock.refused != nil || !errors.Is(err, errClosed) {
		return missing, fatal
	}
	if err := d.well(ctx); err != nil {
		_, fatal = d.lacking(name, err)
	}
	return missing, fatal
}

// lacking emits that a table was not read to its end. Its second error ends the
// run.
func (d *device) lacking(name string, err error) (missing, fatal error) {
	missing = fmt.Errorf("%s: %w", d.named(name), err)
	if err := d.lacks(name, codeOf(err), reason(err)); err != nil {
		return missing, err
	}
	if fatal = fatalOnly(err); fatal != nil {
		if incomplete, sink := d.failed("", err); sink != nil {
			return incomplete, sink
		}
		return missing, fatal
	}
	return missing, nil
}

// named names something of the target.
func (d *device) named(name string) string { return d.placed(name) + " of " + d.addr.String() }

// placed names a row, or a table, of one VLAN.
func (d *device) placed(place string) string {
	if d.vid != 0 && place != "" {
		return fmt.Sprintf("%s (VLAN %d)", place, d.vid)
	}
	return place
}

// addressed fills in the address that was asked.
func (d *device) addressed(f fact.Fact) fact.Fact {
	if s, ok := f.(fact.SystemGroup); ok {
		s.Address = d.addr.WithZone("")
		return s
	}
	return f
}

// failed emits that nothing, or nothing more, was read of the target.
func (d *device) failed(prefix string, err error) (incomplete, fatal error) {
	why := prefix + reason(err)
	return fmt.Errorf("%s: %s%w", d.addr, prefix, err), d.gap(fact.Gap{What: d.addr.String(), Why: why, Code: codeOf(err), Args: []string{"", d.addr.String()}})
}

// maxReason bounds the text of an error of the SNMP library, which holds a stack
// in the worst case.
const maxReason = 200

func reason(err error) string {
	s := err.Error()
	if cut, _, ok := strings.Cut(s, " Stack:"); ok {
		s = cut
	}
	return s[:min(len(s), maxReason)]
}
