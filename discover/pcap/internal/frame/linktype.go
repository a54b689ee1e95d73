package frame

// Link types (https://www.tcpdump.org/linktypes.html) that are read.
const (
	LinkNull     = 0
	LinkEthernet = 1
	LinkPPP      = 9
	LinkRaw12    = 12 // DLT_RAW of most systems, found in files of old libpcaps
	LinkRaw14    = 14 // DLT_RAW of OpenBSD
	LinkPPPHDLC  = 50
	LinkPPPoE    = 51
	LinkRaw      = 101
	LinkCHDLC    = 104
	LinkWiFi     = 105
	LinkLoop     = 108
	LinkSLL      = 113
	LinkRadiotap = 127
	LinkIPv4     = 228
	LinkIPv6     = 229
	LinkSLL2     = 276
)

// LinkName names a link type as libpcap does; empty where it is not read.
func LinkName(link uint32) string {
	switch link {
	case LinkNull:
		return "NULL"
	case LinkEthernet:
		return "EN10MB"
	case LinkPPP:
		return "PPP"
	case LinkRaw12, LinkRaw14, LinkRaw:
		return "RAW"
	case LinkPPPHDLC:
		return "PPP_SERIAL"
	case LinkPPPoE:
		return "PPP_ETHER"
	case LinkCHDLC:
		return "C_HDLC"
	case LinkWiFi:
		return "IEEE802_11"
	case LinkLoop:
		return "LOOP"
	case LinkSLL:
		return "LINUX_SLL"
	case LinkRadiotap:
		return "IEEE802_11_RADIO"
	case LinkIPv4:
		return "IPV4"
	case LinkIPv6:
		return "IPV6"
	case LinkSLL2:
		return "LINUX_SLL2"
	}
	return ""
}
