package snmp

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var (
	errDeviceTime     = errors.New("device took too long")
	errDeviceRequests = fmt.Errorf("%w: it was asked as often as one device is", errDeviceTime)
)

// request sends one request, waits for its answer, and returns how long that
// took without the waits for leave.
func (d *device) request(ctx context.Context, r request) (answer, time.Duration, error) {
	if d.sock.refused != nil {
		return answer{}, 0, d.sock.refused
	}
	if ctx.Err() != nil {
		return answer{}, 0, context.Cause(ctx)
	}
	start := d.opts.Now()
	a, err := d.s.ask(ctx, r)
	took := d.opts.Now().Sub(start) - d.sock.waited
	d.busy += took
	d.sent++
	for i := range a.vars {
		if v := &a.vars[i].value; v.isString() {
			v.s = d.veil.over(v.s)
		}
	}
	switch {
	case err != nil:
	case d.busy > d.opts.DeviceTimeout:
		err = errDeviceTime
	case d.sent > d.opts.MaxRequests:
		err = errDeviceRequests
	}
	return a, took, err
}

// well asks whether the device bears what it is asked: it returns ErrSilent
// where it does not answer any more, and ErrRestarted where it was started anew
// since it was first asked.
func (d *device) well(ctx context.Context) error {
	now, err := d.upTime(ctx)
	if errors.Is(err, errNoAnswer) { // it may be busy: once more
		now, err = d.upTime(ctx)
	}
	switch {
	case errors.Is(err, errNoAnswer), errors.Is(err, errClosed):
		return ErrSilent
	case err == nil && restarted(d.before, now, d.opts.Now().Sub(d.beforeAt)):
		return ErrRestarted
	}
	return err
}

// upTime asks for sysUpTime, 0 where the agent does not tell.
func (d *device) upTime(ctx context.Context) (uint32, error) {
	a, _, err := d.request(ctx, request{kind: getRequest, what: "Get sysUpTime", names: []oid{mustOID(sysUpTime)}})
	if err != nil && !errors.Is(err, errDeviceTime) { // this one more does not matter
		return 0, err
	}
	if len(a.vars) == 0 {
		return 0, nil
	}
	return a.vars[0].ticks(), nil
}

// restarted compares two values of sysUpTime, in hundredths of a second. The
// counter begins again after 497 days, which is no restart.
func restarted(before, after uint32, between time.Duration) bool {
	const slack = time.Minute
	if after >= before {
		return false
	}
	untilWrap := time.Duration(1<<32-int64(before)) * 10 * time.Millisecond
	return between+slack < untilWrap
}

// fatalOnly returns err where it ends the whole run.
func fatalOnly(err error) error {
	if errors.Is(err, ErrSilent) || errors.Is(err, ErrRestarted) {
		return fmt.Errorf("%w: nothing more was sent; look after it", err)
	}
	return nil
}
