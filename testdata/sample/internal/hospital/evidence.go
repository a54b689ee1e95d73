package hospital

import "encoding/binary"

// askedAP is the access point whose own tables are among the evidence.
const askedAP = "ap-clinical-1"

// evidence makes every evidence file: captures of five segments and of the
// firewall's line, walks, scans, the configuration of a router, and what kanmon
// itself left.
func (p *Plan) evidence() map[string][]byte {
	le, be := binary.LittleEndian, binary.BigEndian
	out := map[string][]byte{
		"clinical-mirror.pcapng": p.clinicalCapture().pcapng("mirror of VLAN 10",
			place{"mirror0", "診療 VLAN 10 (core-sw port1.0.20)"}),
		"radiology.pcap":     p.radiologyCapture().pcap(le, false),
		"laboratory.pcap.gz": gzipped(p.laboratoryCapture().pcap(le, false)),
		"office.pcapng": p.officeCapture().pcapng("two ports of sw-office",
			place{"eth0", "事務 VLAN 40 (sw-office 46)"}, place{"eth1", "事務 ONS01 (sw-office 47)"}),
		"server.pcap":             p.serverCapture().pcap(be, true),
		"fw-wan.pcap":             p.wanCapture().pcap(le, false),
		"scan-server.xml":         p.serverScan(),
		"scan-clinical.xml":       p.clinicalScan(),
		"evidence-catering.jsonl": p.cateringEvidence(),
		"fw-1.snmprec":            p.firewallWalk().snmprec(),
		"lte-gw.snmprec":          p.lteWalk().snmprec(),
		"byoto-pc12.snmpwalk":     p.pcWalk().snmpwalk(),
		"ap-clinical-1.snmpwalk":  p.leafWalk(askedAP).snmpwalk(),
		"prt-rad.snmpwalk":        p.leafWalk("prt-rad").snmpwalk(),
		"ct-maint.txt":            p.ctConfig(),
		"ups-1.snmprec":           p.leafWalk("ups-1").snmprec(),
	}
	for _, s := range p.Switches {
		if s.Uplink == 0 {
			out[s.Name+".snmprec"] = p.switchWalk(s).snmprec()
		} else {
			out[s.Name+".snmpwalk"] = p.switchWalk(s).snmpwalk()
		}
	}
	return out
}
