package pcap_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"kanmon/discover/fact"
)

// described writes what a host said of itself on one line.
func described(f fact.SelfDescription) string {
	return f.Host.IP.String() + " " + strconv.Itoa(int(f.Host.Port)) + " " + f.Protocol + " " + f.Field + ": " + f.Value
}

// spoken is what hosts say of themselves in captures of others, as tshark's
// fields of the same protocols have it.
func spoken() map[string][]string {
	return map[string][]string{
		"aaa/ndpi__kerberos-login.pcap": {
			"10.5.3.1 88 kerberos realm: DENYDC.COM", "192.168.10.3 88 kerberos realm: TESTBED1.CA",
			"10.1.12.2 0 kerberos machine-principal: xp1$", "192.168.10.12 0 kerberos machine-principal: UBUNTU64A$",
			"10.1.12.2 0 kerberos service-asked: krbtgt/DENYDC.COM", "10.1.12.2 0 kerberos service-asked: cifs/VPC-W2K3ENT",
			"10.1.12.2 0 kerberos service-asked: cifs/vpc-w2k3ent.denydc.com", "10.1.12.2 0 kerberos service-asked: host/xp1.denydc.com",
			"10.1.12.2 0 kerberos service-asked: LDAP/vpc-w2k3ent.denyDC.com", "10.1.12.2 0 kerberos service-asked: ldap/vpc-w2k3ent.denyDC.com/denyDC.com",
			"192.168.10.12 0 kerberos service-asked: ldap/dc",
		},
		"aaa/sv__ldap-search__ldap.pcap": {},
		"aaa/tcpdump__RADIUS.pcap": {
			"10.0.0.1 0 radius called-station: 00:19:06:ea:b8:8c", "10.0.0.1 0 radius nas-ip-address: 10.0.0.1", "10.0.0.1 0 radius nas-port-type: ethernet",
		},
		"hl7-dicom/ndpi__hl7.pcap": {
			"10.0.0.155 0 hl7 sending-application: SENDING_APPLICATION", "10.0.0.155 0 hl7 sending-facility: SENDING_FACILITY",
			"10.0.0.126 6661 hl7 receiving-application: RECEIVING_APPLICATION", "10.0.0.126 6661 hl7 receiving-facility: RECEIVING_FACILITY",
			"10.0.0.155 0 hl7 message-type: ADT^A01", "10.0.0.155 0 hl7 version: 2.3",
			"10.0.0.126 6661 hl7 sending-application: RECEIVING_APPLICATION", "10.0.0.126 6661 hl7 sending-facility: RECEIVING_FACILITY",
			"10.0.0.155 0 hl7 receiving-application: SENDING_APPLICATION", "10.0.0.155 0 hl7 receiving-facility: SENDING_FACILITY",
			"10.0.0.126 6661 hl7 message-type: ACK", "10.0.0.126 6661 hl7 version: 2.3",
		},
		"smb-netbios/ndpi__smbv1.pcap": {
			"10.128.0.243 445 smb dialect: 1.0", "10.128.0.243 445 smb server-name: JOHN-PC", "10.128.0.243 445 smb primary-domain: WORKGROUP",
			"10.128.0.243 445 smb native-os: Windows 7 Ultimate 7601 Service Pack 1", "10.128.0.243 445 smb native-lan-manager: Windows 7 Ultimate 6.1",
			"172.16.156.130 0 smb native-os: Windows 2000 2195", "172.16.156.130 0 smb native-lan-manager: Windows 2000 5.0",
		},
		"smb-netbios/sv__smb3-01__input.pcap": {
			"10.160.65.202 445 smb dialect: 3.0", "10.160.65.202 445 smb server-guid: bf32f44b-928f-4805-90c0-3ddf2546646e", "10.160.65.202 445 smb called-name: WS2016",
			"10.160.64.139 0 smb dialect: 3.0", "10.160.64.139 0 smb client-guid: a1eefcb2-2495-6541-893f-bf5b2c69acd4",
			"10.160.65.202 445 ntlm netbios-computer: WS2016", "10.160.65.202 445 ntlm netbios-domain: SUSE", "10.160.65.202 445 ntlm dns-computer: WS2016.suse.de",
			"10.160.65.202 445 ntlm dns-domain: suse.de", "10.160.65.202 445 ntlm dns-forest: suse.de", "10.160.65.202 445 ntlm os-version: 10.0.14393",
		},
		"snmp/sv__snmp-v2c-get__SNMPv2c_get_requests.pcap": {"10.144.246.161 161 snmp version: v2c", "10.144.246.184 0 snmp version: v2c"},
		"ssh/ndpi__ssh.pcap": {
			"172.16.238.168 22 ssh software-version: OpenSSH_5.3", "172.16.238.1 0 ssh software-version: OpenSSH_5.6",
			"127.0.0.1 0 ssh software-version: OpenSSH_8.2p1 Ubuntu-4ubuntu0.11", "127.0.0.1 8000 ssh software-version: APACHE-SSHD-2.5.0",
		},
		"ssh/tcpdump__ssh.pcap": {"202.108.87.165 0 ssh software-version: OpenSSH_7.8", "223.132.53.222 22 ssh software-version: OpenSSH_7.4p1 Debian-10+deb9u3"},
		"syslog/ndpi__syslog.pcap": {
			"195.120.165.134 0 syslog host-name: pfSense.localdomain", "195.120.165.134 0 syslog app-name: suricata", "10.94.232.21 0 syslog host-name: NDC3CLNDMVA22",
			"10.94.232.21 0 syslog app-name: kernel", "10.94.232.21 0 syslog app-name: NetworkManager", "10.94.80.60 0 syslog host-name: ndc3lvmsdptd2", "10.94.80.60 0 syslog app-name: filebeat",
			"10.251.23.139 0 syslog host-name: nb6", "10.251.23.139 0 syslog app-name: chillispot", "95.136.242.54 0 syslog host-name: nb6", "95.136.242.54 0 syslog app-name: nbd",
		},
		"ntp/pcpp__Ntp.pcap": {
			"207.46.130.100 123 ntp stratum: 1", "207.46.130.100 123 ntp reference-id: DCFa",
			"2003:51:6012:110::dcf7:123 123 ntp stratum: 1", "2003:51:6012:110::dcf7:123 123 ntp reference-id: DCFa",
		},
		"ntp/tcpdump__ntp.pcap": {"192.168.100.1 123 ntp stratum: 2", "192.168.100.1 123 ntp reference-id: 10.5.27.10", "192.168.100.1 123 ntp reference-id: 10.11.160.238"},
		"ntp/ndpi__NTPv4.pcap":  {},
		"voip/ndpi__sip.pcap": {
			"200.68.120.81 5060 sip server: Sip EXpress router (0.8.12 (i386/linux))", "212.242.33.35 5060 sip realm: sip.cybercity.dk",
			"212.242.33.35 5060 sip server: Cirpack/v4.38e (gw_sip)", "192.168.1.2 0 sip user-agent: Nero SIPPS IP Phone Version 2.0.51.16",
		},
		"iot-building/ndpi__bacnet.pcap": {
			"204.172.177.255 47808 bacnet vendor-id: 260", "204.172.177.255 47808 bacnet device-instance: 4194303", "204.172.177.255 47808 bacnet device-instance: 0",
		},
		"remote/ndpi__rdp.pcap":                          {"192.168.2.142 3389 rdp selected-protocol: credssp-ex"},
		"remote/ndpi__rdp_over_tls.pcap":                 {"89.31.79.12 3389 rdp selected-protocol: credssp"},
		"remote/ndpi__vnc.pcap":                          {"192.168.2.110 6900 vnc protocol-version: 4.1", "95.237.48.208 0 vnc protocol-version: 4.1"},
		"remote/sv__rfb-rules__00-vnc-openwall-3.7.pcap": {"192.168.1.103 5900 vnc protocol-version: 3.7", "192.168.1.123 0 vnc protocol-version: 3.7"},
		"remote/ndpi__telnet.pcap":                       {},
		"http/ndpi__http_auth.pcap": {
			"192.254.189.169 80 http server: Apache", "192.254.189.169 80 http realm: BrowserSpy.dk - HTTP Password Test",
			"192.168.0.4 0 http user-agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_8_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/30.0.1599.69 Safari/537.36",
		},
		"http/ndpi__http_connect.pcap": {
			"192.168.1.146 8080 http proxy: CONNECT", "192.168.1.103 0 http user-agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:92.0) Gecko/20100101 Firefox/92.0",
		},
		"truncated/pcpp__pcapng-example.pcapng": {"127.0.0.1 3306 mysql server-version: 5.5.40-MariaDB-0ubuntu0.14.04.1"},
	}
}

// TestSpoken wants of each capture what its hosts say of themselves, and no more.
// What certificates say, and what hosts tell their segment, has tests of its own.
func TestSpoken(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	for name, want := range spoken() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[string]bool)
			for _, f := range facts[fact.SelfDescription](readBytes(t, name, b).obs) {
				switch f.Protocol {
				case "tls", "quic", "dtls", "mdns", "browser":
				default:
					got[described(f)] = true
				}
			}
			for _, w := range want {
				if !got[w] {
					t.Errorf("missing %q", w)
				}
				delete(got, w)
			}
			for g := range got {
				t.Errorf("not expected: %q", g)
			}
		})
	}
}
