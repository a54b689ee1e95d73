package vpn

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// maxVendors is how many makers are told of one message.
const maxVendors = 3

// vendor walks the payloads of a message for the makers that its vendor IDs
// name.
func vendor(b []byte, next, vendorID byte) string {
	var found []string
	for range 32 {
		if next == 0 || next == 46 || next == 53 || len(b) < 4 { // none, or encrypted from here on
			break
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			break
		}
		if next == vendorID {
			if v := vendorName(b[4:n]); v != "" && !slices.Contains(found, v) && len(found) < maxVendors {
				found = append(found, v)
			}
		}
		next, b = b[0], b[n:]
	}
	return strings.Join(found, ", ")
}

// vendorName returns who uses a vendor ID: one that is known, or what it says
// where it is text. What many makers use to say what they are able to do (NAT
// traversal, dead peer detection, fragmentation) names nobody.
func vendorName(v []byte) string {
	if len(v) >= 4 {
		if name, ok := vendorOf(hex.EncodeToString(v[:min(len(v), 8)])); ok {
			return name
		}
	}
	switch text := string(v); {
	case len(v) < 4, len(v) > 64, strings.HasPrefix(text, "HeartBeat_Notify"):
		return ""
	case strings.HasPrefix(text, "CISCO"), strings.HasPrefix(text, "FLEXVPN"):
		return "Cisco"
	case strings.HasPrefix(text, "BNES"):
		return "Nortel Contivity"
	case strings.HasPrefix(text, "OE-Libreswan"):
		return "Libreswan"
	case strings.HasPrefix(text, "OE") && len(v) == 12:
		return "Openswan"
	}
	for _, c := range v {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return string(v)
}

// vendorOf knows vendor IDs by their first octets. Most are MD5 sums of a text,
// which stands behind them where it is known; the others are those that ike-scan
// and Wireshark list.
func vendorOf(head string) (name string, ok bool) {
	switch head {
	case "882fe56d6fd20dbc": // "strongSwan"
		return "strongSwan", true
	case "4f6788de53f12826": // "libreswan"
		return "Libreswan", true
	case "7f907f0fbe2ce7bf": // "OpenIKED"
		return "OpenIKED", true
	case "7003cbc1097dbe9c": // "KAME/racoon"
		return "KAME/racoon", true
	case "12f5f28c457168a9": // "CISCO-UNITY"
		return "Cisco Unity", true
	case "1f07f70eaa6514d3":
		return "Cisco VPN 3000", true
	case "1e2b516905991c7d": // "MS NT5 ISAKMPOAKLEY"
		return "Microsoft", true
	case "fb1de3cdf341b7ea", "e3a5966a76379fe7": // "MS-Negotiation Discovery Capable", "IKE CGA version 1"
		return "Microsoft", true
	case "8299031757a36082":
		return "Fortinet", true
	case "4c53427b6d465d1b", "b4f01ca951e9da8d", "c1dc4350476b98a4": // Connect License, "Fortinet Endpoint Control", "Forticlient EAP Extension"
		return "FortiClient", true
	case "f4ed19e0c114eb51":
		return "Check Point", true
	case "404bf439522ca3f6":
		return "SonicWall", true
	case "166f932d55eb64d8", "2a2bcac19b8e91b4", "a35bfd05ca1ac0b3", "9b096d9ac3275a7d", "92d27a9ecb31d992":
		return "Juniper NetScreen", true
	case "625027749d5ab97f":
		return "ZyXEL ZyWALL", true
	case "8404adf9cda05760":
		return "Sidewinder", true
	case "ca3e2b854ba80300", "3c8e70bdf9c7d74a":
		return "Aruba", true
	case "47bbe7c993f1fc13":
		return "SafeNet SoftRemote", true
	}
	return "", false
}
