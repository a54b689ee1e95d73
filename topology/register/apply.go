package register

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/topology"
)

// Devices finds devices by ID.
type Devices interface {
	Device(id topology.DeviceID) (topology.Device, bool)
}

// Index returns the devices of a snapshot for look-up.
func Index(devices []topology.Device) Devices {
	m := make(index, len(devices))
	for _, d := range devices {
		m[d.ID] = d
	}
	return m
}

type index map[topology.DeviceID]topology.Device

// Device implements Devices.
func (x index) Device(id topology.DeviceID) (topology.Device, bool) {
	d, ok := x[id]
	return d, ok
}

// Traits that an approval names, as they stand in ExternalConnection.Changes.
const (
	TraitDeviceName      = "device.name"
	TraitDeviceMAC       = "device.mac"
	TraitDeviceIP        = "device.ip"
	TraitDeviceSerial    = "device.serial"
	TraitRemoteNames     = "remote.names"
	TraitRemoteAddresses = "remote.addresses"
	TraitTransport       = "transport"
)

// Apply sets what the register says of each connection: Status, ApprovalID,
// Owner, Contract, Purpose, Until, Changes, and the organisation outside where
// nothing else named it. It returns the approvals that no connection matched,
// by ID.
//
// An approval matches a connection of its category of which the device or the
// remote is as approved; a trait that is known and differs makes the connection
// changed. An approval serves one connection, the one that it fits best; one
// that names a prefix or a "*." name serves every connection that it fits
// without a difference.
//
// At is when the snapshot was taken. Until is a day, and counts as a whole. It
// is compared with the day of at in at's own time zone, or in Japan's (UTC+9)
// where at is in UTC, as the times of observations are. Approvals that begin
// after that day are not looked at. Where at is zero, as in evidence without
// times, days are not compared.
func (r *Register) Apply(conns []topology.ExternalConnection, net Devices, at time.Time) []topology.Approval {
	today := day(at)
	var fits []fit
	for i := range conns {
		conns[i].Status = topology.Unapproved
		conns[i].ApprovalID, conns[i].Owner, conns[i].Contract = "", "", ""
		conns[i].Purpose, conns[i].Until, conns[i].Changes = "", "", nil
		d, _ := net.Device(conns[i].Device)
		for j, a := range r.Approvals() {
			if !begun(a, today) {
				continue
			}
			if f, ok := compare(a, conns[i], d); ok {
				f.conn, f.approval = i, j
				fits = append(fits, f)
			}
		}
	}
	slices.SortStableFunc(fits, func(a, b fit) int {
		return cmp.Or(
			cmp.Compare(len(a.changes), len(b.changes)), cmp.Compare(b.score, a.score),
			cmp.Compare(a.approval, b.approval), strings.Compare(conns[a.conn].ID, conns[b.conn].ID),
		)
	})
	used := make(map[int]bool)
	for _, f := range fits {
		a := r.approvals[f.approval]
		again := f.covers && len(f.changes) == 0
		if used[f.approval] && !again || conns[f.conn].ApprovalID != "" {
			continue
		}
		used[f.approval] = true
		approve(&conns[f.conn], a, f.changes, today)
	}
	var missing []topology.Approval
	for j, a := range r.Approvals() {
		if !used[j] && begun(a, today) {
			missing = append(missing, a.Approval)
		}
	}
	return missing
}

// begun reports whether an approval holds on a day or has held before it.
func begun(a Approval, today string) bool { return today == "" || a.From <= today }

// day returns the day of t as YYYY-MM-DD, and nothing where t is zero.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	const japan = 9 * 60 * 60
	if _, offset := t.Zone(); offset == 0 {
		t = t.In(time.FixedZone("JST", japan))
	}
	return t.Format(time.DateOnly)
}

func approve(x *topology.ExternalConnection, a Approval, changes []string, today string) {
	x.ApprovalID, x.Owner, x.Contract, x.Purpose, x.Until = a.ID, a.Owner, a.Contract, a.Purpose, a.Until
	x.Changes = changes
	if o := a.Remote.Organisation; o != "" { // the hospital knows with whom it has a contract
		x.Remote.Organisation, x.Remote.OrganisationJA = o, ""
	}
	switch {
	case a.Until != "" && a.Until < today:
		x.Status = topology.Expired
	case len(changes) > 0:
		x.Status = topology.Changed
	default:
		x.Status = topology.Approved
	}
}

// fit is an approval that could be meant for a connection.
type fit struct {
	conn, approval int
	score          int      // how much agrees
	changes        []string // traits that differ
	covers         bool     // the approval covers several remotes, this one among them
}

// compare returns how an approval fits a connection; false where neither the
// device nor the remote is as approved, or the category differs.
func compare(a Approval, x topology.ExternalConnection, d topology.Device) (fit, bool) {
	var f fit
	if a.Category != x.Category {
		return f, false
	}
	device, remote := false, false
	// trait notes one comparison: given is whether the approval names the trait,
	// seen whether it is known of the connection.
	trait := func(name string, weight int, given, seen, equal bool, matched *bool) {
		switch {
		case !given || !seen:
		case equal:
			f.score += weight
			*matched = true
		default:
			f.changes = append(f.changes, name)
		}
	}
	ips, macs := addresses(d)
	trait(TraitDeviceSerial, 8, a.Device.Serial != "", d.Serial != "", strings.EqualFold(a.Device.Serial, d.Serial), &device)
	trait(TraitDeviceMAC, 8, !a.Device.MAC.IsZero(), len(macs) > 0, slices.Contains(macs, a.Device.MAC.String()), &device)
	trait(TraitDeviceIP, 2, a.Device.IP.IsValid(), len(ips) > 0, slices.Contains(ips, a.Device.IP), &device)
	sameName := named(d, a.Device.Name) // a device of which no name was heard is called by an address
	trait(TraitDeviceName, 2, a.Device.Name != "", len(d.Names) > 0 || sameName, sameName, &device)

	ranges, all := within(x.Remote.Addresses, a.Remote.Addresses)
	any1, wild := nameWithin(x.Remote.Names, a.Remote.Names)
	trait(TraitRemoteAddresses, 4, len(a.Remote.Addresses) > 0, len(x.Remote.Addresses) > 0, all, &remote)
	trait(TraitRemoteNames, 4, len(a.Remote.Names) > 0, len(x.Remote.Names) > 0, any1, &remote)
	f.covers = remote && (ranges || wild)

	ignored := false // the way it leaves alone never identifies a connection
	trait(TraitTransport, 1, len(a.Transport) > 0, len(x.Transport) > 0, transports(x.Transport, a.Transport), &ignored)
	slices.Sort(f.changes)
	return f, device || remote
}

// addresses returns the IP and MAC addresses of a device.
func addresses(d topology.Device) (ips []netip.Addr, macs []string) {
	for _, i := range d.Interfaces {
		if i.MAC != "" {
			macs = append(macs, strings.ToLower(i.MAC))
		}
		for _, s := range i.IPs {
			s, _, _ = strings.Cut(s, "/")
			if ip, err := netip.ParseAddr(s); err == nil {
				ips = append(ips, ip.Unmap().WithZone(""))
			}
		}
	}
	return ips, macs
}

// named reports whether a device goes by a name. Where one of the two is a host
// name alone, the domain that the other has is no difference.
func named(d topology.Device, n string) bool {
	return sameName(d.Name, n) || slices.ContainsFunc(d.Names, func(s string) bool { return sameName(s, n) })
}

func sameName(a, b string) bool {
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	if strings.EqualFold(a, b) {
		return true
	}
	if _, err := netip.ParseAddr(a); err == nil {
		return false
	}
	hostA, restA, _ := strings.Cut(a, ".")
	hostB, restB, _ := strings.Cut(b, ".")
	return (restA == "") != (restB == "") && hostA != "" && strings.EqualFold(hostA, hostB)
}

// within reports whether every address is in one of the prefixes, and whether a
// prefix that one is in holds others too.
func within(addrs []netip.Addr, prefixes []netip.Prefix) (ranges, all bool) {
	all = len(addrs) > 0
	for _, a := range addrs {
		hit := false
		for _, p := range prefixes {
			if p.Contains(a.Unmap()) {
				hit = true
				ranges = ranges || !p.IsSingleIP()
			}
		}
		all = all && hit
	}
	return ranges, all
}

// nameWithin reports whether one of the names is one that was approved, and
// whether a "*." name did it. Other names of the same address may be anybody's.
func nameWithin(names, approved []string) (hit, wild bool) {
	for _, n := range names {
		for _, a := range approved {
			base, star := strings.CutPrefix(a, "*.")
			if star && strings.HasSuffix(strings.ToLower(n), "."+base) {
				hit, wild = true, true
			} else if strings.EqualFold(n, a) {
				hit = true
			}
		}
	}
	return hit, wild
}

// transports reports whether all that was seen was approved. What a routing
// table calls PPP may be PPPoE.
func transports(seen, approved []string) bool {
	for _, s := range seen {
		ok := slices.Contains(approved, s) || s == "ppp" && slices.Contains(approved, "pppoe")
		if !ok {
			return false
		}
	}
	return true
}
