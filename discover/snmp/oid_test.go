package snmp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/snmp"
)

func TestOID(t *testing.T) {
	t.Parallel()
	want := []string{
		"0.0", "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.0.94.0.83.255", "1.3.251", "1.3.252", "1.3.255", "1.3.256", "1.3.65535",
		"1.3.65536", "1.3.16777215", "1.3.16777216", "1.3.4294967295", "1.3.4294967295.0", "1.4", "2.47.1",
	}
	sorted, ber := snmp.OIDs(t, want)
	if diff := cmp.Diff(want, sorted); diff != "" {
		t.Errorf("identifiers do not sort, or come back otherwise (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, ber); diff != "" {
		t.Errorf("identifiers come back from BER otherwise (-want +got):\n%s", diff)
	}
}
