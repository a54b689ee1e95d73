// Package resolve finds out which observations are about the same device.
package resolve

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Network is the resolved devices, with look-ups. It is not changed once made.
type Network struct {
	devices []topology.Device // sorted by ID
	index   map[topology.DeviceID]int
	byMAC   map[fact.MAC]topology.DeviceID
	byIP    map[netip.Addr]topology.DeviceID
	byAgent map[fact.AgentID]topology.DeviceID
	own     map[netip.Addr]bool
	gateway map[fact.MAC]bool
}

// Resolve finds the devices that obs speak of. The result does not depend on
// the order of obs or on repeats.
func Resolve(obs []fact.Observation, site topology.Site) *Network {
	_, _ = obs, site
	return &Network{}
}

// DeviceByMAC returns the device that has the MAC address m.
func (n *Network) DeviceByMAC(m fact.MAC) (topology.DeviceID, bool) {
	id, ok := n.byMAC[m]
	return id, ok
}

// DeviceByIP returns the device that has the address a, where exactly one does.
func (n *Network) DeviceByIP(a netip.Addr) (topology.DeviceID, bool) {
	id, ok := n.byIP[a.Unmap().WithZone("")]
	return id, ok
}

// DeviceByAgent returns the device whose tables the SNMP agent a shows.
func (n *Network) DeviceByAgent(a fact.AgentID) (topology.DeviceID, bool) {
	id, ok := n.byAgent[a]
	return id, ok
}

// Device returns the device with this ID.
func (n *Network) Device(id topology.DeviceID) (topology.Device, bool) {
	i, ok := n.index[id]
	if !ok {
		return topology.Device{}, false
	}
	return n.devices[i], true
}

// Devices returns every device, sorted by ID.
func (n *Network) Devices() []topology.Device { return slices.Clone(n.devices) }

// OwnAddress reports whether a device has the address a by its own tables.
func (n *Network) OwnAddress(a netip.Addr) bool { return n.own[a.Unmap().WithZone("")] }

// IsGatewayMAC reports whether m carries packets of addresses that are not its
// own, or is an interface of a known router.
func (n *Network) IsGatewayMAC(m fact.MAC) bool { return n.gateway[m] }
