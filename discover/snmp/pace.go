package snmp

import "time"

// pace is how much is asked of an agent at once. It begins gently, grows where
// the agent shows that it bears more, and shrinks where it does not.
type pace struct {
	level   int  // in levels
	highest int  // that the level may have
	full    int  // answers in full since the level changed
	bulk    bool // GETBULK is asked
	vars    int  // variables in a request
	fixed   int  // repetitions, as the operator wants them; 0: as the level says
}

// A level is how many rows are asked for at once, and how many values in all.
// More than the last would not fit a frame of Ethernet.
type level struct{ repetitions, values int }

// Levels of pace.
const (
	levelLow = iota
	levelMiddle
	levelHigh
)

func (p *pace) at() level {
	switch p.level {
	case levelLow:
		return level{10, 40}
	case levelMiddle:
		return level{25, 50}
	}
	return level{50, 60}
}

const (
	maxVariables = 10 // in a request: an answer to more fits no frame, and small agents do not survive it

	quick      = 250 * time.Millisecond // an answer that took less shows that the agent bears more
	slow       = time.Second            // one that took more shows that it does not
	fullToGrow = 2                      // answers in full before more is asked
)

func newPace(o Options, version1 bool) pace {
	return pace{highest: levelHigh, bulk: !version1, vars: maxVariables, fixed: o.Repetitions}
}

// repetitions is how many rows of so many columns are asked for.
func (p *pace) repetitions(columns int) int {
	if p.fixed > 0 {
		return p.fixed
	}
	l := p.at()
	return max(1, min(l.repetitions, l.values/columns))
}

// answered learns from an answer: how many values were asked for, and came, and
// how long it took. ended is whether the agent said that there are no more.
func (p *pace) answered(asked, came int, ended bool, took time.Duration) {
	switch {
	case took > slow:
		p.full, p.fixed = 0, max(p.fixed/2, min(p.fixed, 10))
		p.level = max(p.level-1, levelLow)
		p.highest = p.level
	case came < asked && !ended: // it is the most that fits
		p.full, p.highest = 0, p.level
		if came <= asked/2 {
			p.level = max(p.level-1, levelLow)
			p.highest = p.level
		}
	case took < quick && came == asked && p.level < p.highest:
		if p.full++; p.full >= fullToGrow {
			p.level++
			p.full = 0
		}
	default:
		p.full = 0
	}
}

// shrink asks for as little as in the beginning from now on. It reports whether
// that is less than before.
func (p *pace) shrink() bool {
	was := *p
	p.level, p.highest, p.full, p.fixed = levelLow, levelLow, 0, 0
	return was.level > levelLow || was.fixed > p.repetitions(1)
}

// gentler asks in a gentler way from now on: for less, then one row at a time,
// then one variable. It reports whether there was such a way left.
func (p *pace) gentler() bool {
	switch {
	case p.shrink():
	case p.bulk:
		p.bulk = false
	case p.vars > 1:
		p.vars = 1
	default:
		return false
	}
	return true
}

// fewer halves the variables in a request, where the agent says that its answer
// would be too big. It reports whether that was possible.
func (p *pace) fewer() bool {
	if p.vars == 1 {
		return false
	}
	p.vars /= 2
	return true
}
