package snmp_test

import (
	"testing"

	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

func FuzzMessage(f *testing.F) {
	tree := snmpfarm.Switch(1, 2, 2, 1000)
	f.Add(tree.Answer(snmpfarm.Request{Version: 1, Community: "c", Kind: snmpfarm.GetBulk, ID: 7, MaxRep: 10, OIDs: []snmpfarm.OID{{1, 3}}}, 1472).Encode())
	f.Add([]byte("\x30\x84\xff\xff\xff\xff\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := snmp.ParseMessage(b); err == nil && n > len(b) {
			t.Errorf("%d variables in %d octets", n, len(b))
		}
	})
}
