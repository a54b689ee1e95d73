// Package wsd decodes announcements of WS-Discovery (OASIS Web Services Dynamic
// Discovery 1.1, and the draft of 2005 that Windows, printers and ONVIF cameras
// use): SOAP messages over UDP.
package wsd

import (
	"bytes"
	"encoding/xml"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Announcement is a Hello, or the answer to a Probe or a Resolve.
type Announcement struct {
	Types     []string     // without their prefixes: "PrintDeviceType", "Computer", "NetworkVideoTransmitter"
	Addresses []netip.Addr // out of the transport addresses
	Name      string       // of an ONVIF device
	Hardware  string       // of an ONVIF device
	Matches   int          // devices that the message tells of; more than one in the answer of a proxy
}

const (
	maxMessage = 32 << 10 // octets that are looked at
	maxTokens  = 1024
	maxList    = 16
)

// Decode reads b and reports whether it is an announcement. Questions and
// farewells are none. Documents with a DOCTYPE are refused; entities other than
// the five of XML end the reading.
func Decode(b []byte) (Announcement, bool) {
	b = b[:min(len(b), maxMessage)]
	if !bytes.HasPrefix(bytes.TrimLeft(b, "\xef\xbb\xbf \r\n\t"), []byte("<")) || !bytes.Contains(b, []byte("/discovery")) {
		return Announcement{}, false
	}
	var a Announcement
	d := xml.NewDecoder(bytes.NewReader(b)) // of UTF-8 only
	field, told := "", false
	for range maxTokens {
		t, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := t.(type) {
		case xml.Directive:
			return Announcement{}, false
		case xml.StartElement:
			field = t.Name.Local
			switch field {
			case "Hello", "ProbeMatch", "ResolveMatch":
				told = true
				a.Matches++
			case "Bye", "Probe", "Resolve":
				return Announcement{}, false
			}
		case xml.EndElement:
			field = ""
		case xml.CharData:
			if told {
				a.text(field, string(t))
			}
		}
	}
	return a, told
}

func (a *Announcement) text(field, text string) {
	switch field {
	case "Types":
		for _, t := range strings.Fields(text) {
			if _, local, ok := strings.Cut(t, ":"); ok {
				t = local
			}
			a.Types = add(a.Types, t)
		}
	case "XAddrs":
		for _, x := range strings.Fields(text) {
			if ip, ok := host(x); ok {
				a.Addresses = add(a.Addresses, ip)
			}
		}
	case "Scopes":
		for _, s := range strings.Fields(text) {
			u, err := url.Parse(s)
			if err != nil || u.Scheme != "onvif" {
				continue
			}
			if v, ok := strings.CutPrefix(u.Path, "/name/"); ok {
				a.Name = v
			} else if v, ok := strings.CutPrefix(u.Path, "/hardware/"); ok {
				a.Hardware = v
			}
		}
	}
}

func add[T comparable](list []T, v T) []T {
	if len(list) >= maxList || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// host returns the address in a URL. Names are left out.
func host(s string) (netip.Addr, bool) {
	u, err := url.Parse(s)
	if err != nil {
		return netip.Addr{}, false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLoopback() {
		return netip.Addr{}, false
	}
	return ip.Unmap().WithZone(""), true
}
