// Package intellivue reads the connect indication with which a Philips
// IntelliVue monitor tells its segment that it is there (Philips, Data Export
// Interface Programming Guide, "Connect Indication Event"): its address, its
// model and its parts. Its bed, and who lies in it, are not read.
package intellivue

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Port is where monitors send their indications to; they are asked at 24105.
const Port = 24005

const (
	invoke          = 1      // ROIV_APDU
	eventReport     = 0      // CMD_EVENT_REPORT
	connectIndic    = 0x0d17 // NOM_NOTI_MDS_CONNECT_INDIC
	idModel         = 0x0928 // NOM_ATTR_ID_MODEL
	production      = 0x092d // NOM_ATTR_ID_PROD_SPECN
	netAddress      = 0xf100 // NOM_ATTR_NET_ADDR_INFO
	serialNumber    = 1      // of the production specification
	softwareVersion = 4
	wholeProduct    = 8 // component
)

// Decode reads a connect indication, and returns false where b is none.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 32 || binary.BigEndian.Uint32(b)>>8 != 1 || word(b, 4) != invoke || word(b, 10) != eventReport || word(b, 24) != connectIndic {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "intellivue", Sender: said.Server}
	b = b[32:]
	for len(b) >= 4 {
		id, n := word(b, 0), word(b, 2)
		if n > len(b)-4 {
			break
		}
		switch value := b[4 : 4+n]; id {
		case idModel:
			maker, rest := label(value)
			model, _ := label(rest)
			m.Add("manufacturer", maker)
			m.Add("model", model)
		case netAddress:
			if len(value) >= 10 && !has(&m, "mac-address") {
				m.Add("mac-address", net.HardwareAddr(value[:6]).String())
				m.Add("ip-address", netip.AddrFrom4([4]byte(value[6:10])).String())
			}
		case production:
			parts(&m, value)
		}
		b = b[4+n:]
	}
	return m, true
}

func word(b []byte, i int) int { return int(binary.BigEndian.Uint16(b[i:])) }

func has(m *said.Message, field string) bool {
	for _, w := range m.Words {
		if w.Field == field {
			return true
		}
	}
	return false
}

// label reads a VariableLabel: a length and so many octets.
func label(b []byte) (text string, rest []byte) {
	if len(b) < 2 || word(b, 0) > len(b)-2 {
		return "", nil
	}
	n := word(b, 0)
	return strings.TrimSpace(said.Text(b[2 : 2+n])), b[2+n:]
}

// parts reads a ProductionSpec: of each entry its type, the component that it is
// about, and a label.
func parts(m *said.Message, b []byte) {
	if len(b) < 4 {
		return
	}
	for b = b[4:]; len(b) >= 6; {
		kind, component := word(b, 0), word(b, 2)
		text, rest := label(b[4:])
		if rest == nil {
			return
		}
		switch {
		case kind == serialNumber && component == wholeProduct && !has(m, "serial-number"):
			m.Add("serial-number", text)
		case kind == softwareVersion && !has(m, "software-version"):
			m.Add("software-version", text)
		}
		b = rest
	}
}
