package hospital

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// probe is what a scan found on one port. Where table is set, nmap took the
// name of the service from its list of ports.
type probe struct {
	port                       int
	name, product, version     string
	extra, tunnel, device, ost string
	table                      bool
}

// probes is what the host answers on the ports that a scan looks at.
func (h *Host) probes() []probe {
	web := probe{port: 443, name: "https", table: true}
	smb := probe{port: 445, name: "microsoft-ds", table: true}
	rpc := probe{port: 135, name: "msrpc", product: "Microsoft Windows RPC", ost: "Windows"}
	switch {
	case h.Name == "sslvpn-1":
		return []probe{{port: 443, name: "http", product: "Fortinet SSL VPN", tunnel: "ssl", device: "security-misc"}}
	case h.Name == "fw-1":
		return []probe{{port: 22, name: "ssh", product: "FortiSSH", extra: "protocol 2.0"}, {port: 443, name: "http", product: "Fortinet security device httpd", tunnel: "ssl", device: "security-misc"}}
	case h.Name == "his-db":
		return []probe{rpc, smb, {port: 1433, name: "ms-sql-s", product: "Microsoft SQL Server 2019", version: "15.00.2000", ost: "Windows"}}
	case h.Name == "ad-1" || h.Name == "ad-2":
		return []probe{
			{port: 53, name: "domain", product: "Simple DNS Plus"},
			{port: 88, name: "kerberos-sec", product: "Microsoft Windows Kerberos", ost: "Windows"},
			rpc,
			{port: 389, name: "ldap", product: "Microsoft Windows Active Directory LDAP", extra: "Domain: hospital.example.jp, Site: Default-First-Site-Name", ost: "Windows"},
			smb,
		}
	case h.Name == "his":
		return []probe{{port: 135, name: "msrpc", product: "Microsoft Windows RPC", ost: "Windows"}, {port: 443, name: "http", product: "Microsoft IIS httpd", version: "10.0", tunnel: "ssl", ost: "Windows"}, smb, {port: 2575, name: "hl7", table: true}}
	case h.Name == "vmhost-1" || h.Name == "vmhost-2":
		return []probe{{port: 443, name: "https", product: "VMware ESXi Server httpd", version: "8.0.3", tunnel: "ssl"}, {port: 902, name: "vmware-auth", product: "VMware Authentication Daemon", version: "1.10", extra: "Uses VNC, SOAP", tunnel: "ssl"}}
	case h.Kind == "storage":
		return []probe{{port: 22, name: "ssh", product: "OpenSSH", version: "9.6", extra: "protocol 2.0"}, {port: 139, name: "netbios-ssn", product: "Samba smbd", version: "4.6.2"}, {port: 2049, name: "nfs", table: true}}
	case h.Name == "ntp-1":
		return []probe{{port: 22, name: "ssh", product: "OpenSSH", version: "9.2p1 Debian 2+deb12u3", extra: "protocol 2.0", ost: "Linux"}}
	case h.Name == "update-sv":
		return []probe{rpc, smb, {port: 3389, name: "ms-wbt-server", product: "Microsoft Terminal Services", ost: "Windows"}, {port: 8530, name: "http", product: "Microsoft IIS httpd", version: "10.0", ost: "Windows"}}
	case h.Kind == "server":
		return []probe{rpc, smb, {port: 3389, name: "ms-wbt-server", product: "Microsoft Terminal Services", ost: "Windows"}}
	case h.Kind == "printer":
		return []probe{{port: 80, name: "http", product: "Debut embedded httpd", version: "1.30", extra: "Brother/HP printer http admin", device: "printer"}, {port: 631, name: "ipp", table: true}}
	case h.Kind == "pc":
		return []probe{rpc, smb}
	case h.Kind == "camera":
		return []probe{{port: 80, name: "http", product: "Boa httpd", device: "webcam"}, {port: 554, name: "rtsp", table: true}}
	case h.Kind == "building":
		return []probe{web}
	default:
		return nil
	}
}

// XML of a scan, with the attributes in the order in which nmap writes them.
type (
	xmlService struct {
		Name    string `xml:"name,attr"`
		Product string `xml:"product,attr,omitempty"`
		Version string `xml:"version,attr,omitempty"`
		Extra   string `xml:"extrainfo,attr,omitempty"`
		OSType  string `xml:"ostype,attr,omitempty"`
		Device  string `xml:"devicetype,attr,omitempty"`
		Tunnel  string `xml:"tunnel,attr,omitempty"`
		Method  string `xml:"method,attr"`
		Conf    int    `xml:"conf,attr"`
	}
	xmlState struct {
		State  string `xml:"state,attr"`
		Reason string `xml:"reason,attr"`
		TTL    int    `xml:"reason_ttl,attr"`
	}
	xmlPort struct {
		Protocol string     `xml:"protocol,attr"`
		Port     int        `xml:"portid,attr"`
		State    xmlState   `xml:"state"`
		Service  xmlService `xml:"service"`
	}
	xmlAddress struct {
		Addr   string `xml:"addr,attr"`
		Type   string `xml:"addrtype,attr"`
		Vendor string `xml:"vendor,attr,omitempty"`
	}
	xmlOSClass struct {
		Type     string `xml:"type,attr"`
		Vendor   string `xml:"vendor,attr"`
		Family   string `xml:"osfamily,attr"`
		Gen      string `xml:"osgen,attr"`
		Accuracy int    `xml:"accuracy,attr"`
	}
	xmlOSMatch struct {
		Name     string     `xml:"name,attr"`
		Accuracy int        `xml:"accuracy,attr"`
		Line     int        `xml:"line,attr"`
		Class    xmlOSClass `xml:"osclass"`
	}
	xmlHost struct {
		XMLName   xml.Name     `xml:"host"`
		Start     int64        `xml:"starttime,attr"`
		End       int64        `xml:"endtime,attr"`
		Status    xmlState     `xml:"status"`
		Addresses []xmlAddress `xml:"address"`
		Names     []xmlName    `xml:"hostnames>hostname"`
		Ports     []xmlPort    `xml:"ports>port"`
		OS        []xmlOSMatch `xml:"os>osmatch"`
	}
	xmlName struct {
		Name string `xml:"name,attr"`
		Type string `xml:"type,attr"`
	}
)

// osMatch is the system that nmap holds for most likely, or none.
func (h *Host) osMatch() []xmlOSMatch {
	switch h.Kind {
	case "pc":
		return []xmlOSMatch{{"Microsoft Windows 10 1709 - 21H2", 97, 78000, xmlOSClass{"general purpose", "Microsoft", "Windows", "10", 97}}}
	case "server":
		if strings.HasPrefix(h.Name, "vmhost") || h.Name == "ntp-1" {
			return nil
		}
		return []xmlOSMatch{{"Microsoft Windows Server 2019", 96, 81000, xmlOSClass{"general purpose", "Microsoft", "Windows", "2019", 96}}}
	default:
		return nil
	}
}

// asNmap closes empty elements and breaks lines where nmap does.
func asNmap() *strings.Replacer {
	var pairs []string
	for _, e := range []string{"status", "address", "hostname", "state", "service", "osclass"} {
		end := "/>\n"
		if e == "state" || e == "service" {
			end = "/>"
		}
		pairs = append(pairs, "></"+e+">", end)
	}
	pairs = append(pairs, "<hostnames>", "<hostnames>\n", "</hostnames>", "</hostnames>\n", "</port>", "</port>\n", "</ports>", "</ports>\n")
	return strings.NewReplacer(pairs...)
}

// scan is what "nmap -oX" wrote of hosts, run from the segment of zone.
func (p *Plan) scan(zone, args string, start time.Time, hosts []*Host) []byte {
	var b bytes.Buffer
	args = strings.ReplaceAll(args, "--", "-&#45;") // nmap does so because of the comment
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<!DOCTYPE nmaprun>\n")
	b.WriteString(`<?xml-stylesheet href="file:///usr/share/nmap/nmap.xsl" type="text/xsl"?>` + "\n")
	fmt.Fprintf(&b, "<!-- Nmap 7.93 scan initiated %s as: %s -->\n", start.Format(time.ANSIC), args)
	fmt.Fprintf(&b, `<nmaprun scanner="nmap" args="%s" start="%d" startstr="%s" version="7.93" xmloutputversion="1.05">`+"\n", args, start.Unix(), start.Format(time.ANSIC))
	b.WriteString(`<scaninfo type="syn" protocol="tcp" numservices="17" services="22,53,80,88,135,139,389,443,445,554,631,902,1433,2049,2575,3389,8530"/>` + "\n")
	b.WriteString("<verbose level=\"0\"/>\n<debugging level=\"0\"/>\n")
	for i, h := range hosts {
		at := start.Unix() + int64(i)
		ttl := 64
		x := xmlHost{Start: at, End: at + 40, Status: xmlState{"up", "echo-reply", ttl}, OS: h.osMatch()}
		x.Addresses = []xmlAddress{{h.IP.String(), "ipv4", ""}}
		if h.Zone == zone {
			x.Status.Reason, x.Status.TTL = "arp-response", 0
			x.Addresses = append(x.Addresses, xmlAddress{strings.ToUpper(h.MAC.String()), "mac", ""})
		}
		x.Names = []xmlName{{internal(h.Name), "PTR"}}
		for _, q := range h.probes() {
			svc := xmlService{q.name, q.product, q.version, q.extra, q.ost, q.device, q.tunnel, "probed", 10}
			if q.table {
				svc.Method, svc.Conf = "table", 3
			}
			x.Ports = append(x.Ports, xmlPort{"tcp", q.port, xmlState{"open", "syn-ack", ttl}, svc})
		}
		out, err := xml.Marshal(x)
		if err != nil {
			panic(err)
		}
		b.WriteString(asNmap().Replace(string(out)))
		b.WriteByte('\n')
	}
	end := start.Add(time.Duration(len(hosts)+60) * time.Second)
	fmt.Fprintf(&b, `<runstats><finished time="%d" timestr="%s" summary="Nmap done at %s; 256 IP addresses (%d hosts up) scanned in %d.00 seconds" elapsed="%d.00" exit="success"/><hosts up="%d" down="0" total="%d"/>`+"\n</runstats>\n</nmaprun>\n",
		end.Unix(), end.Format(time.ANSIC), end.Format(time.ANSIC), len(hosts), len(hosts)+60, len(hosts)+60, len(hosts), len(hosts))
	return b.Bytes()
}

func (p *Plan) serverScan() []byte {
	return p.scan("server", "nmap -sS -sV -O -p 22,53,80,88,135,139,389,443,445,554,631,902,1433,2049,2575,3389,8530 -oX scan-server.xml 10.60.0.0/24", at(16, 0), p.in("server"))
}

// clinicalScan looks at PCs, printers and the like. Medical devices and the
// segments of modalities and analysers were left out.
func (p *Plan) clinicalScan() []byte {
	hosts := p.in("clinical", "pc", "printer", "server")
	hosts = append(hosts, p.in("office", "pc", "printer", "storage")...)
	hosts = append(hosts, p.in("catering", "pc", "printer", "camera", "building", "server")...)
	return p.scan("clinical", "nmap -sS -sV -O -p 22,53,80,88,135,139,389,443,445,554,631,902,1433,2049,2575,3389,8530 --exclude 10.10.0.231-238 -oX scan-clinical.xml 10.10.0.0/24 10.40.0.0/24 10.50.0.0/24", at(17, 0), hosts)
}
