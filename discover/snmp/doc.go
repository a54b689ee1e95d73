// Package snmp reads the MIB tables of SNMP agents into facts: from walks that
// were recorded with net-snmp or snmpsim, and from agents that the operator
// named.
//
// Both ways fill a walk with the same list of columns (see groups), and the same
// decoders, one file for each MIB group, make facts of it. What the list does
// not name is neither asked for nor kept.
//
// Collect sends: GET, GETNEXT and GETBULK requests on UDP port 161, to the named
// targets only, one at a time to a device. The agents may count or log them; no
// agent is ever asked to change anything. Traffic level: query.
package snmp
