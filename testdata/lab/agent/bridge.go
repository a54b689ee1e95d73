// Package agent answers snmpd's pass_persist questions for BRIDGE-MIB
// (RFC 4188) and Q-BRIDGE-MIB (RFC 4363), which net-snmp does not have, from
// the bridges of the namespace it runs in.
package agent

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Bridge is a bridge of the kernel and its ports.
type Bridge struct {
	Name    string
	Alias   string
	VLAN    int // out of a name such as vlan40; 1 for any other
	Address [6]byte
	Ports   []Port
	Entries []Entry
}

// Port is a port of a bridge. Its number in the MIBs is its ifIndex, since the
// kernel counts the ports of each bridge from 1.
type Port struct {
	Number  int
	IfIndex int
}

// Entry is one learned or own address.
type Entry struct {
	Address [6]byte
	Number  int // of the port
	Local   bool
}

// entrySize is that of struct __fdb_entry (linux/if_bridge.h).
const entrySize = 16

// maxEntries bounds what one answer looks at.
const maxEntries = 4096

// DecodeEntries reads the kernel's list of a bridge's addresses, as it stands
// in /sys/class/net/BRIDGE/brforward. What is cut short at the end is left out.
func DecodeEntries(data []byte) []Entry {
	var out []Entry
	for len(data) >= entrySize && len(out) < maxEntries {
		e := Entry{Number: int(data[6]) | int(data[12])<<8, Local: data[7] != 0}
		copy(e.Address[:], data)
		out = append(out, e)
		data = data[entrySize:]
	}
	return out
}

// AppendEntry is the reverse of DecodeEntries, for tests.
func AppendEntry(data []byte, e Entry) []byte {
	data = append(data, e.Address[:]...)
	data = append(data, byte(e.Number), 0)
	if e.Local {
		data[len(data)-1] = 1
	}
	data = binary.NativeEndian.AppendUint32(data, 0)
	return append(data, byte(e.Number>>8), 0, 0, 0)
}

// Read returns the bridges below a /sys/class/net, by name.
func Read(sys string) ([]Bridge, error) {
	names, err := filepath.Glob(filepath.Join(sys, "*", "brforward"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out []Bridge
	for _, name := range names {
		b, err := readBridge(filepath.Dir(name))
		if err != nil {
			return nil, fmt.Errorf("agent: %w", err)
		}
		out = append(out, b)
	}
	return out, nil
}

func readBridge(dir string) (Bridge, error) {
	b := Bridge{Name: filepath.Base(dir), VLAN: 1, Alias: text(filepath.Join(dir, "ifalias"))}
	if digits, ok := strings.CutPrefix(b.Name, "vlan"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n > 0 && n < 4095 {
			b.VLAN = n
		}
	}
	address := text(filepath.Join(dir, "address"))
	for i, s := range strings.SplitN(address, ":", 6) {
		n, err := strconv.ParseUint(s, 16, 8)
		if err != nil {
			return b, fmt.Errorf("%s: address %q: %w", dir, address, err)
		}
		b.Address[i] = byte(n)
	}
	ports, err := os.ReadDir(filepath.Join(dir, "brif"))
	if err != nil {
		return b, err
	}
	for _, p := range ports {
		number, err1 := strconv.ParseInt(text(filepath.Join(dir, "brif", p.Name(), "port_no")), 0, 32)
		index, err2 := strconv.Atoi(text(filepath.Join(filepath.Dir(dir), p.Name(), "ifindex")))
		if err := errors.Join(err1, err2); err != nil {
			return b, fmt.Errorf("%s: port %s: %w", dir, p.Name(), err)
		}
		b.Ports = append(b.Ports, Port{int(number), index})
	}
	data, err := os.ReadFile(filepath.Join(dir, "brforward"))
	if err != nil {
		return b, err
	}
	b.Entries = DecodeEntries(data)
	return b, nil
}

func text(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
