package json //nolint:testpackage // the limit is a constant that no caller sets

import (
	"strings"
	"testing"
)

func TestReadLimit(t *testing.T) {
	in := `{"schema":"kanmon.snapshot/1"}`
	if _, err := read(strings.NewReader(in), int64(len(in))); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	_, err := read(strings.NewReader(in), int64(len(in))-1)
	if err == nil || !strings.Contains(err.Error(), "larger than 29 bytes") {
		t.Errorf("over the limit: %v, want an error that names it", err)
	}
}
