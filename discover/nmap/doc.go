// Package nmap reads what the program nmap writes as XML, and runs it under a
// discover.Gate.
//
// nmap is a program of its own, with its own licence (the Nmap Public Source
// License); the user installs it. Nothing of it is part of kanmon, and none of
// its data files is read.
//
// What Scan has nmap send (traffic level probe), to each address among the
// targets: ARP on the segment or one ICMP echo request, and to those that answer
// one full TCP connection to each port of a short list, tried once more where
// there is no answer. The target may log connections that ended at once. Neither
// payload nor malformed packets are sent, and never anything to the ports of
// discover.NeverProbePorts.
package nmap
