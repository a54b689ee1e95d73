// Package diff compares two snapshots: what came, what went, what changed. A
// device is the same where it shares an identity key with one of the other
// snapshot, so that the first SNMP run, which knows devices by better keys, does
// not make all of them new. New evidence for what was known is no difference.
package diff

import (
	"time"

	"kanmon/topology"
)

// Result is the difference between two snapshots. Every list is sorted.
type Result struct {
	From                time.Time                          `json:"from"` // when the old snapshot was taken
	To                  time.Time                          `json:"to"`
	Devices             Delta[topology.Device]             `json:"devices"`
	Links               Delta[topology.Link]               `json:"links"`
	ExternalConnections Delta[topology.ExternalConnection] `json:"external_connections"`
}

// Delta is what came, went and changed of one kind of thing.
type Delta[T any] struct {
	Came    []T      `json:"came,omitempty"`    // as in the new snapshot
	Went    []T      `json:"went,omitempty"`    // as in the old one
	Changed []Change `json:"changed,omitempty"` // sorted by ID
}

// Change is one thing that both snapshots have, and the fields that differ.
type Change struct {
	ID     string  `json:"id"`               // in the new snapshot
	OldID  string  `json:"old_id,omitempty"` // where it differs
	Name   string  `json:"name"`             // for people
	Fields []Field `json:"fields"`
}

// Field is one field that differs.
type Field struct {
	Name string `json:"name"` // as in snapshot.json
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Empty reports whether nothing came, went or changed.
func (d Delta[T]) Empty() bool { return len(d.Came)+len(d.Went)+len(d.Changed) == 0 }

// Empty reports whether the snapshots show the same network.
func (r Result) Empty() bool {
	return r.Devices.Empty() && r.Links.Empty() && r.ExternalConnections.Empty()
}

// Snapshots compares two snapshots.
func Snapshots(from, to *topology.Snapshot) Result {
	same := matchDevices(from.Devices, to.Devices)
	return Result{
		From: from.TakenAt, To: to.TakenAt,
		Devices:             devices(from.Devices, to.Devices, same),
		Links:               links(from.Links, to.Links, same, names(from.Devices, to.Devices)),
		ExternalConnections: connections(from.ExternalConnections, to.ExternalConnections, same, names(from.Devices, to.Devices)),
	}
}

// names returns what devices are called, by ID; the newer name where both
// snapshots have the ID.
func names(from, to []topology.Device) map[topology.DeviceID]string {
	m := make(map[topology.DeviceID]string, len(from)+len(to))
	for _, d := range from {
		m[d.ID] = d.Name
	}
	for _, d := range to {
		m[d.ID] = d.Name
	}
	return m
}
