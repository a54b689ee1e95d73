package pcap_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// BenchmarkFloor is what reading costs that does no more than count flows with
// the same library: BenchmarkRead is compared with it.
func BenchmarkFloor(b *testing.B) {
	type key struct {
		net, transport gopacket.Flow
		proto          layers.IPProtocol
	}
	file := benchFile()
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		r, err := pcapgo.NewReader(bytes.NewReader(file))
		if err != nil {
			b.Fatal(err)
		}
		var (
			ether layers.Ethernet
			tag   layers.Dot1Q
			v4    layers.IPv4
			t     layers.TCP
			u     layers.UDP
			rest  gopacket.Payload
		)
		p := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &ether, &tag, &v4, &t, &u, &rest)
		p.IgnoreUnsupported = true
		flows, hosts := map[key]int{}, map[gopacket.Endpoint]int{}
		got := make([]gopacket.LayerType, 0, 8)
		for {
			data, _, err := r.ZeroCopyReadPacketData()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			if p.DecodeLayers(data, &got) != nil {
				continue
			}
			k := key{net: v4.NetworkFlow(), proto: v4.Protocol}
			switch v4.Protocol {
			case layers.IPProtocolTCP:
				k.transport = t.TransportFlow()
			default:
				k.transport = u.TransportFlow()
			}
			hosts[k.net.Src()]++
			if k.net.Dst().LessThan(k.net.Src()) {
				k.net, k.transport = k.net.Reverse(), k.transport.Reverse()
			}
			flows[k]++
		}
	}
}
