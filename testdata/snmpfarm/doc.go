// Package snmpfarm simulates SNMP agents of versions 1 and 2c on addresses of
// the loopback interface, for tests and the benchmark: honest ones, and those
// that misbehave in the ways that agents are known for. It shares no code with
// package snmp, so that a mistake in one is seen by the other.
package snmpfarm
