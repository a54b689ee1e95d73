// Package discover defines what a source of observations is, and reads files of
// evidence whatever their kind.
//
// Sources live in the packages below it: pcap, snmp, nmap, routerconf. They turn
// what they read or hear into facts (package fact) and know nothing of the graph that is
// made of them. Nothing in this package sends.
package discover
