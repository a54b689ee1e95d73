package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/ipv4"
)

// announceEvery is how often a responder says what it is without being asked;
// a real one does so when it starts, and then much more rarely.
const announceEvery = 20 * time.Second

// Respond answers as machines on a network do until the context ends. Kinds:
// names NAME: NetBIOS names and mDNS, with all addresses of the host;
// oxid NAME: the same addresses over DCE/RPC, at port 135;
// ssdp NAME: an InternetGatewayDevice, at all interfaces.
func Respond(ctx context.Context, kind, name string) error {
	legs, err := ownLegs()
	if err != nil {
		return fmt.Errorf("respond %s: %w", kind, err)
	}
	switch kind {
	case "names":
		err = respondNames(ctx, name, legs)
	case "oxid":
		err = respondOXID(ctx, name, legs)
	case "ssdp":
		err = respondSSDP(ctx, name, legs)
	default:
		return fmt.Errorf("respond: unknown kind %q: want names, oxid or ssdp", kind)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("respond %s: %w", kind, err)
	}
	return nil
}

// leg is one interface with an IPv4 address.
type leg struct {
	net.Interface
	addr netip.Prefix
}

func addressesOf(legs []leg) []netip.Addr {
	out := make([]netip.Addr, 0, len(legs))
	for _, l := range legs {
		out = append(out, l.addr.Addr())
	}
	return out
}

// broadcast is the last address of the leg's subnet.
func (l leg) broadcast() netip.Addr {
	b := l.addr.Addr().As4()
	for bit := l.addr.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}

func ownLegs() ([]leg, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var out []leg
	for _, i := range interfaces {
		addrs, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			if err == nil && p.Addr().Is4() && i.Flags&net.FlagLoopback == 0 {
				out = append(out, leg{i, p})
			}
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no interface has an IPv4 address")
	}
	return out, nil
}

// group is a socket that hears a multicast group at all legs. What it sends
// leaves by the leg that it is for.
type group struct {
	*ipv4.PacketConn
	addr *net.UDPAddr
	legs []leg
}

func joinGroup(addr netip.AddrPort, legs []leg) (*group, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{Port: int(addr.Port())})
	if err != nil {
		return nil, err
	}
	g := &group{ipv4.NewPacketConn(c), net.UDPAddrFromAddrPort(addr), legs}
	errs := []error{g.SetControlMessage(ipv4.FlagInterface, true), g.SetMulticastLoopback(false)}
	for _, l := range legs {
		errs = append(errs, g.JoinGroup(&l.Interface, g.addr))
	}
	if err := errors.Join(errs...); err != nil {
		shut(g)
		return nil, err
	}
	return g, nil
}

// tell sends to the whole group at a leg.
func (g *group) tell(l leg, out []byte) {
	_, _ = g.WriteTo(out, &ipv4.ControlMessage{IfIndex: l.Index}, g.addr) // it is told again
}

// answer answers what reply has an answer to. One who asks from the group's own
// port is answered so that all hear it, if open; any other one alone.
func (g *group) answer(open bool, reply func(l leg, in []byte) []byte) error {
	buffer := make([]byte, 9000)
	for {
		n, control, from, err := g.ReadFrom(buffer)
		if err != nil {
			return err
		}
		asker, ok := from.(*net.UDPAddr)
		if !ok || control == nil {
			continue
		}
		for _, l := range g.legs {
			if l.Index != control.IfIndex {
				continue
			}
			out := reply(l, buffer[:n])
			switch {
			case out == nil:
			case open && asker.Port == g.addr.Port:
				g.tell(l, out)
			default:
				_, _ = g.WriteTo(out, &ipv4.ControlMessage{IfIndex: l.Index}, asker) // it may ask again
			}
		}
	}
}

// together runs all until the first ends or the context does, and closes what
// they read from.
func together(ctx context.Context, conns []io.Closer, runs ...func() error) error {
	stop := context.AfterFunc(ctx, func() {
		for _, c := range conns {
			shut(c)
		}
	})
	defer stop()
	ended := make(chan error, len(runs))
	for _, run := range runs {
		go func() { ended <- run() }()
	}
	return <-ended
}

// often calls fn at once and then every now and then.
func often(ctx context.Context, fn func()) error {
	for {
		fn()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(announceEvery):
		}
	}
}

func respondNames(ctx context.Context, name string, legs []leg) error {
	addrs, mac := addressesOf(legs), legs[0].HardwareAddr
	netbios, err := net.ListenUDP("udp4", &net.UDPAddr{Port: nbnsPort})
	if err != nil {
		return err
	}
	defer shut(netbios)
	names, err := joinGroup(mdnsGroup(), legs)
	if err != nil {
		return err
	}
	defer shut(names)
	return together(
		ctx, []io.Closer{netbios, names},
		func() error {
			buffer := make([]byte, 9000)
			for {
				n, from, err := netbios.ReadFromUDPAddrPort(buffer)
				if err != nil {
					return err
				}
				if out := AnswerNBNS(buffer[:n], name, mac, addrs); out != nil {
					_, _ = netbios.WriteToUDPAddrPort(out, from) // it may ask again
				}
			}
		},
		func() error {
			return names.answer(true, func(_ leg, in []byte) []byte { return AnswerMDNS(in, name, addrs) })
		},
		func() error {
			return often(ctx, func() {
				for _, l := range legs {
					names.tell(l, AnnounceMDNS(name, addrs))
					// Each subnet is told the address in it.
					_, _ = netbios.WriteToUDPAddrPort(RegisterNBNS(name, l.addr.Addr()), netip.AddrPortFrom(l.broadcast(), nbnsPort))
				}
			})
		},
	)
}

// gatewayHTTP is the port of the description that SSDP points to.
const gatewayHTTP = 49152

func respondSSDP(ctx context.Context, name string, legs []leg) error {
	gateways, err := joinGroup(netip.MustParseAddrPort("239.255.255.250:1900"), legs)
	if err != nil {
		return err
	}
	defer shut(gateways)
	location := func(l leg) string { return fmt.Sprintf("http://%s:%d/rootDesc.xml", l.addr.Addr(), gatewayHTTP) }
	server := http.Server{
		Addr: fmt.Sprintf(":%d", gatewayHTTP),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = fmt.Fprintf(w, description, gatewayDevice, name, name)
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	return together(
		ctx, []io.Closer{gateways, &server}, server.ListenAndServe,
		func() error {
			return gateways.answer(false, func(l leg, in []byte) []byte { return AnswerSSDP(in, name, location(l)) })
		},
		func() error {
			return often(ctx, func() {
				for _, l := range legs {
					gateways.tell(l, NotifySSDP(name, location(l)))
				}
			})
		},
	)
}

const gatewayDevice = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"

const description = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
<device><deviceType>%s</deviceType><friendlyName>%s</friendlyName><manufacturer>lab</manufacturer>
<modelName>%s</modelName><UDN>uuid:00000000-0000-4000-8000-000000000001</UDN></device></root>
`

func ssdpFields(name, location string) string {
	return "CACHE-CONTROL: max-age=120\r\nLOCATION: " + location + "\r\nSERVER: Linux UPnP/1.0 " + name + "\r\n" +
		"USN: uuid:00000000-0000-4000-8000-000000000001::" + gatewayDevice + "\r\n"
}

// NotifySSDP is the announcement of a gateway (UPnP Device Architecture 1.1,
// section 1.2.2).
func NotifySSDP(name, location string) []byte {
	return []byte("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: " + gatewayDevice + "\r\nNTS: ssdp:alive\r\n" +
		ssdpFields(name, location) + "\r\n")
}

// AnswerSSDP answers a search for everything, for root devices or for gateways;
// it is nil for anything else.
func AnswerSSDP(in []byte, name, location string) []byte {
	text := string(in)
	if !strings.HasPrefix(text, "M-SEARCH ") {
		return nil
	}
	for _, target := range []string{"ssdp:all", "upnp:rootdevice", gatewayDevice} {
		if strings.Contains(text, target) {
			return []byte("HTTP/1.1 200 OK\r\nST: " + gatewayDevice + "\r\nEXT:\r\n" + ssdpFields(name, location) + "\r\n")
		}
	}
	return nil
}
