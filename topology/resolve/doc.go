// Package resolve finds out which observations are about the same device.
//
// Every fact speaks of subjects: an SNMP agent as one input shows it, a MAC
// address, a neighbour that was announced. Subjects have identity keys.
// Subjects that share a strong key are one device, unless something stronger
// contradicts it: different serial numbers, or different LLDP chassis MAC
// addresses. Then they stay apart, and a conflict says so.
//
// From the strongest, the keys are: serial number with maker, LLDP chassis ID
// that is a MAC address, snmpEngineID, DHCP DUID, universally administered MAC
// address, the name of an SNMP agent, and what a device announced as its
// chassis ID or CDP device ID. A locally administered MAC address and an IP
// address make a device where nothing better is known, and join nothing. Group
// addresses, the virtual addresses of VRRP, HSRP, GLBP and CARP, zeros and
// placeholders are never keys.
//
// An IP address belongs to the one device that claims it best: by its own
// tables, then by ARP and ND, then by DHCP and management addresses, then by
// what it announced. Flows bind no address, but where the frame cannot have
// passed a router.
package resolve
