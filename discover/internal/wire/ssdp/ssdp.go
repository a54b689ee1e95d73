// Package ssdp decodes announcements and responses of the Simple Service
// Discovery Protocol (UPnP Device Architecture 2.0, 1.2 and 1.3).
package ssdp

import (
	"bytes"
	"net/netip"
	"net/url"
	"strings"
)

// Announcement is a NOTIFY, or the response to a search.
type Announcement struct {
	Target   string // NT or ST: what is announced
	USN      string // unique service name
	Server   string // operating system, UPnP version, product
	Location string // of the device description
	Bye      bool   // ssdp:byebye
}

// Address returns the address in Location, and false where a name stands there
// or an address that is none of a host.
func (a *Announcement) Address() (netip.Addr, bool) {
	u, err := url.Parse(a.Location)
	if err != nil {
		return netip.Addr{}, false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLoopback() {
		return netip.Addr{}, false
	}
	return ip.Unmap().WithZone(""), true
}

// maxLines bounds the header fields that are looked at.
const maxLines = 64

// Decode reads b and reports whether it is an announcement. A search is none.
func Decode(b []byte) (Announcement, bool) {
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	start := strings.ToUpper(strings.TrimSpace(string(line[:min(len(line), 64)])))
	if !strings.HasPrefix(start, "NOTIFY * HTTP/1.") && !strings.HasPrefix(start, "HTTP/1.1 200") && !strings.HasPrefix(start, "HTTP/1.0 200") {
		return Announcement{}, false
	}
	var a Announcement
	for range maxLines {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		key, value, ok := strings.Cut(string(line), ":")
		if !ok {
			if len(bytes.TrimSpace(line)) == 0 {
				break
			}
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToUpper(strings.TrimSpace(key)) {
		case "NT", "ST":
			a.Target = value
		case "NTS":
			a.Bye = value == "ssdp:byebye"
		case "USN":
			a.USN = value
		case "SERVER":
			a.Server = value
		case "LOCATION":
			a.Location = value
		}
	}
	return a, a.Target != ""
}
