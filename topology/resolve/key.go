package resolve

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// rank orders the kinds of identity keys, strongest first.
type rank uint8

const (
	rankSerial rank = iota
	rankChassis
	rankEngine
	rankDUID
	rankMAC
	rankAgent
	rankAnnounced
	rankLocalMAC
	rankIP
)

// key is one identity key. Keys are equal where their text is.
type key struct {
	rank rank
	text string
}

// compare orders keys by strength, then by text.
func (k key) compare(o key) int {
	if k.rank != o.rank {
		return int(k.rank) - int(o.rank)
	}
	return strings.Compare(k.text, o.text)
}

// isStrong reports whether k tells its device from every other.
func (k key) isStrong() bool { return k.rank <= rankAgent }

func macKey(m fact.MAC) key {
	if m.IsLocal() || m.IsCluster() { // clusters of two sites may have the same
		return key{rankLocalMAC, "mac:" + m.String()}
	}
	return key{rankMAC, "mac:" + m.String()}
}

func serialKey(vendor, serial string) key {
	return key{rankSerial, "serial:" + strings.ToLower(vendor) + "/" + strings.ToLower(serial)}
}

func agentKey(a fact.AgentID) key { return key{rankAgent, "agent:" + string(a)} }

// announcedKey is the key of what a device announces as its name: kind is
// "chassis", the same for LLDP and CDP, which some makers fill from each other.
func announcedKey(kind, id string) key {
	return key{rankAnnounced, kind + ":" + strings.ToLower(id)}
}

// deviceID makes the ID of the device whose strongest key is k. The same MAC
// address is the same device whether or not it was announced as a chassis ID.
func deviceID(k key) topology.DeviceID {
	sum := sha256.Sum256([]byte(k.text))
	return topology.DeviceID("d" + hex.EncodeToString(sum[:6]))
}

// canIdentify reports whether m may stand for a device at all.
func canIdentify(m fact.MAC) bool {
	placeholder := m[0] == 0 && m[1] == 0 && m[2] == 0 && m[3] == 0 // 00:00:00:00:00:01 and its like
	return !m.IsZero() && !m.IsGroup() && !m.IsVirtual() && !placeholder
}

// isJunkSerial reports whether a serial number is what makers leave in its
// place where none was written.
func isJunkSerial(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) < 4 || strings.Count(s, s[:1]) == len(s) {
		return true
	}
	switch s {
	case "none", "null", "unknown", "default", "default string", "not specified", "not available", "not applicable",
		"invalid", "empty", "123456789", "1234567890", "0123456789", "to be filled by o.e.m.", "system serial number",
		"serial number", "not supported", "notset", "not set":
		return true
	}
	return false
}

// isDefaultName reports whether a name is one that many devices have because
// nobody gave them another, so that it can tell none of them from the rest.
func isDefaultName(s string) bool {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), ".")
	switch s {
	case "", "localhost", "switch", "router", "default", "unknown", "none", "null", "ubuntu", "debian", "raspberrypi",
		"openwrt", "localdomain", "not set", "n/a", "ap", "host", "system", "test", "firewall", "(none)", "hostname",
		"awplus", "<private>", "<removed>", "not advertised", "mikrotik",
		"echoscu", "storescu", "findscu", "movescu", "any-scp", "storescp", "dcm4chee", "scu", "scp":
		return true
	}
	return false
}
