package snmp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

// agent is a fake SNMP agent on loopback.
type agent struct {
	t        *testing.T
	conn     net.PacketConn
	requests atomic.Int64

	// answer makes the answer to a request; nil keeps silent.
	answer func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU
}

func startAgent(t *testing.T, answer func(*gosnmp.SnmpPacket) []gosnmp.SnmpPDU) *agent {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &agent{t: t, conn: conn, answer: answer}
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.serve()
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return a
}

func (a *agent) port() uint16 { return netip.MustParseAddrPort(a.conn.LocalAddr().String()).Port() }

func (a *agent) serve() {
	buf := make([]byte, 65536)
	codec := &gosnmp.GoSNMP{Version: gosnmp.Version2c}
	for {
		n, from, err := a.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		a.requests.Add(1)
		req, err := codec.SnmpDecodePacket(buf[:n])
		if err != nil {
			a.t.Errorf("request cannot be decoded: %v", err)
			continue
		}
		vars := a.answer(req)
		if vars == nil {
			continue
		}
		res := &gosnmp.SnmpPacket{
			Version: req.Version, Community: req.Community, PDUType: gosnmp.GetResponse,
			RequestID: req.RequestID, Variables: vars,
		}
		out, err := res.MarshalMsg()
		if err != nil {
			a.t.Errorf("answer cannot be encoded: %v", err)
			continue
		}
		if _, err := a.conn.WriteTo(out, from); err != nil {
			return
		}
	}
}

// mib is what a fake agent holds, in order.
type mib []gosnmp.SnmpPDU

func compareOIDs(a, b string) int {
	x, y := strings.Split(strings.Trim(a, "."), "."), strings.Split(strings.Trim(b, "."), ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m - n
		}
	}
	return len(x) - len(y)
}

// respond answers as an honest agent does.
func (m mib) respond(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
	var out []gosnmp.SnmpPDU
	next := func(name string) gosnmp.SnmpPDU {
		for _, p := range m {
			if compareOIDs(p.Name, name) > 0 {
				return p
			}
		}
		return gosnmp.SnmpPDU{Name: name, Type: gosnmp.EndOfMibView}
	}
	if req.PDUType == gosnmp.GetRequest {
		for _, v := range req.Variables {
			i := slices.IndexFunc(m, func(p gosnmp.SnmpPDU) bool { return p.Name == v.Name })
			if i < 0 {
				out = append(out, gosnmp.SnmpPDU{Name: v.Name, Type: gosnmp.NoSuchInstance})
				continue
			}
			out = append(out, m[i])
		}
		return out
	}
	names := make([]string, 0, len(req.Variables))
	for _, v := range req.Variables {
		names = append(names, v.Name)
	}
	for range max(1, int(req.MaxRepetitions)) {
		for i, name := range names {
			p := next(name)
			out = append(out, p)
			names[i] = p.Name
		}
	}
	return out
}

// sampleMIB is a small switch with some neighbours and addresses learned.
func sampleMIB(upTime uint32, learned int) mib {
	text := func(name, s string) gosnmp.SnmpPDU {
		return gosnmp.SnmpPDU{Name: name, Type: gosnmp.OctetString, Value: []byte(s)}
	}
	num := func(name string, n int) gosnmp.SnmpPDU {
		return gosnmp.SnmpPDU{Name: name, Type: gosnmp.Integer, Value: n}
	}
	m := mib{
		text(".1.0.8802.1.1.2.1.4.1.1.5.0.1.1", "\x00\x00\x5e\x00\x53\x02"),
		num(".1.0.8802.1.1.2.1.4.1.1.4.0.1.1", 4),
		text(".1.0.8802.1.1.2.1.4.1.1.7.0.1.1", "ge-0/0/1"),
		num(".1.0.8802.1.1.2.1.4.1.1.6.0.1.1", 5),
		text(".1.3.6.1.2.1.1.1.0", "fake switch"),
		{Name: ".1.3.6.1.2.1.1.2.0", Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.4.1.8072.3.2.10"},
		{Name: ".1.3.6.1.2.1.1.3.0", Type: gosnmp.TimeTicks, Value: upTime},
		text(".1.3.6.1.2.1.1.5.0", "sw-fake"),
		text(".1.3.6.1.2.1.2.2.1.2.1", "port 1"),
		num(".1.3.6.1.2.1.2.2.1.3.1", 6),
		text(".1.3.6.1.2.1.2.2.1.6.1", "\x00\x00\x5e\x00\x53\x01"),
		num(".1.3.6.1.2.1.17.1.4.1.2.1", 1),
	}
	for i := range learned {
		index := fmt.Sprintf("2.0.0.0.%d.%d", i/256, i%256)
		m = append(m, num(".1.3.6.1.2.1.17.4.3.1.2."+index, 1), num(".1.3.6.1.2.1.17.4.3.1.3."+index, 3))
	}
	slices.SortFunc(m, func(a, b gosnmp.SnmpPDU) int { return compareOIDs(a.Name, b.Name) })
	return m
}

// openGate permits everything and counts.
type openGate struct {
	packets atomic.Int64
	mu      sync.Mutex
	refuse  func(what string) error
}

func (g *openGate) Permit(_ context.Context, _ netip.Addr, what string, packets int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse != nil {
		if err := g.refuse(what); err != nil {
			return err
		}
	}
	g.packets.Add(int64(packets))
	return nil
}

func liveOptions(port uint16) snmp.Options {
	return snmp.Options{
		Targets: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Port: port,
		Credentials: snmp.Credentials{Version: "2c", Community: snmp.NewSecret("not-public")},
		Session:     "live:test", Vantage: "core", Now: time.Now,
		Timeout: 100 * time.Millisecond, MaxRows: 2000, TableTimeout: 5 * time.Second, DeviceTimeout: 10 * time.Second,
	}
}

func TestCollect(t *testing.T) {
	m := sampleMIB(1000, 300)
	a := startAgent(t, m.respond)
	gate, fs := &openGate{}, &facts{}
	opts := liveOptions(a.port())
	began := time.Now()
	if err := snmp.Collect(t.Context(), opts, gate, fs); err != nil {
		t.Fatal(err)
	}
	if len(fs.fdb) != 300 || len(fs.remote) != 1 || len(fs.interfaces) != 1 || len(fs.systems) != 1 || len(fs.gaps) != 0 {
		t.Fatalf("got %d FDB entries, %d neighbours, %d interfaces, %d systems, gaps %v",
			len(fs.fdb), len(fs.remote), len(fs.interfaces), len(fs.systems), fs.gaps)
	}
	if s := fs.systems[0]; s.Agent != "mac:00:00:5e:00:53:01" || s.Address.String() != "127.0.0.1" || s.SysObjectID != "1.3.6.1.4.1.8072.3.2.10" {
		t.Errorf("system group is %+v", s)
	}
	if n := fs.remote[0]; n.Neighbor.ChassisID != "00:00:5e:00:53:02" || n.IfIndex != 1 {
		t.Errorf("neighbour is %+v", n)
	}
	for _, o := range fs.all {
		if s := o.Seen[0]; s.Input != "live:test" || s.Vantage != "core" || s.First.Before(began) || s.First.After(time.Now()) || !s.Last.Equal(s.First) ||
			!strings.HasPrefix(s.Place, "127.0.0.1 ") {
			t.Fatalf("sighting is %+v", s)
		}
	}
	if got, want := gate.packets.Load(), a.requests.Load(); got != want || want == 0 {
		t.Errorf("the gate permitted %d packets, the agent got %d", got, want)
	}
	t.Logf("%d packets for %d variables", a.requests.Load(), len(m))
}

func TestCollectGuards(t *testing.T) {
	fdb := ".1.3.6.1.2.1.17.4.3.1.2"
	honest := sampleMIB(1000, 40)
	inFDB := func(req *gosnmp.SnmpPacket) bool {
		return req.PDUType != gosnmp.GetRequest && strings.HasPrefix(req.Variables[0].Name, fdb)
	}
	row := func(i int) gosnmp.SnmpPDU {
		return gosnmp.SnmpPDU{Name: fmt.Sprintf("%s.2.0.0.0.%d.%d", fdb, i/256, i%256), Type: gosnmp.Integer, Value: 1}
	}
	var count atomic.Int64
	tests := []struct {
		name    string
		answer  func(*gosnmp.SnmpPacket) []gosnmp.SnmpPDU
		gap     string // part of the reason that is given for dot1dTpFdbTable
		maxRows int
		most    int64 // requests
	}{
		{name: "repeats one OID in an answer", gap: "in order", most: 100, answer: func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
			if !inFDB(req) {
				return honest.respond(req)
			}
			return slices.Repeat([]gosnmp.SnmpPDU{row(1)}, 20)
		}},
		{name: "out of order in an answer", gap: "in order", most: 100, answer: func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
			if !inFDB(req) {
				return honest.respond(req)
			}
			return []gosnmp.SnmpPDU{row(5), row(5), row(4), row(4)}
		}},
		{name: "goes round in a loop", gap: "in order", most: 100, answer: func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
			out := honest.respond(req)
			if inFDB(req) && compareOIDs(req.Variables[0].Name, row(9).Name) >= 0 {
				req.Variables = req.Variables[:1]
				req.Variables[0].Name = fdb
				return honest.respond(req)
			}
			return out
		}},
		{name: "never ends", gap: "more rows", maxRows: 500, most: 200, answer: func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
			if !inFDB(req) {
				return honest.respond(req)
			}
			var out []gosnmp.SnmpPDU
			for range req.MaxRepetitions {
				n := row(int(count.Add(1)))
				status := n
				status.Name = strings.Replace(n.Name, fdb, strings.TrimSuffix(fdb, "2")+"3", 1)
				out = append(out, n, status)
			}
			return out
		}},
		{name: "answers another table than asked", gap: "", most: 100, answer: func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
			if !inFDB(req) {
				return honest.respond(req)
			}
			return []gosnmp.SnmpPDU{{Name: ".1.3.6.1.2.1.99.1", Type: gosnmp.Integer, Value: 1}, {Name: ".1.3.6.1.2.1.99.1", Type: gosnmp.Integer, Value: 1}}
		}},
		{name: "does not answer GETBULK", gap: "", most: 400, answer: func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
			if req.PDUType == gosnmp.GetBulkRequest {
				return nil
			}
			return honest.respond(req)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := startAgent(t, tt.answer)
			opts := liveOptions(a.port())
			if tt.maxRows > 0 {
				opts.MaxRows = tt.maxRows
			}
			fs := &facts{}
			err := snmp.Collect(t.Context(), opts, &openGate{}, fs)
			if (err != nil) != (tt.gap != "") {
				t.Errorf("error is %v", err)
			}
			if tt.gap != "" && (len(fs.gaps) != 1 || fs.gaps[0].What != "dot1dTpFdbTable of 127.0.0.1" || !strings.Contains(fs.gaps[0].Why, tt.gap)) {
				t.Errorf("gaps are %+v, want one with %q", fs.gaps, tt.gap)
			}
			if tt.gap == "" && len(fs.gaps) > 0 {
				t.Errorf("gaps are %+v", fs.gaps)
			}
			if n := a.requests.Load(); n > tt.most {
				t.Errorf("%d requests, want at most %d", n, tt.most)
			}
			if len(fs.systems) != 1 {
				t.Error("the rest was not read")
			}
		})
	}
}

func TestCollectSilentTarget(t *testing.T) {
	a := startAgent(t, func(*gosnmp.SnmpPacket) []gosnmp.SnmpPDU { return nil })
	fs := &facts{}
	err := snmp.Collect(t.Context(), liveOptions(a.port()), &openGate{}, fs)
	if err == nil || errors.Is(err, snmp.ErrSilent) {
		t.Errorf("error is %v, want one that lets the others go on", err)
	}
	if len(fs.gaps) != 1 || fs.gaps[0].What != "127.0.0.1" || !strings.HasPrefix(fs.gaps[0].Why, "no answer to SNMP") {
		t.Errorf("gaps are %+v", fs.gaps)
	}
	if n := a.requests.Load(); n != 2 {
		t.Errorf("%d packets, want one and a retry", n)
	}
}

func TestCollectRestart(t *testing.T) {
	var up atomic.Uint32
	up.Store(90000)
	a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU { return sampleMIB(up.Swap(500), 3).respond(req) })
	fs := &facts{}
	err := snmp.Collect(t.Context(), liveOptions(a.port()), &openGate{}, fs)
	if !errors.Is(err, snmp.ErrRestarted) {
		t.Errorf("error is %v, want %v", err, snmp.ErrRestarted)
	}
	if len(fs.gaps) != 1 || !strings.Contains(fs.gaps[0].Why, "restarted") {
		t.Errorf("gaps are %+v", fs.gaps)
	}
}

func TestCollectFallsSilent(t *testing.T) {
	var n atomic.Int64
	m := sampleMIB(1000, 40)
	a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
		if n.Add(1) > 6 {
			return nil
		}
		return m.respond(req)
	})
	opts := liveOptions(a.port())
	opts.Parallel = 1
	opts.Targets = append(opts.Targets, netip.MustParseAddr("127.0.0.2"))
	fs := &facts{}
	err := snmp.Collect(t.Context(), opts, &openGate{}, fs)
	if !errors.Is(err, snmp.ErrSilent) {
		t.Errorf("error is %v, want %v", err, snmp.ErrSilent)
	}
	last := fs.gaps[len(fs.gaps)-1]
	if last.What != "127.0.0.2" || !strings.HasPrefix(last.Why, "not asked: ") {
		t.Errorf("the other target was asked: %+v", fs.gaps)
	}
	if r := a.requests.Load(); r > 6+6 {
		t.Errorf("%d packets", r)
	}
}

// TestCollectCrash holds that an agent that goes away while it is asked is not
// asked for all its other tables.
func TestCollectCrash(t *testing.T) {
	var (
		n    atomic.Int64
		self atomic.Pointer[agent]
	)
	m := sampleMIB(1000, 40)
	a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
		if n.Add(1) == 6 {
			self.Load().conn.Close()
		}
		return m.respond(req)
	})
	self.Store(a)
	gate := &openGate{}
	err := snmp.Collect(t.Context(), liveOptions(a.port()), gate, &facts{})
	if !errors.Is(err, snmp.ErrSilent) {
		t.Errorf("error is %v, want %v", err, snmp.ErrSilent)
	}
	if p := gate.packets.Load(); p > 6+4 {
		t.Errorf("%d packets", p)
	}
}

// TestCollectRestartEarly holds that a restart that cost an answer is noticed
// before the next table.
func TestCollectRestartEarly(t *testing.T) {
	var n atomic.Int64
	before, after := sampleMIB(90000, 40), sampleMIB(500, 40)
	a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
		switch i := n.Add(1); {
		case i <= 6:
			return before.respond(req)
		case i <= 10: // a request and the question after it, and their retries
			return nil
		}
		return after.respond(req)
	})
	err := snmp.Collect(t.Context(), liveOptions(a.port()), &openGate{}, &facts{})
	if !errors.Is(err, snmp.ErrRestarted) {
		t.Errorf("error is %v, want %v", err, snmp.ErrRestarted)
	}
	if r := a.requests.Load(); r > 11 {
		t.Errorf("%d packets", r)
	}
}

func TestCollectRefused(t *testing.T) {
	stop := errors.New("stop switch")
	a := startAgent(t, sampleMIB(1000, 40).respond)
	fs := &facts{}
	gate := &openGate{refuse: func(what string) error {
		if strings.Contains(what, "ifTable") {
			return stop
		}
		return nil
	}}
	err := snmp.Collect(t.Context(), liveOptions(a.port()), gate, fs)
	if !errors.Is(err, stop) {
		t.Errorf("error is %v, want that of the gate", err)
	}
	if got, sent := a.requests.Load(), gate.packets.Load(); got != sent {
		t.Errorf("%d packets came, %d were permitted", got, sent)
	}
}

func TestCollectSinkError(t *testing.T) {
	a := startAgent(t, sampleMIB(1000, 40).respond)
	full := errors.New("disk is full")
	err := snmp.Collect(t.Context(), liveOptions(a.port()), &openGate{}, failingSink{full})
	if err != full { //nolint:errorlint // unchanged is what is promised
		t.Errorf("error is %v, want %v unchanged", err, full)
	}
}

type failingSink struct{ err error }

func (s failingSink) Emit(fact.Observation) error { return s.err }
func (s failingSink) Skip(string, error)          {}

func TestCollectCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int64
	m := sampleMIB(1000, 1000)
	a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
		if n.Add(1) == 20 {
			cancel()
		}
		return m.respond(req)
	})
	opts := liveOptions(a.port())
	opts.Timeout = 10 * time.Second
	err := snmp.Collect(ctx, opts, &openGate{}, &facts{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of the context", err)
	}
	if r := a.requests.Load(); r > 22 {
		t.Errorf("%d packets", r)
	}
}

func TestCollectV1(t *testing.T) {
	m := sampleMIB(1000, 40)
	conn := startV1Agent(t, m)
	opts := liveOptions(conn)
	opts.Credentials.Version = "1"
	fs := &facts{}
	if err := snmp.Collect(t.Context(), opts, &openGate{}, fs); err != nil {
		t.Fatal(err)
	}
	if len(fs.fdb) != 40 || len(fs.systems) != 1 || len(fs.remote) != 1 {
		t.Errorf("got %d FDB entries, %d systems, %d neighbours", len(fs.fdb), len(fs.systems), len(fs.remote))
	}
}

// startV1Agent answers as version 1 does: one missing variable fails them all.
func startV1Agent(t *testing.T, m mib) uint16 {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 65536)
		codec := &gosnmp.GoSNMP{Version: gosnmp.Version1}
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			req, err := codec.SnmpDecodePacket(buf[:n])
			if err != nil {
				return
			}
			res := &gosnmp.SnmpPacket{
				Version: gosnmp.Version1, Community: req.Community, PDUType: gosnmp.GetResponse,
				RequestID: req.RequestID, Variables: m.respond(req),
			}
			for i, p := range res.Variables {
				if p.Type == gosnmp.NoSuchInstance || p.Type == gosnmp.EndOfMibView {
					res.Error, res.ErrorIndex, res.Variables = gosnmp.NoSuchName, uint8(i+1), req.Variables
					break
				}
			}
			if out, err := res.MarshalMsg(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return netip.MustParseAddrPort(conn.LocalAddr().String()).Port()
}
