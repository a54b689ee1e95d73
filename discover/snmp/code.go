package snmp

import (
	"errors"

	"kanmon/discover/fact"
)

// codeOf returns the code of fact.Gap for why something was not read; empty where
// only the error has words for it.
func codeOf(err error) string {
	for _, c := range []struct {
		err  error
		code string
	}{
		{errNotIncreasing, fact.GapDisorder},
		{errTooManyRows, fact.GapRows},
		{errTooMuch, fact.GapSize},
		{errTableTime, fact.GapTime},
		{errTableRequests, fact.GapRequests},
		{errEmptyAnswer, fact.GapEmptyAnswer},
		{errTooBig, fact.GapTooBig},
		{errGivenUp, fact.GapContradicts},
		{ErrRestarted, fact.GapRestarted},
		{ErrSilent, fact.GapSilent},
		{errNotTrusted, fact.GapNotTrusted},
		{errClosed, fact.GapClosed},
		{errNoAnswer, fact.GapNoAnswer},
	} {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return ""
}
