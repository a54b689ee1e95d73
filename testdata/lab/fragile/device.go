// Package fragile is a medical device that records every packet it receives
// and dies of what kills real ones: of many connections at once, of a scan, of
// anything sent to a printer's port, of a wrong word in DICOM or HL7.
package fragile

import (
	"encoding/binary"
	"fmt"
	"time"
)

// What a device bears.
const (
	// MaxConnections are the new TCP connections within a second that it lives through.
	MaxConnections = 20
	// MaxPorts are the different ports asked by SYN within ScanWithin that it lives through.
	MaxPorts = 100
	// ScanWithin is how long a port that was asked is remembered.
	ScanWithin = 5 * time.Minute
)

// Ports of the device.
const (
	PortDICOM   = 104
	PortHL7     = 2575
	PortPrinter = 9100
)

// Bounds of what is remembered.
const (
	maxKinds = 512
	maxFlows = 4096
)

// Device counts packets and tells what it dies of. The zero Device is ready.
type Device struct {
	counts map[string]int
	syns   []time.Time          // of the last second
	ports  map[uint16]time.Time // asked by SYN, and when last
	spoken map[flow]bool        // connections whose first word was right
}

// flow is the other end of a connection, and the port of this one.
type flow struct {
	addr       string // the bytes of the address
	from, into uint16
}

// Counts is how many packets of each kind came.
func (d *Device) Counts() map[string]int { return d.counts }

// Receive takes an Ethernet frame and returns what the device dies of, or
// nothing.
func (d *Device) Receive(frame []byte, at time.Time) (cause string) {
	if d.counts == nil {
		d.counts, d.ports, d.spoken = map[string]int{}, map[uint16]time.Time{}, map[flow]bool{}
	}
	p := parse(frame)
	if _, ok := d.counts[p.kind]; !ok && len(d.counts) >= maxKinds {
		p.kind = "of further kinds"
	}
	d.counts[p.kind]++
	switch {
	case p.udp && p.into == PortPrinter && p.payload != nil:
		return fmt.Sprintf("%d bytes on the printer's port %d", p.length, PortPrinter)
	case !p.tcp:
		return ""
	case p.syn:
		delete(d.spoken, p.flow)
		return d.connection(p.into, at)
	case p.length == 0:
		return ""
	case p.into == PortPrinter:
		return fmt.Sprintf("%d bytes on the printer's port %d", p.length, PortPrinter)
	case p.into == PortDICOM || p.into == PortHL7:
		return d.word(p)
	}
	return ""
}

// connection judges a SYN.
func (d *Device) connection(port uint16, at time.Time) string {
	for len(d.syns) > 0 && at.Sub(d.syns[0]) >= time.Second {
		d.syns = d.syns[1:]
	}
	d.syns = append(d.syns, at)
	if len(d.syns) > MaxConnections {
		return fmt.Sprintf("more than %d connections within a second", MaxConnections)
	}
	d.ports[port] = at
	if len(d.ports) > MaxPorts {
		for p, last := range d.ports {
			if at.Sub(last) >= ScanWithin {
				delete(d.ports, p)
			}
		}
	}
	if len(d.ports) > MaxPorts {
		return fmt.Sprintf("a scan of more than %d ports", MaxPorts)
	}
	return ""
}

// word judges the first payload of a connection: a DICOM association request
// (PS3.8 section 9.3.2: type 1, a zero, the length) or the start of an HL7 block.
func (d *Device) word(p packet) string {
	if d.spoken[p.flow] {
		return ""
	}
	right := p.payload[0] == 0x0b
	if p.into == PortDICOM {
		right = len(p.payload) >= 6 && p.payload[0] == 1 && p.payload[1] == 0 && binary.BigEndian.Uint32(p.payload[2:]) < 1<<20
	}
	if !right {
		return fmt.Sprintf("%d bytes on port %d that are not its protocol", p.length, p.into)
	}
	if len(d.spoken) >= maxFlows {
		clear(d.spoken)
	}
	d.spoken[p.flow] = true
	return ""
}
