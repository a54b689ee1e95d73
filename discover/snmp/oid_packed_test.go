package snmp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/snmp"
)

func TestPackedOID(t *testing.T) {
	in := []string{
		"0.0", "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.0.94.0.83.255", "1.3.251", "1.3.252", "1.3.255", "1.3.256", "1.3.65535",
		"1.3.65536", "1.3.16777215", "1.3.16777216", "1.3.4294967295", "1.3.4294967295.0", "1.4", "2.47.1",
	}
	packed, back, ber := snmp.PackOIDs(t, in)
	for i := range in {
		if back[i] != in[i] || ber[i] != in[i] {
			t.Errorf("%s came back as %s, and through BER as %s", in[i], back[i], ber[i])
		}
	}
	if diff := cmp.Diff(snmp.SortOIDs(t, in), packed); diff != "" {
		t.Errorf("packed identifiers do not sort as OIDs do (-want +got):\n%s", diff)
	}
}
