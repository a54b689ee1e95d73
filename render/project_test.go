package render_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/render"
	"kanmon/render/rendertest"
	"kanmon/topology"
	"kanmon/topology/register"
)

func TestProjectNumbersWaysOut(t *testing.T) {
	v := render.Project(rendertest.Sample(60), render.English)
	var got []string
	for i, w := range v.WaysOut {
		if w.No != i+1 {
			t.Errorf("way out %d has number %d", i+1, w.No)
		}
		got = append(got, fmt.Sprintf("%d %s %s %s", w.No, w.Category, w.Status, w.Device))
	}
	want := []string{
		"1 online-qualification approved oqs-router",
		"2 internet approved fw-1",
		"3 vendor-vpn approved ct-maint",
		"4 vendor-vpn changed mr-box",
		"5 vendor-vpn unapproved 10.60.0.253",
		"6 vendor-vpn unapproved kyushoku-sv",
		"7 remote-support expired ekaru-07",
		"8 vendor-lte approved lte-gw",
		"9 vendor-lte unapproved RUT241",
		"10 usb-tether unapproved byoto-pc12",
		"11 usb-tether unapproved kensa-pc3",
		"12 partner-exchange approved dokuei",
		"13 unclassified unapproved 00:00:5e:00:53:77",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("ways out (-want +got):\n%s", d)
	}
}

func TestProjectCounts(t *testing.T) {
	s := rendertest.Sample(60)
	v := render.Project(s, render.Japanese)
	want := render.Counts{
		WaysOut: 13, Approved: 5, Unapproved: 6, Expired: 1, Changed: 1,
		Devices: 60, Links: len(s.Links), BlindSpots: 3, Evidence: len(s.Evidence), Inputs: 3,
	}
	if d := cmp.Diff(want, v.Counts); d != "" {
		t.Errorf("Counts (-want +got):\n%s", d)
	}
	inZones, total := 0, 0
	for _, z := range v.Zones {
		sum := 0
		for _, c := range z.Counts {
			sum += c.N
		}
		if sum != z.Total {
			t.Errorf("zone %s: counts add up to %d, Total is %d", z.Name, sum, z.Total)
		}
		inZones += len(z.WaysOut)
		total += z.Total
	}
	if total != v.Counts.Devices || inZones != v.Counts.WaysOut {
		t.Errorf("zones hold %d devices and %d ways out, want %d and %d", total, inZones, v.Counts.Devices, v.Counts.WaysOut)
	}
	if !slices.IsSortedFunc(v.Devices, func(a, b render.Device) int {
		return strings.Compare(a.Zone+"\x00"+a.RoleLabel+"\x00"+a.Name, b.Zone+"\x00"+b.RoleLabel+"\x00"+b.Name)
	}) {
		t.Error("devices are not sorted by zone, role and name")
	}
}

func TestProjectOrderOfInputDoesNotMatter(t *testing.T) {
	for _, l := range []render.Lang{render.Japanese, render.English} {
		want := render.Project(rendertest.Sample(80), l)
		s := rendertest.Sample(80)
		slices.Reverse(s.ExternalConnections)
		slices.Reverse(s.Devices)
		slices.Reverse(s.Links)
		slices.Reverse(s.Inputs)
		if d := cmp.Diff(want, render.Project(s, l)); d != "" {
			t.Errorf("%s: the order of the snapshot's lists shows (-want +got):\n%s", l, d)
		}
	}
}

// TestProjectKnowsEveryText looks for keys that were shown instead of texts.
func TestProjectKnowsEveryText(t *testing.T) {
	s := rendertest.Sample(60)
	for i := range s.ExternalConnections {
		s.ExternalConnections[i].Direction = []topology.Direction{topology.Outbound, topology.Inbound, topology.Both}[i%3]
		s.ExternalConnections[i].Changes = []string{
			register.TraitDeviceName, register.TraitDeviceMAC, register.TraitDeviceIP, register.TraitDeviceSerial,
			register.TraitRemoteNames, register.TraitRemoteAddresses, register.TraitTransport,
		}
	}
	for _, l := range []render.Lang{render.Japanese, render.English} {
		v := render.Project(s, l)
		shown := []string{v.Site, v.Taken}
		for _, w := range v.WaysOut {
			shown = append(shown, w.CategoryLabel, w.StatusLabel, w.GradeLabel, w.Direction, w.NextStep, w.Party)
			shown = append(shown, w.Changes...)
			if w.Party == "" || w.NextStep == "" {
				t.Errorf("%s: way out %d has party %q and next step %q", l, w.No, w.Party, w.NextStep)
			}
		}
		for _, d := range v.Devices {
			shown = append(shown, d.RoleLabel)
		}
		for _, b := range v.BlindSpots {
			shown = append(shown, b.Label, b.NextStep)
		}
		for _, c := range v.Conflicts {
			shown = append(shown, c.Label)
		}
		for _, k := range shown {
			if head, _, ok := strings.Cut(k, "."); ok && slices.Contains(
				[]string{"category", "status", "grade", "direction", "next", "outside", "role", "blind", "conflict", "changed"}, head) {
				t.Errorf("%s: the key %q is shown instead of a text", l, k)
			}
		}
	}
}

func TestProjectDates(t *testing.T) {
	v := render.Project(rendertest.Sample(1), render.English)
	if v.Taken != "2026-11-21 18:40" {
		t.Errorf("Taken = %q, want Japan Standard Time 2026-11-21 18:40", v.Taken)
	}
	if v := render.Project(&topology.Snapshot{}, render.English); v.Taken != "" || v.Site != "(unnamed site)" {
		t.Errorf("an empty snapshot has Taken %q and Site %q", v.Taken, v.Site)
	}
}

func TestProjectHostile(t *testing.T) {
	for i := range rendertest.Attacks() {
		s := rendertest.Fill[topology.Snapshot](i)
		v := render.Project(&s, render.Japanese)
		if len(v.WaysOut) != 3 || len(v.Devices) != 3 {
			t.Errorf("shift %d: %d ways out and %d devices, want 3 and 3", i, len(v.WaysOut), len(v.Devices))
		}
	}
}

// TestProjectTellsWhere: people are told what to look for, not what a box is
// called by its maker's catalogue.
func TestProjectTellsWhere(t *testing.T) {
	s := &topology.Snapshot{
		Devices: []topology.Device{
			{ID: "sw", Name: "sw-lab"},
			{
				ID: "lte", Name: "RUT241", Vendor: "Teltonika", Location: "2F", Attached: []topology.Attachment{{Switch: "sw", Port: "7"}},
				Interfaces: []topology.Interface{{IPs: []string{"10.30.0.88/24"}}},
			},
		},
		ExternalConnections: []topology.ExternalConnection{
			{ID: "x1", Category: topology.VendorLTE, Device: "lte", Service: "Cellular router", ServiceJA: "携帯回線ルータ", Transport: []string{"lte", "ipv4"}},
			{ID: "x2", Category: topology.RemoteSupport, Device: "lte", Service: "TeamViewer", Transport: []string{"tls"}, Remote: topology.Remote{Organisation: "Z"}},
		},
		BlindSpots: []topology.BlindSpot{{Kind: topology.BlindNoSource, What: "scans", WhatJA: "スキャン", Why: "none", WhyJA: "なし"}},
	}
	type told struct{ Party, How, Where, Detail, What, Why string }
	for _, tt := range []struct {
		lang render.Lang
		want []told
	}{
		{render.Japanese, []told{
			{"Z", "TeamViewer", "2F　sw-lab 7", "10.30.0.88　Teltonika", "スキャン", "なし"},
			{"相手不明", "LTE・IPv4", "2F　sw-lab 7", "10.30.0.88　Teltonika", "スキャン", "なし"},
		}},
		{render.English, []told{
			{"Z", "TeamViewer", "2F　sw-lab 7", "10.30.0.88　Teltonika", "scans", "none"},
			{"Unknown party", "LTE/IPv4", "2F　sw-lab 7", "10.30.0.88　Teltonika", "scans", "none"},
		}},
	} {
		v := render.Project(s, tt.lang)
		var got []told
		for _, w := range v.WaysOut {
			got = append(got, told{w.Party, w.How, w.Where, w.DeviceDetail, v.BlindSpots[0].What, v.BlindSpots[0].Why})
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.lang, d)
		}
	}
}

// What others come in by has no cable to follow.
func TestNextStepOfDoors(t *testing.T) {
	s := rendertest.Sample(60)
	s.ExternalConnections = s.ExternalConnections[:1]
	for _, tt := range []struct {
		name      string
		category  topology.Category
		direction topology.Direction
		want      string
	}{
		{"a port that is passed on", topology.Unclassified, topology.Inbound, "Check who may come in, or close it"},
		{"a page of administration", topology.RemoteSupport, topology.Inbound, "Check who may come in, or close it"},
		{"a gateway", topology.Unclassified, topology.Outbound, "Find the device and follow its cable"},
		{"a tunnel", topology.VendorVPN, topology.Inbound, "Check contract and source restriction"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &s.ExternalConnections[0]
			c.Category, c.Direction, c.Status = tt.category, tt.direction, topology.Unapproved
			if got := render.Project(s, render.English).WaysOut[0].NextStep; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
