// Command bare counts the flows and hosts of a capture with gopacket, without a
// copy of a frame, and does nothing else: what kanmon is measured against.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

type flow struct {
	net, transport gopacket.Flow
	proto          layers.IPProtocol
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read from
	r, err := pcapgo.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return err
	}
	var (
		ether layers.Ethernet
		tag   layers.Dot1Q
		v4    layers.IPv4
		v6    layers.IPv6
		tcp   layers.TCP
		udp   layers.UDP
		rest  gopacket.Payload
		got   []gopacket.LayerType
	)
	p := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &ether, &tag, &v4, &v6, &tcp, &udp, &rest)
	p.IgnoreUnsupported = true
	flows, hosts := make(map[flow]int), make(map[gopacket.Endpoint]int)
	for frames := 0; ; frames++ {
		b, _, err := r.ZeroCopyReadPacketData()
		if errors.Is(err, io.EOF) {
			fmt.Println(frames, "frames,", len(flows), "flows,", len(hosts), "hosts")
			return nil
		}
		if err != nil {
			return err
		}
		if p.DecodeLayers(b, &got) != nil {
			continue
		}
		var k flow
		for _, t := range got {
			switch t {
			case layers.LayerTypeIPv4:
				k.net, k.proto = v4.NetworkFlow(), v4.Protocol
			case layers.LayerTypeIPv6:
				k.net, k.proto = v6.NetworkFlow(), v6.NextHeader
			case layers.LayerTypeTCP:
				k.transport = tcp.TransportFlow()
			case layers.LayerTypeUDP:
				k.transport = udp.TransportFlow()
			}
		}
		if k.proto == 0 {
			continue
		}
		hosts[k.net.Src()]++
		hosts[k.net.Dst()]++
		if k.net.Dst().LessThan(k.net.Src()) {
			k.net, k.transport = k.net.Reverse(), k.transport.Reverse()
		}
		flows[k]++
	}
}
