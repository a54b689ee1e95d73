package lab

import (
	"context"
	"time"
)

// Check is one thing that was proved, or was not.
type Check struct {
	Name string
	Note string
	Took time.Duration
	Err  error
}

// Selftest proves element by element that the site works.
func (l *Lab) Selftest(ctx context.Context, p *Plan) []Check {
	return nil
}
