package hospital

// ways lists the ways out, numbered as they are told to people.
func (p *Plan) ways() []Way {
	const out, in = "outbound", "inbound"
	sure, maybe := []string{"confirmed"}, []string{"inferred"}
	ways := []Way{
		{
			Category: "online-qualification", Device: "oqs-router", Behind: []string{"ONS01"},
			Names: []string{"hweb.oqs.onshikaku.org", "www.lineauth.mnw"}, Addresses: []string{oqsServer}, Transport: "ipoe",
			Direction: out, Grade: sure, Status: "approved", Approval: "oqs",
			Evidence: []string{"office.pcapng"},
			Reason:   "router advertisement of the closed network with its name servers, and the terminal's traffic through the router",
		}, {
			Category: "internet", Device: "fw-1", Behind: []string{"ekaru-03", "jimu-pc01", "ad-1"},
			Transport: "pppoe", Direction: out, Grade: sure, Status: "approved", Approval: "internet",
			Evidence: []string{"fw-1.snmprec", "server.pcap", "fw-wan.pcap", "core-sw.snmprec"},
			Reason:   "default route over a PPP interface to a public next hop",
		}, {
			Category: "vendor-vpn", Device: "ct-maint", Addresses: []string{ctVendor}, Transport: "ipsec",
			Direction: out, Grade: sure, Status: "approved", Approval: "ct-maint",
			Evidence: []string{"radiology.pcap", "server.pcap", "ct-maint.txt"},
			Reason:   "IKEv2, then ESP in UDP, answered; its configuration sets it up",
		}, {
			Category: "vendor-vpn", Device: "mr-box", Addresses: []string{mrVendor}, Transport: "openvpn",
			Direction: out, Grade: sure, Status: "changed", Approval: "mr-maint",
			Evidence: []string{"radiology.pcap", "server.pcap"},
			Reason:   "OpenVPN, answered; the register approves another remote",
		}, {
			Category: "vendor-vpn", Device: "kyushoku-sv", Addresses: []string{foodVendor}, Transport: "wireguard",
			Direction: out, Grade: sure, Status: "unapproved",
			Evidence: []string{"evidence-catering.jsonl", "server.pcap"},
			Reason:   "WireGuard, answered",
		}, {
			Category: "vendor-vpn", Device: "sslvpn-1", Transport: "ssl-vpn",
			Direction: in, Grade: []string{"inferred", "reported"}, Status: "unapproved",
			Evidence: []string{"scan-server.xml"},
			Reason:   "a probe of its port named an SSL-VPN product",
		}, {
			Category: "remote-support", Device: "ekaru-07",
			Names: []string{"router1.teamviewer.com"}, Addresses: []string{relayServer}, Transport: "tls",
			Direction: out, Grade: sure, Status: "expired", Approval: "chart-remote",
			Evidence: []string{"clinical-mirror.pcapng", "server.pcap"},
			Reason:   "server name of a remote-control relay, answered",
		}, {
			Category: "vendor-lte", Device: "lte-gw", Behind: []string{"xa-1"}, Transport: "lte",
			Direction: out, Grade: sure, Status: "approved", Approval: "lte-xa",
			Evidence: []string{"lte-gw.snmprec", "radiology.pcap"},
			Reason:   "cellular interface up with an address and the default route",
		}, {
			Category: "vendor-lte", Device: "RUT241", Transport: "lte",
			Direction: out, Grade: maybe, Status: "unapproved",
			Evidence: []string{"laboratory.pcap.gz", "sw-lab.snmpwalk"},
			Reason:   "card of a maker of cellular routers, and it announces itself as an internet gateway",
		}, {
			Category: "vendor-lte", Device: "ct-maint", Transport: "lte",
			Direction: out, Grade: sure, Status: "unapproved",
			Evidence: []string{"ct-maint.txt"},
			Reason:   "its configuration has a modem in the USB port, for when the other line is down",
		}, {
			Category: "usb-tether", Device: "byoto-pc12", Transport: "usb",
			Direction: out, Grade: sure, Status: "unapproved",
			Evidence: []string{"byoto-pc12.snmpwalk"},
			Reason:   "tethering interface up, with a default route over it",
		}, {
			Category: "usb-tether", Device: "kensa-pc3", Transport: "tethering",
			Direction: out, Grade: maybe, Status: "unapproved",
			Evidence: []string{"laboratory.pcap.gz"},
			Reason:   "gives an address of a telephone's pool as its own",
		}, {
			Category: "partner-exchange", Device: "dokuei",
			Names: []string{"reading.example.jp"}, Addresses: []string{readingHost}, Transport: "dicom",
			Direction: out, Grade: sure, Status: "approved", Approval: "reading",
			Evidence: []string{"radiology.pcap", "server.pcap"},
			Reason:   "DICOM association with an outside address, answered",
		}, {
			Category: "unclassified", Device: "unknown-77", Behind: []string{"kensa-an01"}, Addresses: []string{strayServer},
			Direction: out, Grade: []string{"confirmed", "reported"}, Status: "unapproved",
			Evidence: []string{"laboratory.pcap.gz"},
			Reason:   "carries frames to an outside address, and nothing knows it as a router",
		},
	}
	for i := range ways {
		ways[i].Number, ways[i].DeviceIP = i+1, p.Host(ways[i].Device).IP.String()
	}
	return ways
}

// notWays lists what looks like a way out and is none.
func notWays() []NotWay {
	return []NotWay{
		{"core-sw", "routes towards fw-1, which is the way out"},
		{"ad-1", "asks outside for names on behalf of the others, router1.teamviewer.com among them"},
		{"pacs", "DICOM with modalities inside"},
		{"his", "HL7 with inside systems"},
		{"lis", "HL7 with inside systems"},
		{"his-db", "IPsec with backup-2, inside"},
		{"backup-2", "IPsec with his-db, inside"},
		{"ntp-1", "asks for the time through fw-1"},
		{"ap-clinical-1", "an access point with a management address"},
		{"jimu-pc01", "browses through fw-1"},
		{providerMAC().String(), "the provider's end of the PPPoE line of fw-1: outside, and no device of the hospital's"},
	}
}
