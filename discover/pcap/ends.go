package pcap

import (
	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// clientSide returns the side that opened the conversation: by what was seen of
// its opening, else by its ports, else the one that was seen first.
func (c *conn) clientSide() int {
	if c.client != 0 {
		return int(c.client) - 1
	}
	if c.key.proto == frame.ProtoTCP || c.key.proto == frame.ProtoUDP || c.key.proto == frame.ProtoSCTP {
		p, q := serverPort(c.key.port[0]), serverPort(c.key.port[1])
		if p != q {
			if p {
				return 1
			}
			return 0
		}
		if c.key.proto == frame.ProtoTCP && c.key.port[0] != c.key.port[1] {
			if c.key.port[0] < c.key.port[1] {
				return 1
			}
			return 0
		}
	}
	return int(c.sender)
}

// serverPort reports whether servers listen on a port as a rule, and clients do
// not open from it.
func serverPort(p uint16) bool {
	switch p {
	case 1433, 1521, 1701, 1723, 1812, 1813, 1883, 2049, 2575, 3128, 3268, 3306, 3389, 3544, 4500, 4789, 4899, 5060, 5353, 5355,
		5432, 5671, 5672, 5900, 5938, 6081, 6568, 8000, 8080, 8443, 9100, 11112, 51820:
		return true
	}
	return p < 1024
}

// endpoint returns one end of the conversation. The MAC address is that of its
// own frames where there were any, else that to which frames for it were sent.
func (c *conn) endpoint(side int, port uint16) fact.Endpoint {
	e := fact.Endpoint{IP: c.key.ip[side].ip(), Port: port, MAC: c.mac[side]}
	if e.MAC.IsZero() && !c.to[side].IsGroup() {
		e.MAC = c.to[side]
	}
	return e
}

// via returns what frames for a side were handed to, where its own came from
// another station; none where not.
func (c *conn) via(side int) fact.MAC {
	if to := c.to[side]; to != c.mac[side] && isStation(to) && isStation(c.mac[side]) {
		return to
	}
	return fact.MAC{}
}

// serverEnd returns the side that was not the client, with its port.
func (c *conn) serverEnd(side int) fact.Endpoint {
	port := c.key.port[side]
	if c.key.proto == frame.ProtoUDP && port >= firstEphemeral && c.key.port[1-side] >= firstEphemeral {
		port = 0
	}
	return c.endpoint(side, port)
}

// firstEphemeral is where the dynamic ports begin (RFC 6335, 6).
const firstEphemeral = 49152
