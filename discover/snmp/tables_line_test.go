package snmp_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

// Rows of the tables below are made by hand unless the name of the test says of
// which recorded walk they are.
func TestLineTables(t *testing.T) {
	const (
		ifTable  = "1.3.6.1.2.1.2.2.1"
		tunnel   = "1.3.6.1.2.1.10.131.1.1.1.1"
		fgTun    = "1.3.6.1.4.1.12356.101.12.2.2.1"
		fgSSL    = "1.3.6.1.4.1.12356.101.12.2.3.1"
		fgUSB    = "1.3.6.1.4.1.12356.101.4.7.2.1"
		fgModem  = "1.3.6.1.4.1.12356.101.19.1.1"
		fgSess   = "1.3.6.1.4.1.12356.101.19.5.1"
		c3g      = "1.3.6.1.4.1.9.9.661.1.1.1"
		c3gNet   = "1.3.6.1.4.1.9.9.661.1.3.2.1"
		entity   = "1.3.6.1.2.1.47.1.1.1.1"
		ipsec    = "1.3.6.1.4.1.9.9.171.1.3.2.1"
		cradle   = "1.3.6.1.4.1.20992.1.2.2.1"
		rutx     = "1.3.6.1.4.1.48690.2.2.1"
		subject  = "208260012229256" // of a SIM card; never to be kept
		mikrotik = "1.3.6.1.4.1.14988.1.1.16.1.1"
	)
	runTables(t, []tableTest{
		{
			name: "lines by ifType: what Windows and FreeBSD name so, and what is neither up nor down, is none",
			in: columns(ifTable, "1", "2", "4|pppoe-out1", "3", "2|23", "8", "2|1") + columns(ifTable, "2", "2", "4|PP[01]", "3", "2|23", "8", "2|2") +
				columns(ifTable, "3", "2", "4|WAN Miniport (PPPOE)", "3", "2|23", "8", "2|2") + columns(ifTable, "4", "2", "4|enc0", "3", "2|244", "8", "2|1") +
				columns(ifTable, "5", "2", "4|Cellular0", "3", "2|243", "8", "2|5") + columns(ifTable, "6", "2", "4|x", "3", "2|23", "8", "2|4") +
				columns(ifTable, "7", "2", "4|BRI0", "3", "2|20", "8", "2|6") + columns(ifTable, "8", "2", "4|Gi0", "3", "2|6", "8", "2|1"),
			kinds: []fact.Kind{"line"},
			want: []string{
				`ifTable.1 {"if_index":1,"name":"pppoe-out1","state":"up","type":"pppoe"}`, `ifTable.2 {"if_index":2,"name":"PP[01]","state":"down","type":"ppp"}`,
				`ifTable.5 {"if_index":5,"name":"Cellular0","state":"up","type":"lte"}`, `ifTable.7 {"if_index":7,"name":"BRI0","state":"down","type":"isdn"}`,
			},
		},
		{
			name: "TUNNEL-MIB: each interface once",
			in: columns(ifTable, "9", "2", "4|Tunnel9", "8", "2|1") +
				columns(tunnel, "9", "1", "64|192.0.2.1", "2", "64|0.0.0.0", "3", "2|3") +
				columns(tunnel, "10", "1", "64|0.0.0.0", "2", "64|0.0.0.0", "3", "2|2", "9", "4x|20010db8000000000000000000000001", "10", "4x|20010db8000000000000000000000002") +
				columns(tunnel, "11", "1", "64|192.0.2.1", "2", "64|192.0.2.7", "3", "2|19") +
				"1.3.6.1.2.1.10.131.1.1.3.1.6.1.4.192.0.2.1.4.192.0.2.99.3.1|2|9\n1.3.6.1.2.1.10.131.1.1.3.1.6.1.4.192.0.2.1|2|9\n" +
				"1.3.6.1.2.1.10.131.1.1.3.1.6.1.4.192.0.2.1.4.192.0.2.98.3.1|2|0\n",
			kinds: []fact.Kind{"tunnel-end"},
			want: []string{
				`tunnelInetConfigTable.1.4.192.0.2.1.4.192.0.2.99.3.1 {"if_index":9,"local":"192.0.2.1","name":"Tunnel9","remote":"192.0.2.99","state":"up","type":"gre"}`,
				`tunnelIfTable.10 {"if_index":10,"local":"2001:db8::1","remote":"2001:db8::2","type":"4in6"}`,
				`tunnelIfTable.11 {"if_index":11,"local":"192.0.2.1","remote":"192.0.2.7","type":"ipsec"}`,
			},
			skips: 2,
		},
		{
			name: "FortiGate: VPN (rows of librenms__fortigate_100e), SSL VPN that is off",
			in: columns(fgTun, "1", "2", "4|ESMAO-Lomtec", "4", "64|109.71.67.231", "20", "2|2") +
				columns(fgSSL, "1", "1", "2|1", "2", "66|0", "6", "66|0"),
			kinds: []fact.Kind{"tunnel-end", "remote-access"},
			want:  []string{`fgVpnTunTable.1 {"name":"ESMAO-Lomtec","remote":"109.71.67.231","state":"up","type":"ipsec"}`},
		},
		{
			name: "FortiGate: who is let in, without names",
			in: columns(fgTun, "3.1", "2", "4|clinic", "3", "4|clinic", "4", "64|0.0.0.0", "6", "64|192.0.2.1", "20", "2|1") +
				"1.3.6.1.4.1.12356.101.12.2.1.1.2.1|64|198.51.100.1\n1.3.6.1.4.1.12356.101.12.2.1.1.2.2|64|198.51.100.2\n" +
				columns(fgSSL, "1", "1", "2|2", "2", "66|3", "6", "66|2") + columns(fgSSL, "2", "1", "2|1", "2", "66|1") +
				"1.3.6.1.4.1.12356.101.12.2.4.1.3.1|4|yamada.taro\n",
			kinds: []fact.Kind{"tunnel-end", "remote-access"},
			want: []string{
				`fgVpnTunTable.3.1 {"local":"192.0.2.1","name":"clinic","state":"down","type":"ipsec"}`,
				`fgVpnDialupTable {"sessions":2,"type":"ike"}`, `fgVpnSslStatsTable {"sessions":4,"type":"ssl-vpn"}`,
			},
		},
		{
			name: "FortiGate: USB ports and modems",
			in: columns(fgUSB, "1", "2", "2|1", "4", "2|2", "5", "4x|12d1", "6", "4|1506", "8", "4|HUAWEI", "9", "4|Modem", "10", "4|"+subject) +
				columns(fgUSB, "2", "2", "2|0", "4", "2|0") + columns(fgUSB, "3", "2", "2|1", "4", "2|255", "5", "4|0x8087", "6", "4|nonsense") +
				columns("1.3.6.1.4.1.12356.101.17.1", "0", "2", "2|1", "4", "4|HUAWEI", "5", "4|E3372", "7", "4|"+subject, "8", "4|"+subject) +
				columns(fgModem, "1", "2", "2|1", "3", "4|Sierra", "4", "4|EM7455", "6", "4|"+subject, "8", "4|"+subject, "17", "4|DOCOMO") +
				columns(fgModem, "2", "2", "2|0") + columns(fgModem, "3", "2", "2|1", "4", "4|EM7565") +
				columns(fgSess, "1", "2", "2|1", "3", "4|wwan", "4", "2|2", "9", "4|iot.example") + "1.3.6.1.4.1.12356.101.19.2.1.5.1|4|" + subject + "\n",
			kinds: []fact.Kind{"usb-device", "line"},
			want: []string{
				`fgUsbportTable.1 {"class":"comm","manufacturer":"HUAWEI","port":"1","product":"Modem","product_id":"1506","vendor_id":"12d1"}`,
				`fgUsbportTable.3 {"class":"vendorSpec","port":"3","vendor_id":"8087"}`,
				`fgUsbModemInfo {"model":"HUAWEI E3372","state":"up","type":"usb-modem"}`,
				`fgSessInfoTable.1 {"model":"Sierra EM7455","name":"wwan","provider":"iot.example","state":"up","type":"lte"}`,
				`fgMdmInfoTable.3 {"model":"EM7565","type":"lte"}`,
			},
		},
		{
			name: "Cisco: mobile lines",
			in: columns(entity, "7", "2", "4|Cellular modem", "7", "4|Modem 0 on Cellular0/0") +
				columns(c3g, "7", "3", "2|2", "8", "2|8") + columns(c3gNet, "7", "5", "2|10", "9", "4|NTT DOCOMO") +
				columns(c3g, "8", "3", "2|3", "8", "2|1") + "1.3.6.1.4.1.9.9.661.1.3.1.1.1.7|4|" + subject + "\n",
			kinds: []fact.Kind{"line"},
			want: []string{
				`c3gWanCommonTable.7 {"model":"Cellular modem","name":"Modem 0 on Cellular0/0","provider":"NTT DOCOMO","state":"up","type":"lte"}`,
				`c3gWanCommonTable.8 {"state":"down","type":"mobile"}`,
			},
		},
		{
			name: "Cisco: tunnels and who is let in (no session in librenms__ftd)",
			in: columns(ipsec, "35568", "4", "4x|c0000201", "5", "4x|966a3347", "51", "2|1") + columns(ipsec, "35570", "4", "4x|c0000201", "5", "4x|966a3347", "51", "2|1") +
				columns(ipsec, "1", "4", "4x|00000000") + columns("1.3.6.1.4.1.9.9.392.1.3", "0", "26", "66|0", "35", "66|7", "38", "66|2"),
			kinds: []fact.Kind{"tunnel-end", "remote-access"},
			want: []string{
				`cipSecTunnelTable.35568 {"local":"192.0.2.1","remote":"150.106.51.71","state":"up","type":"ipsec"}`,
				`crasActivity {"sessions":7,"type":"ssl-vpn"}`,
			},
		},
		{
			name: "Teltonika of old (rows of librenms__rutos)",
			in: columns("1.3.6.1.4.1.48690.1", "0", "1", "4|"+subject, "5", "4|1101529819", "6", "4|"+subject, "8", "4|RUT955T7VXXX") +
				columns("1.3.6.1.4.1.48690.2", "0", "2", "4|READY", "5", "4|F SFR", "7", "4|connected", "8", "4|LTE", "14", "4|RUT9XX_R_00.06.00.4"),
			kinds: []fact.Kind{"line", "physical-entity"},
			want: []string{
				`TELTONIKA-MIB device {"class":"chassis","index":0,"model":"RUT955T7VXXX","serial":"1101529819","software":"RUT9XX_R_00.06.00.4","vendor":"Teltonika"}`,
				`TELTONIKA-MIB gsm {"provider":"F SFR","state":"up","type":"lte"}`,
			},
		},
		{
			name: "Teltonika: what is the serial number in old firmware is something else in newer",
			in: columns("1.3.6.1.4.1.48690.1", "0", "2", "4|RUTX11", "5", "4|0104", "6", "4|RUTX_R_00.07") +
				columns(rutx, "1", "3", "4|"+subject, "4", "4|EG06", "8", "4|"+subject, "13", "4|KDDI", "15", "4|Disconnected", "16", "4|5G-NSA"),
			kinds: []fact.Kind{"line", "physical-entity"},
			want:  []string{`TELTONIKA-MIB modemTable.1 {"model":"EG06","provider":"KDDI","state":"down","type":"5g"}`},
		},
		{
			name: "Cradlepoint",
			in: columns(cradle, "1", "2", "4|Internal LTE/EVDO", "3", "4|int1", "5", "2|1", "9", "4|"+subject, "19", "4|"+subject, "20", "4|"+subject, "21", "4|apn.example") +
				columns(cradle, "2", "5", "2|8") + columns(cradle, "3", "2", "4|MC400", "5", "2|5", "18", "4|SoftBank", "21", "4|apn.example"),
			kinds: []fact.Kind{"line"},
			want: []string{
				`mdmTable.1 {"model":"Internal LTE/EVDO","name":"int1","provider":"apn.example","state":"up","type":"lte"}`,
				`mdmTable.3 {"model":"MC400","provider":"SoftBank","state":"down","type":"mobile"}`,
			},
		},
		{
			name: "MikroTik (rows of centreon__network-mikrotik-mikrotik-chateau-lte6)",
			in: columns(ifTable, "9", "2", "4|lte1", "3", "2|1", "8", "2|1") +
				columns(mikrotik, "9", "6", "2|-1", "11", "4|863359044096580", "12", "4|"+subject, "14", "4|LTE"),
			kinds: []fact.Kind{"line"},
			want:  []string{`mtxrLTEModemTable.9 {"if_index":9,"name":"lte1","state":"up","type":"lte"}`},
		},
		{
			name: "programs: names alone, each once",
			in: columns("1.3.6.1.2.1.25.4.2.1", "1", "2", "4|sshd", "4", "4|/usr/sbin/sshd", "5", "4|-D -p secret") + columns("1.3.6.1.2.1.25.4.2.1", "2", "2", "4|sshd") +
				columns("1.3.6.1.2.1.25.4.2.1", "3", "2", "4|kworker/0:1") + columns("1.3.6.1.2.1.25.4.2.1", "4", "2", "4|/opt/TeamViewer/tv_bin/teamviewerd -d secret") +
				columns("1.3.6.1.2.1.25.4.2.1", "5", "2", `4|C:\Users\yamada\AnyDesk.exe`) + columns("1.3.6.1.2.1.25.4.2.1", "6", "2", "4|postgres: karte patient idle") +
				columns("1.3.6.1.2.1.25.4.2.1", "7", "2", "4|"+strings.Repeat("x", 100)) +
				columns("1.3.6.1.2.1.25.6.3.1", "1", "2", "4|TeamViewer 15") + columns("1.3.6.1.2.1.25.6.3.1", "2", "2", "4|Security Update for Windows XP (KB2345)"),
			kinds: []fact.Kind{"program"},
			want: []string{
				`hrSWRunTable.1 {"name":"sshd","running":true}`, `hrSWRunTable.4 {"name":"teamviewerd","running":true}`,
				`hrSWRunTable.5 {"name":"AnyDesk.exe","running":true}`, `hrSWRunTable.6 {"name":"postgres","running":true}`,
				`hrSWRunTable.7 {"name":"` + strings.Repeat("x", 64) + `","running":true}`, `hrSWInstalledTable.1 {"name":"TeamViewer 15"}`,
			},
		},
		{
			name: "a printer that has no prtGeneralTable (rows of librenms__jetdirect)",
			in: "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1\n" +
				columns("1.3.6.1.2.1.25.3.2.1", "1", "2", "6|1.3.6.1.2.1.25.3.1.5", "3", "4|HP Color LaserJet M452nw"),
			kinds: []fact.Kind{"physical-entity"},
			want:  []string{`hrDeviceTable.1 {"class":"chassis","index":1,"model":"HP Color LaserJet M452nw"}`},
		},
		{
			name: "a host that prints on a printer",
			in: "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.311.1.1.3.1.2\n" +
				columns("1.3.6.1.2.1.25.3.2.1", "1", "2", "6|1.3.6.1.2.1.25.3.1.5", "3", "4|HP Color LaserJet M452nw"),
			kinds: []fact.Kind{"physical-entity"},
		},
		{
			name: "printers (rows of librenms__canonprinter_lbp) and power supplies (rows of snmpsim__eaton-93e-80)",
			in: columns("1.3.6.1.2.1.25.3.2.1", "1", "2", "6|1.3.6.1.2.1.25.3.1.5", "3", "4|Canon LBP6670") + columns("1.3.6.1.2.1.25.3.2.1", "2", "2", "6|1.3.6.1.2.1.25.3.1.3", "3", "4|CPU") +
				columns("1.3.6.1.2.1.43.5.1.1", "1", "17", "4|MKRA012345") + columns("1.3.6.1.2.1.43.5.1.1", "2", "16", "4|none") +
				columns("1.3.6.1.2.1.33.1.1", "0", "1", "4|EATON", "2", "4|EATON 93E 80", "3", "4|INV: 2.08.0011", "4", "4|Network Management Card V6.00 JH"),
			kinds: []fact.Kind{"physical-entity"},
			want: []string{
				`prtGeneralTable.1 {"class":"chassis","index":1,"model":"Canon LBP6670","serial":"MKRA012345"}`,
				`upsIdent {"class":"chassis","firmware":"INV: 2.08.0011","index":0,"model":"EATON 93E 80","software":"Network Management Card V6.00 JH","vendor":"EATON"}`,
			},
		},
	})
}

func TestWirelessTables(t *testing.T) {
	const (
		bsnAP   = "1.3.6.1.4.1.14179.2.2.1.1"
		bsnSta  = "1.3.6.1.4.1.14179.2.1.4.1"
		arubaAP = "1.3.6.1.4.1.14823.2.2.1.5.2.1.4.1"
		aiAP    = "1.3.6.1.4.1.14823.2.3.3.1.2.1.1"
		sz      = "1.3.6.1.4.1.25053.1.4.2.1.1.2.2.1"
		zd      = "1.3.6.1.4.1.25053.1.2.2.1.1.2.1.1"
		zdSta   = "1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1"
		hive    = "1.3.6.1.4.1.26928.1.1.1.2.1.2.1"
		ubnt    = "1.3.6.1.4.1.41112.1.4"
		mtxr    = "1.3.6.1.4.1.14988.1.1.1"
		fgAP    = "1.3.6.1.4.1.12356.101.14"
		mac1    = "0.0.94.0.83.1"
		mac2    = "0.0.94.0.83.2"
	)
	kinds := []fact.Kind{"access-point", "wireless-client"}
	runTables(t, []tableTest{
		{
			name: "AIRESPACE-WIRELESS-MIB: stations name the radio, access points their Ethernet; users are not read",
			in: columns(bsnAP, mac1, "3", "4|ap-1", "6", "2|1", "16", "4|AIR-AP2802I", "17", "4|FGL1", "19", "64|192.0.2.5", "33", "4x|00005e005391") +
				columns(bsnAP, "1.2", "3", "4|bad") +
				columns(bsnSta, mac2, "3", "4|yamada", "4", "4x|00005e005301", "7", "4|staff") + columns(bsnSta, "0.0.94.0.83.3", "4", "4x|00005e0053ff", "7", "4|staff"),
			kinds: kinds,
			want: []string{
				`bsnAPTable.0.0.94.0.83.1 {"ip":"192.0.2.5","mac":"00:00:5e:00:53:91","model":"AIR-AP2802I","name":"ap-1","serial":"FGL1","state":"associated"}`,
				`bsnMobileStationTable.0.0.94.0.83.2 {"access_point":"00:00:5e:00:53:91","mac":"00:00:5e:00:53:02","ssid":"staff"}`,
				`bsnMobileStationTable.0.0.94.0.83.3 {"access_point":"00:00:5e:00:53:ff","mac":"00:00:5e:00:53:03","ssid":"staff"}`,
			},
			skips: 1,
		},
		{
			name: "Aruba (rows of snmpsim__aruba-7210)",
			in: columns(arubaAP, "0.11.134.129.78.168", "2", "64x|0a1465fe", "3", "4|SH-B1", "6", "4|BN0015340", "13", "4|93H", "19", "2|1") +
				"1.3.6.1.4.1.14823.2.2.1.5.2.1.7.1.2.148.180.15.193.155.200.1.148.180.15.153.188.144|4|wrd-intranet\n" +
				"1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.12.0.35.20.84.251.4|4|wrd-intranet\n" +
				"1.3.6.1.4.1.14823.2.2.1.4.1.2.1.11.0.35.20.84.251.4.10.123.11.92|4x|94b40f99bc90\n1.3.6.1.4.1.14823.2.2.1.4.1.2.1.3.0.35.20.84.251.4.10.123.11.92|4|yamada\n",
			kinds: kinds,
			want: []string{
				`wlsxWlanAPTable.0.11.134.129.78.168 {"ip":"10.20.101.254","mac":"00:0b:86:81:4e:a8","model":"93H","name":"SH-B1","serial":"BN0015340","state":"up"}`,
				`wlsxWlanStationTable.0.35.20.84.251.4 {"access_point":"94:b4:0f:c1:9b:c8","mac":"00:23:14:54:fb:04","ssid":"wrd-intranet"}`,
			},
		},
		{
			name: "Aruba Instant (access point of librenms__aruba-instant; it has no stations)",
			in: columns(aiAP, "112.58.14.201.194.70", "2", "4|instant-ap-src-1", "3", "64|10.128.0.11", "4", "4|CNBJHMV0WN", "6", "4|225", "11", "2|1") +
				columns("1.3.6.1.4.1.14823.2.3.3.1.2.3.1", "112.58.14.201.194.70.0", "3", "4|EOU-Regional", "4", "4x|703A0E1C2470") +
				columns("1.3.6.1.4.1.14823.2.3.3.1.2.4.1", mac1, "2", "4x|703A0E1C2470", "4", "64|10.128.0.11"),
			kinds: kinds,
			want: []string{
				`aiAccessPointTable.112.58.14.201.194.70 {"ip":"10.128.0.11","mac":"70:3a:0e:c9:c2:46","model":"225","name":"instant-ap-src-1","serial":"CNBJHMV0WN","state":"up"}`,
				`aiClientTable.0.0.94.0.83.1 {"access_point":"70:3a:0e:c9:c2:46","mac":"00:00:5e:00:53:01","ssid":"EOU-Regional"}`,
			},
		},
		{
			name: "Ruckus: the address in a column or in the index",
			in: columns(sz, "6."+mac1, "1", "4x|00005e005301", "5", "4|ap", "8", "4|R510", "9", "4|2518", "10", "64|192.0.2.8", "16", "4|Connect") +
				columns(zd, "6."+mac2, "2", "4|hall", "3", "2|1", "4", "4|zf7363", "5", "4|9912", "10", "64|192.0.2.9") +
				columns(zdSta, "6.0.0.94.0.83.9", "2", "4x|00005e005302", "4", "4|guests", "5", "4|yamada") + columns(zdSta, "1", "4", "4|x"),
			kinds: kinds,
			want: []string{
				`ruckusSZAPTable.6.0.0.94.0.83.1 {"ip":"192.0.2.8","mac":"00:00:5e:00:53:01","model":"R510","name":"ap","serial":"2518","state":"Connect"}`,
				`ruckusZDWLANAPTable.6.0.0.94.0.83.2 {"ip":"192.0.2.9","mac":"00:00:5e:00:53:02","model":"zf7363","name":"hall","serial":"9912","state":"connected"}`,
				`ruckusZDWLANStaTable.6.0.0.94.0.83.9 {"access_point":"00:00:5e:00:53:02","mac":"00:00:5e:00:53:09","ssid":"guests"}`,
			},
			skips: 1,
		},
		{
			name: "access points that tell of themselves",
			in: columns("1.3.6.1.4.1.9.9.273.1.2.1.1", "1.5.115.116.97.102.102."+mac1, "2", "4x|000000000000") + columns("1.3.6.1.4.1.9.9.273.1.2.1.1", "1.200.1", "2", "4x|00") +
				columns(hive, "14.6."+mac1, "1", "4x|00005e005301", "10", "4|wards", "15", "4|yamada") +
				columns(ubnt+".5.1", "1", "2", "4|bridge") + columns(ubnt+".7.1", "1."+mac1, "1", "4x|00005e005301") +
				columns(ubnt+".1.1", "2", "2", "2|1") + columns(ubnt+".7.1", "2."+mac2, "1", "4x|00005e005302") +
				columns(mtxr+".3.1", "9", "4", "4|hall") + columns(mtxr+".2.1", mac1+".9", "3", "2|-63") + columns(mtxr+".2.1", mac2+".8", "3", "2|-63"),
			kinds: kinds,
			want: []string{
				`cDot11ClientConfigInfoTable.1.5.115.116.97.102.102.0.0.94.0.83.1 {"if_index":1,"mac":"00:00:5e:00:53:01","ssid":"staff"}`,
				`ahAssociationTable.14.6.0.0.94.0.83.1 {"if_index":14,"mac":"00:00:5e:00:53:01","ssid":"wards"}`,
				`ubntStaTable.1.0.0.94.0.83.1 {"mac":"00:00:5e:00:53:01","ssid":"bridge"}`,
				`mtxrWlRtabTable.0.0.94.0.83.1.9 {"if_index":9,"mac":"00:00:5e:00:53:01","ssid":"hall"}`,
			},
			skips: 1,
		},
		{
			name: "FortiGate and Meru (rows of snmpsim__meru-networks-controller) as controllers",
			in: columns(fgAP+".3.1", "1.7", "1", "4|staff") + columns(fgAP+".4.3.1", "1.3.70.80.49", "3", "4|ap-hall") +
				columns(fgAP+".4.4.1", "1.3.70.80.49", "3", "4x|c0000208", "6", "4x|00005e005301", "7", "2|2", "12", "4|FP221E") + columns(fgAP+".4.4.1", "1.9.70", "7", "2|2") +
				columns(fgAP+".5.1", "1.7.6."+mac2, "3", "4|FP1", "10", "4|yamada") +
				columns("1.3.6.1.4.1.15983.1.1.4.2.1.1", "1", "2", "4|AP-1", "13", "4|00-0C-E6-0D-7A-AD"),
			kinds: kinds,
			want: []string{
				`fgWcWtpSessionTable.1.3.70.80.49 {"ip":"192.0.2.8","mac":"00:00:5e:00:53:01","model":"FP221E","name":"ap-hall","serial":"FP1","state":"onLine"}`,
				`fgWcStaTable.1.7.6.0.0.94.0.83.2 {"access_point":"00:00:5e:00:53:01","mac":"00:00:5e:00:53:02","ssid":"staff"}`,
				`mwConfigApTable.1 {"mac":"00:0c:e6:0d:7a:ad","name":"AP-1"}`,
			},
			skips: 1,
		},
	})
}

// TestNothingPersonalIsAskedFor holds the columns that are asked for against those
// that name users, subscribers, SIM cards or keys.
func TestNothingPersonalIsAskedFor(t *testing.T) {
	personal := []string{
		"1.3.6.1.2.1.1.4",                     // sysContact
		"1.3.6.1.2.1.25.4.2.1.4",              // hrSWRunPath
		"1.3.6.1.2.1.25.4.2.1.5",              // hrSWRunParameters
		"1.3.6.1.2.1.68.1.3.1.10",             // vrrpOperAuthKey
		"1.3.6.1.4.1.9.9.106.1.2.1.1.2",       // cHsrpGrpAuth
		"1.3.6.1.4.1.9.9.171.1.2",             // IKE: what peers call themselves
		"1.3.6.1.4.1.9.9.392.1.3.21",          // crasSessionTable: users
		"1.3.6.1.4.1.9.9.661.1.3.1.1.1",       // c3gImsi
		"1.3.6.1.4.1.9.9.661.1.3.1.1.2",       // c3gImei
		"1.3.6.1.4.1.9.9.661.1.3.1.1.3",       // c3gIccId
		"1.3.6.1.4.1.9.9.661.1.3.1.1.4",       // c3gMsisdn
		"1.3.6.1.4.1.12356.101.4.7.2.1.10",    // fgUsbportSerial
		"1.3.6.1.4.1.12356.101.12.2.4",        // fgVpnSslTunnelTable: users
		"1.3.6.1.4.1.12356.101.14.5.1.10",     // fgWcStaUser
		"1.3.6.1.4.1.12356.101.17.1.7",        // fgUsbModemId
		"1.3.6.1.4.1.12356.101.17.1.8",        // fgUsbModemSimId
		"1.3.6.1.4.1.12356.101.19.1.1.6",      // fgMdmMsisdn
		"1.3.6.1.4.1.12356.101.19.1.1.8",      // fgMdmImei
		"1.3.6.1.4.1.12356.101.19.2",          // fgSimInfoTable
		"1.3.6.1.4.1.14179.2.1.4.1.3",         // bsnMobileStationUserName
		"1.3.6.1.4.1.14823.2.2.1.4.1.2.1.3",   // nUserName
		"1.3.6.1.4.1.14988.1.1.16.1.1.11",     // mtxrLTEModemIMEI
		"1.3.6.1.4.1.14988.1.1.16.1.1.12",     // mtxrLTEModemIMSI
		"1.3.6.1.4.1.14988.1.1.16.1.1.13",     // mtxrLTEModemICCID
		"1.3.6.1.4.1.20992.1.2.2.1.9",         // mdmMDN
		"1.3.6.1.4.1.20992.1.2.2.1.19",        // mdmIMSI
		"1.3.6.1.4.1.20992.1.2.2.1.20",        // mdmIMEI
		"1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.5", // ruckusZDWLANStaUser
		"1.3.6.1.4.1.26928.1.1.1.2.1.2.1.15",  // ahClientUsername
		"1.3.6.1.4.1.48690.1.1",               // imei of old firmware
		"1.3.6.1.4.1.48690.1.6",               // imsi of old firmware
		"1.3.6.1.4.1.48690.2.2.1.3",           // mImei
		"1.3.6.1.4.1.48690.2.2.1.8",           // mIMSI
	}
	asked := columnsAsked()
	if len(asked) < 200 {
		t.Fatalf("%d columns are asked for", len(asked))
	}
	for _, column := range asked {
		for _, p := range personal {
			if column == p || strings.HasPrefix(column, p+".") {
				t.Errorf("%s is asked for", column)
			}
		}
	}
}

func columnsAsked() []string {
	var out []string
	for _, t := range snmp.Tables() {
		out = append(out, t.Columns...)
	}
	return out
}

// TestMakersTables: an agent is asked for makers' own tables only where its
// sysObjectID says that it is theirs.
func TestMakersTables(t *testing.T) {
	seen := make(map[string]bool)
	for _, table := range snmp.Tables() {
		for _, column := range table.Columns {
			if seen[column] {
				t.Errorf("%s of %s is asked for twice", column, table.Name)
			}
			seen[column] = true
			maker, isMakers := strings.CutPrefix(column, "1.3.6.1.4.1.")
			number, _, _ := strings.Cut(maker, ".")
			if !isMakers || strings.HasPrefix(table.Name, "cdp") { // many makers speak CDP
				continue
			}
			n, err := strconv.ParseUint(number, 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(table.Makers, uint32(n)) {
				t.Errorf("%s is not asked of the maker %d whose it is", table.Name, n)
			}
		}
	}
}
