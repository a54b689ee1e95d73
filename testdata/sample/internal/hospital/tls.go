package hospital

// record is a TLS record (RFC 8446, 5.1).
func record(typ byte, version uint16, body []byte) []byte {
	return octets{typ}.u16(version).len16(body)
}

// handshake is one handshake message in a record of its own.
func handshake(typ byte, version uint16, body []byte) []byte {
	return record(22, version, octets{typ}.u24(len(body)).add(body))
}

// extension is one extension of a hello.
func extension(typ uint16, body []byte) []byte { return octets{}.u16(typ).len16(body) }

// clientHello is a ClientHello that asks for name (RFC 8446, 4.1.2); without
// tls13 it offers TLS 1.2 at most.
func clientHello(name string, tls13 bool) []byte {
	sni := octets{}.len16(octets{0}.len16([]byte(name)))
	exts := octets{}.add(
		extension(0, sni),
		extension(10, octets{}.len16(octets{}.u16(0x001d).u16(0x0017))),
		extension(11, octets{1, 0}),
		extension(13, octets{}.len16(octets{}.u16(0x0403).u16(0x0804).u16(0x0401))),
		extension(16, octets{}.len16(octets{8}.str("http/1.1"))),
	)
	suites := octets{}.u16(0xc02f).u16(0xc030)
	if tls13 {
		suites = octets{}.u16(0x1301).u16(0x1302).add(suites)
		exts = exts.add(
			extension(43, octets{4}.u16(0x0304).u16(0x0303)),
			extension(51, octets{}.len16(octets{}.u16(0x001d).len16(pattern(32, 3)))),
		)
	}
	body := octets{}.u16(0x0303).add(pattern(32, 1))
	body = body.u8(32).add(pattern(32, 2)).len16(suites).u8(1, 0).len16(exts)
	return handshake(1, 0x0301, body)
}

// serverHello is the answer to clientHello.
func serverHello(tls13 bool) []byte {
	suite, exts := uint16(0xc02f), octets{}.add(extension(0xff01, octets{0}), extension(11, octets{1, 0}))
	if tls13 {
		suite = 0x1301
		exts = octets{}.add(
			extension(43, octets{}.u16(0x0304)),
			extension(51, octets{}.u16(0x001d).len16(pattern(32, 5))),
		)
	}
	body := octets{}.u16(0x0303).add(pattern(32, 4)).u8(32).add(pattern(32, 2)).u16(suite).u8(0).len16(exts)
	return handshake(2, 0x0303, body)
}

// sealed is a record of n octets that stand for what nobody can read.
func sealed(n int) []byte { return record(23, 0x0303, pattern(n, 6)) }

// tls adds a TLS connection of a to the server b for name.
func (c *capture) tls(a, b end, name string, tls13 bool) {
	said := []msg{ask(clientHello(name, tls13)), answer(serverHello(tls13))}
	if tls13 {
		said = append(said, answer(append(record(20, 0x0303, []byte{1}), sealed(120)...)))
	} else {
		said = append(said, answer(record(20, 0x0303, []byte{1})), ask(record(20, 0x0303, []byte{1})))
	}
	c.connect(a, b, append(said, ask(sealed(80)), answer(sealed(160)))...)
}
