package pcap

import (
	"kanmon/discover/internal/wire/banner"
	"kanmon/discover/internal/wire/database"
	"kanmon/discover/internal/wire/diameter"
	"kanmon/discover/internal/wire/dicom"
	"kanmon/discover/internal/wire/head"
	"kanmon/discover/internal/wire/hl7"
	"kanmon/discover/internal/wire/industry"
	"kanmon/discover/internal/wire/kerberos"
	"kanmon/discover/internal/wire/lab"
	"kanmon/discover/internal/wire/ldap"
	"kanmon/discover/internal/wire/ntlm"
	"kanmon/discover/internal/wire/oxid"
	"kanmon/discover/internal/wire/printer"
	"kanmon/discover/internal/wire/rdp"
	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/smb"
)

// describeTCP learns from one of the first payloads of a side what it says of
// itself.
func (a *analyzer) describeTCP(h *hop, c *conn, side int, p *packet) {
	c.heard[side]++
	b := p.payload
	if c.stream() != nil || a.appOf(c) == "tls" || b[0] >= 20 && b[0] <= 23 && len(b) > 1 && b[1] == 3 { // TLS
		return
	}
	if x, ok := oxid.Decode(b); ok {
		a.alive(h, p, &x)
	}
	if n := dicom.Length(b); n > 0 {
		a.associate(c, side, p, n)
		return
	}
	first := c.client != 0 && c.heard[side] == 1 && c.heard[1-side] == 0 // it began before our eyes
	a.described(c, side, tcpSays(b, c.key.port[1-c.clientSide()], first))
}

// tcpSays returns what the sender of a payload says. The port is the server's;
// it is looked at only where the octets leave a doubt. First tells that nobody
// has said anything before.
func tcpSays(b []byte, port uint16, first bool) []said.Message {
	var out []said.Message
	add := func(m said.Message, ok bool) bool {
		if ok {
			out = append(out, m)
		}
		return ok
	}
	if b[0] >= ' ' && b[0] < 0x7f && b[0] != '0' { // text, but for a sequence of ASN.1
		if out = head.Decode(b); out != nil {
			add(printer.IPP(b))
			return out
		}
		if add(banner.Decode(b, port, first)) || add(lab.Decode(b)) || add(printer.PJL(b)) || add(industry.OPCUA(b)) {
			return out
		}
	}
	switch {
	case b[0] == 0x0b && add(hl7.Decode(b)):
		return out
	case b[0] == 0x02 && add(lab.Decode(b)), b[0] == 0x1b && add(printer.PJL(b)), b[0] == 0x0b && add(lab.Decode(b)):
		return out
	case b[0] == 3 && add(rdp.Decode(b)), b[0] == 1 && add(diameter.Decode(b)):
		return out
	case port == industry.PortModbus && add(industry.Modbus(b)), port == industry.PortEtherNetIP && add(industry.EtherNetIP(b)):
		return out
	case (b[0] == 0 || b[0] == 0x81) && add(smb.Decode(b)):
	case b[0] == '0' && add(ldap.Decode(b)):
	case b[0] == 0 && add(kerberos.DecodeTCP(b)):
	default:
		add(database.Decode(b))
	}
	add(ntlm.Find(b))
	add(kerberos.FindTicket(b))
	return out
}

// maxAssociate bounds how much of an A-ASSOCIATE is collected. The user
// information stands behind the presentation contexts, of which there may be
// 128.
const maxAssociate = 16 << 10

// associate learns from the start of an A-ASSOCIATE of n octets, and collects
// the rest of it where it does not stand in one segment.
func (a *analyzer) associate(c *conn, side int, p *packet, n int) {
	m, ok := dicom.Decode(p.payload)
	if !ok {
		return
	}
	if c.app == 0 {
		a.setApp(c, "dicom")
	}
	a.described(c, side, []said.Message{m})
	if n > len(p.payload) && n <= maxAssociate {
		a.collect(c, side, false, p.seq+uint32(len(p.payload)), p.payload)
		c.stream().dicom = n
	}
}

// associated learns from an A-ASSOCIATE that was collected, and reports whether
// it was whole.
func (a *analyzer) associated(c *conn, side int) bool {
	if len(c.stream().buf) < c.stream().dicom {
		return false
	}
	m, ok := dicom.Decode(c.stream().buf)
	words := m.Words
	m.Words = nil
	for _, w := range words { // the titles were noted already
		if w.Field != "called-ae-title" && w.Field != "calling-ae-title" {
			m.Words = append(m.Words, w)
		}
	}
	if ok {
		a.described(c, side, []said.Message{m})
	}
	return true
}
