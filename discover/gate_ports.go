package discover

// PortRange is a range of ports that is never probed.
type PortRange struct {
	Transport   string // "tcp", "udp"
	First, Last uint16
	Reason      string
}

// NeverProbePorts returns the ports that are never probed at any traffic level:
// devices behind them print what they get, or are connected to patients and
// were not made for strangers.
func NeverProbePorts() []PortRange {
	return []PortRange{
		{"tcp", 104, 104, "DICOM (acr-nema): imaging devices"},
		{"tcp", 515, 515, "printer queue (LPD, RFC 1179): prints what it gets"},
		{"tcp", 2575, 2575, "HL7 over MLLP: receivers of orders and results"},
		{"tcp", 2761, 2761, "DICOM over ISCL: imaging devices"},
		{"tcp", 2762, 2762, "DICOM over TLS: imaging devices"},
		{"tcp", 3010, 3010, "DICOM over TLS of Philips X-ray devices"},
		{"tcp", 6661, 6661, "HL7 over MLLP: common choice of interface engines"},
		{"tcp", 9100, 9107, "raw printing (JetDirect): prints what it gets"},
		{"tcp", 11112, 11112, "DICOM: imaging devices"},
		{"udp", 24105, 24105, "data export of Philips patient monitors"},
	}
}

// NeverProbe returns why a port is never probed; empty where it may be.
func NeverProbe(transport string, port uint16) string {
	for _, r := range NeverProbePorts() {
		if r.Transport == transport && r.First <= port && port <= r.Last {
			return r.Reason
		}
	}
	return ""
}
