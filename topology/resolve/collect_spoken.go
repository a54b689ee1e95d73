package resolve

import (
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// meaning is what a thing that hosts say of themselves says of the device.
type meaning struct {
	field   field // fieldNone: nothing by itself
	rank    uint8
	role    topology.Role // a weak one, where it is told at a port that listens
	always  bool          // the role holds whoever listens
	product bool          // names what runs at the port
	text    bool          // describes the device as sysDescr does
	relayed bool          // those who pass on what others say leave it as it is
}

// says is a protocol and a field of fact.SelfDescription; protocol is empty
// where the field means the same in all of them.
type says struct{ protocol, field string }

// meanings returns what is taken up of what hosts say of themselves. Names of
// machines are, names of programs are where they tell the product of a service.
func meanings() map[says]meaning {
	return map[says]meaning{
		{"", "netbios-computer"}:                 {field: fieldName, rank: nameNBNS},
		{"", "dns-computer"}:                     {field: fieldName, rank: nameDirectory},
		{"kerberos", "machine-principal"}:        {field: fieldName, rank: nameNBNS},
		{"ntlm", "workstation"}:                  {field: fieldName, rank: nameNBNS},
		{"nbss", "calling-name"}:                 {field: fieldName, rank: nameNBNS},
		{"smb", "server-name"}:                   {field: fieldName, rank: nameNBNS},
		{"rdp", "client-name"}:                   {field: fieldName, rank: nameMDNS},
		{"snmp", "sys-name"}:                     {field: fieldName, rank: nameAnnounced},
		{"capwap", "wtp-name"}:                   {field: fieldName, rank: nameAnnounced},
		{"capwap", "ac-name"}:                    {field: fieldName, rank: nameAnnounced},
		{"radius", "nas-identifier"}:             {field: fieldName, rank: nameScan, relayed: true},
		{"syslog", "host-name"}:                  {field: fieldName, rank: nameScan, relayed: true},
		{"tls", "certificate-name"}:              {field: fieldName, rank: nameAnswered},
		{"snmp", "sys-descr"}:                    {text: true, rank: fromAnnouncement},
		{"lldp", "med-manufacturer"}:             {field: fieldVendor, rank: fromAnnouncement},
		{"lldp", "med-model"}:                    {field: fieldModel, rank: fromAnnouncement},
		{"lldp", "med-serial"}:                   {field: fieldSerial, rank: fromAnnouncement},
		{"lldp", "med-software"}:                 {field: fieldVersion, rank: fromAnnouncement},
		{"capwap", "wtp-model"}:                  {field: fieldModel, rank: fromAnnouncement},
		{"capwap", "ac-model"}:                   {field: fieldModel, rank: fromAnnouncement},
		{"capwap", "wtp-serial"}:                 {field: fieldSerial, rank: fromAnnouncement},
		{"capwap", "ac-serial"}:                  {field: fieldSerial, rank: fromAnnouncement},
		{"capwap", "wtp-software"}:               {field: fieldVersion, rank: fromAnnouncement},
		{"capwap", "ac-software"}:                {field: fieldVersion, rank: fromAnnouncement},
		{"ubnt", "model"}:                        {field: fieldModel, rank: fromAnnouncement},
		{"ubnt", "firmware"}:                     {field: fieldVersion, rank: fromAnnouncement},
		{"ws-discovery", "onvif-hardware"}:       {field: fieldModel, rank: fromScan, role: topology.RoleCamera, always: true},
		{"intellivue", "manufacturer"}:           {field: fieldVendor, rank: fromAnnouncement, role: topology.RoleMonitor, always: true},
		{"intellivue", "model"}:                  {field: fieldModel, rank: fromAnnouncement, role: topology.RoleMonitor, always: true},
		{"intellivue", "serial-number"}:          {field: fieldSerial, rank: fromAnnouncement},
		{"intellivue", "software-version"}:       {field: fieldVersion, rank: fromAnnouncement},
		{"poct1-a", "manufacturer-name"}:         {field: fieldVendor, rank: fromAnnouncement, role: topology.RoleAnalyzer, always: true},
		{"poct1-a", "model-id"}:                  {field: fieldModel, rank: fromAnnouncement, role: topology.RoleAnalyzer, always: true},
		{"poct1-a", "serial-id"}:                 {field: fieldSerial, rank: fromAnnouncement},
		{"poct1-a", "sw-version"}:                {field: fieldVersion, rank: fromAnnouncement},
		{"poct1-a", "device-name"}:               {field: fieldName, rank: nameScan},
		{"ipp", "printer-make-and-model"}:        {field: fieldModel, rank: fromScan, role: topology.RolePrinter},
		{"ipp", "printer-dns-sd-name"}:           {role: topology.RolePrinter},
		{"pjl", "id"}:                            {field: fieldModel, rank: fromScan, role: topology.RolePrinter},
		{"", "server-version"}:                   {product: true, role: topology.RoleServer},
		{"mdns", "ty"}:                           {field: fieldModel, rank: fromScan},
		{"mdns", "usb_mdl"}:                      {field: fieldModel, rank: fromScan},
		{"mdns", "mdl"}:                          {field: fieldModel, rank: fromScan},
		{"mdns", "model"}:                        {field: fieldModel, rank: fromOUI},
		{"mdns", "md"}:                           {field: fieldModel, rank: fromOUI},
		{"mdns", "usb_mfg"}:                      {field: fieldVendor, rank: fromScan},
		{"mdns", "mfg"}:                          {field: fieldVendor, rank: fromScan},
		{"mdns", "manufacturer"}:                 {field: fieldVendor, rank: fromScan},
		{"ssh", "software-version"}:              {product: true},
		{"http", "server"}:                       {product: true},
		{"rtsp", "server"}:                       {product: true, role: topology.RoleCamera},
		{"sip", "server"}:                        {product: true},
		{"smtp", "greeting"}:                     {product: true},
		{"ftp", "greeting"}:                      {product: true},
		{"ldap", "vendor"}:                       {product: true},
		{"ldap", "naming-context"}:               {role: topology.RoleServer},
		{"vnc", "protocol-version"}:              {product: true},
		{"dicom", "called-ae-title"}:             {field: fieldName, rank: nameScan},
		{"dicom", "calling-ae-title"}:            {field: fieldName, rank: nameScan},
		{"dicom", "implementation-version-name"}: {product: true},
		{"dicom", "proposes"}:                    {role: topology.RoleModality, always: true},
		{"hl7", "receiving-application"}:         {product: true},
	}
}

// SelfDescription implements fact.Visitor.
func (c *collector) SelfDescription(_ *fact.Observation, f fact.SelfDescription) {
	c.endpoint(f.Host, true)
	to, ok := c.speaker(f.Host)
	if !ok {
		return
	}
	m, known := c.meanings[says{f.Protocol, f.Field}]
	if !known {
		m = c.meanings[says{"", f.Field}]
	}
	value := f.Value
	switch {
	case f.Protocol == "ntlm" && f.Field == "os-version":
		c.windows(to, value)
	case f.Protocol == "browser" && f.Field == "server-type" && isServerType(value):
		c.weakRole(to, topology.RoleServer)
	case f.Protocol == "snmp" && f.Field == "sys-object-id":
		c.product(to, fromObjectID, value, "")
	case f.Field == "certificate-name" && !isServerName(value):
		return
	case m.relayed:
		c.hearsay = append(c.hearsay, hearsay{to: to, protocol: f.Protocol, field: m.field, rank: m.rank, value: value, obs: c.i})
	case m.field == fieldName:
		c.name(to, m.rank, strings.TrimSuffix(value, "$"))
	case m.field == fieldSerial && isJunkSerial(value):
	case m.field != fieldNone:
		c.trait(to, m.field, m.rank, value)
	case m.text:
		c.product(to, m.rank, "", value)
	}
	if m.role != "" && (f.Host.Port != 0 || m.always) {
		c.weakRole(to, m.role)
	}
	if f.Host.Port != 0 {
		row := spokenService{to: to, obs: c.i, service: topology.Service{Transport: transportOf(f.Protocol), Port: f.Host.Port, Name: f.Protocol}}
		if m.product {
			row.service.Product = value
		}
		c.spoken = append(c.spoken, row)
	}
}

// spokenService is a port whose protocol was heard.
type spokenService struct {
	to      target
	obs     int
	service topology.Service
}

// transportOf returns over what a protocol is mostly spoken.
func transportOf(protocol string) string {
	switch protocol {
	case "snmp", "ntp", "ws-discovery", "ubnt", "capwap", "dtls", "quic", "radius", "syslog", "tftp", "mdns", "nbns", "browser", "intellivue":
		return "udp"
	}
	return "tcp"
}

// speaker is the device at an address inside, whichever router its frames came
// by, or where no address is known that of the frames. What servers outside say
// is theirs.
func (c *collector) speaker(e fact.Endpoint) (target, bool) {
	switch a := plain(e.IP); {
	case !a.IsValid(), a.IsLinkLocalUnicast():
		s := c.mac(e.MAC)
		return target{subject: s, ip: a}, s >= 0
	case isHostAddress(a) && c.site.IsInside(a):
		return atIP(a), true
	}
	return target{}, false
}

// windows reads the version of Windows that NTLM carries. Other systems that
// speak it leave the build out.
func (c *collector) windows(to target, version string) {
	parts := strings.Split(version, ".")
	if build, err := strconv.Atoi(parts[len(parts)-1]); len(parts) == 3 && err == nil && build > 0 {
		c.trait(to, fieldOS, fromScan, "Windows")
		c.trait(to, fieldVersion, fromScan, version)
	}
}

// isServerType reports whether the roles with which a computer announces itself
// to others ([MS-BRWS] 2.2.1) are a server's.
func isServerType(roles string) bool {
	for r := range strings.SplitSeq(roles, ",") {
		switch r {
		case "domain-controller", "backup-domain-controller", "sql-server", "nt-server", "terminal-server", "dial-in-server", "server-nt":
			return true
		}
	}
	return false
}

// isServerName reports whether a name in a certificate is that of a host in a
// domain, and not one for many or none.
func isServerName(s string) bool {
	return strings.Contains(s, ".") && !strings.ContainsAny(s, "* /@:") && !isDefaultName(s) && !isAddress(s)
}

// ControlSpeaker implements fact.Visitor.
func (c *collector) ControlSpeaker(_ *fact.Observation, f fact.ControlSpeaker) {
	c.heard(f.MAC, f.VID)
	ip := plain(f.IP)
	for _, a := range f.Virtual {
		if a = plain(a); isHostAddress(a) {
			c.shared[a] = true
			if f.MAC.IsVirtual() {
				c.virtualAt(f.MAC).bound(a, c.i)
			}
		}
	}
	to, ok := c.speaker(fact.Endpoint{IP: ip, MAC: f.MAC})
	if !ok {
		return
	}
	c.mention(to, true, true)
	if f.Protocol != "bgp" && f.Protocol != "capwap" { // the others stay on their link
		c.claim(c.macOf(f.MAC), ip, f.MAC, onWire)
	}
	switch f.Protocol {
	case "ospf", "ospf3", "rip", "ripng", "eigrp", "pim", "isis", "hsrp", "glbp":
		if f.Role != "request" { // that is what hosts send, too (RFC 2453, 3.9.1)
			c.role(to, topology.RoleRouter)
		}
	case "bgp", "vrrp", "carp": // which servers speak, too
		c.weakRole(to, topology.RoleRouter)
	case "dtp", "vtp", "udld", "mstp", "pvst":
		c.role(to, topology.RoleSwitch)
	case "capwap":
		if f.Role == "ac" {
			c.role(to, topology.RoleController)
		} else {
			c.role(to, topology.RoleAP)
		}
	}
}
