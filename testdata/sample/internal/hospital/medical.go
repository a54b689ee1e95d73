package hospital

import "fmt"

// DICOM object identifiers that an association names (PS3.6, annex A).
const (
	dicomContext   = "1.2.840.10008.3.1.1.1"
	dicomCTImage   = "1.2.840.10008.5.1.4.1.1.2"
	dicomImplicit  = "1.2.840.10008.1.2"
	dicomOurClass  = "2.25.300000000000000001"
	dicomOurString = "SAMPLE_1_0"
)

// dicomItem is an item of an association PDU (PS3.8, 9.3.2).
func dicomItem(typ byte, body []byte) []byte { return octets{typ, 0}.len16(body) }

// associate is an A-ASSOCIATE-RQ, or with accept the A-ASSOCIATE-AC to it. It
// carries application entity titles and nothing of any patient.
func associate(called, calling string, accept bool) []byte {
	ctx := octets{1, 0, 0, 0}
	kind, pdu := byte(0x20), byte(1)
	if accept {
		kind, pdu = 0x21, 2
	} else {
		ctx = ctx.add(dicomItem(0x30, []byte(dicomCTImage)))
	}
	ctx = ctx.add(dicomItem(0x40, []byte(dicomImplicit)))
	user := octets{}.add(
		dicomItem(0x51, octets{}.u32(16384)),
		dicomItem(0x52, []byte(dicomOurClass)),
		dicomItem(0x55, []byte(dicomOurString)),
	)
	body := octets{}.u16(1).u16(0).str(fmt.Sprintf("%-16.16s%-16.16s", called, calling)).add(make([]byte, 32))
	body = body.add(dicomItem(0x10, []byte(dicomContext)), dicomItem(kind, ctx), dicomItem(0x50, user))
	return octets{pdu, 0}.u32(uint32(len(body))).add(body)
}

// dicom adds an association of a with b that is released at once.
func (c *capture) dicom(a, b end, calling, called string) {
	release := func(typ byte) []byte { return octets{typ, 0}.u32(4).u32(0) }
	c.connect(a, b,
		ask(associate(called, calling, false)), answer(associate(called, calling, true)),
		ask(release(5)), answer(release(6)))
}

// hl7 adds a message of a to b and its acknowledgement over MLLP: the header
// segment alone, which names applications and no patient.
func (c *capture) hl7(a, b end, from, to string, id int) {
	mllp := func(s string) []byte { return octets{0x0b}.str(s).u8('\r', 0x1c, '\r') }
	when := c.clock.In(jst()).Format("20060102150405")
	c.connect(a, b,
		ask(mllp(fmt.Sprintf(`MSH|^~\&|%s|MIHON|%s|MIHON|%s||ORU^R01|%d|T|2.5`, from, to, when, id))),
		answer(mllp(fmt.Sprintf(`MSH|^~\&|%s|MIHON|%s|MIHON|%s||ACK^R01|%d|T|2.5`, to, from, when, id))))
}
