package lldp

import (
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"
)

// extension reads a TLV of another organization: IEEE 802.1 (IEEE Std
// 802.1Q-2018, D.2), the Media Endpoint Discovery of TIA-1057, and the Manufacturer
// Usage Description (RFC 8520, 11), of which only the host of its URL is kept.
func (u *Unit) extension(oui [3]byte, subtype byte, v []byte) {
	switch oui {
	case [3]byte{0x00, 0x80, 0xc2}:
		if subtype == 1 && len(v) >= 2 {
			if vid := binary.BigEndian.Uint16(v); vid != 0 { // 0: the port knows no VLANs
				u.tells("port-vlan", strconv.Itoa(int(vid)))
			}
		}
	case [3]byte{0x00, 0x12, 0xbb}:
		u.endpoint(subtype, v)
	case [3]byte{0x00, 0x00, 0x5e}:
		if subtype == 1 {
			if at, err := url.Parse(string(v)); err == nil {
				u.tells("mud-host", at.Hostname())
			}
		}
	}
}

// endpoint reads a TLV of Media Endpoint Discovery (TIA-1057, 10.2).
func (u *Unit) endpoint(subtype byte, v []byte) {
	switch subtype {
	case 1:
		if len(v) < 3 {
			return
		}
		if class := v[2]; class >= 1 && class <= 4 {
			u.tells("med-class", []string{"endpoint-1", "endpoint-2", "endpoint-3", "network-connectivity"}[class-1])
		}
	case 2:
		if len(v) < 4 {
			return
		}
		policy := binary.BigEndian.Uint32(v) & 0xffffff
		unknown, tagged, vid := policy&0x800000 != 0, policy&0x400000 != 0, policy>>9&0xfff
		if v[0] == 1 && !unknown && tagged && vid != 0 {
			u.tells("med-voice-vlan", strconv.Itoa(int(vid)))
		}
	case 5, 6, 7, 8, 9, 10, 11:
		field := []string{"hardware", "firmware", "software", "serial", "manufacturer", "model", "asset"}[subtype-5]
		u.tells("med-"+field, strings.TrimRight(string(v), " \x00"))
	}
}

// Platform returns the manufacturer and the model that the inventory of Media
// Endpoint Discovery tells.
func (u *Unit) Platform() string {
	var maker, model string
	for _, x := range u.Extensions {
		switch x.Field {
		case "med-manufacturer":
			maker = x.Value
		case "med-model":
			model = x.Value
		}
	}
	if model == "" || strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		return model
	}
	return strings.TrimSpace(maker + " " + model)
}

func (u *Unit) tells(field, value string) {
	if value != "" {
		u.Extensions = append(u.Extensions, Extension{field, value})
	}
}
