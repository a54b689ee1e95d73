package discover

// window shows what comes block by block, in place where a block holds all that
// is asked for.
type window struct {
	next   func() ([]byte, error) // what it returns is valid until it is called again
	b      []byte                 // what follows
	rest   []byte                 // of the block, behind b
	joined []byte                 // of which b is the end, where it is of several blocks
	err    error                  // of next, together with what b holds
}

// Peek returns the next n octets, which stay. There are fewer only with an
// error, which says why. What it returned is valid until the next call.
func (w *window) Peek(n int) ([]byte, error) {
	if len(w.b) < n {
		w.fill(n)
	}
	if len(w.b) < n {
		return w.b, w.err
	}
	return w.b[:n], nil
}

// Buffered returns how many octets can be peeked at in place.
func (w *window) Buffered() int { return len(w.b) }

// Discard passes over the next n octets. It returns how many there were, with an
// error where they were fewer.
func (w *window) Discard(n int) (int, error) {
	left := n
	for left > len(w.b) {
		left -= len(w.b)
		w.b = nil
		if w.fill(1); len(w.b) == 0 {
			return n - left, w.err
		}
	}
	w.b = w.b[left:]
	return n, nil
}

// Read implements io.Reader.
func (w *window) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := w.Peek(1)
	if len(b) == 0 {
		return 0, err
	}
	n := copy(p, w.b)
	w.b = w.b[n:]
	return n, nil
}

// fill gathers n octets, or as many as there are.
func (w *window) fill(n int) {
	if len(w.b) == 0 {
		w.b, w.rest = w.rest, nil
		for len(w.b) == 0 && w.err == nil {
			w.b, w.err = w.next()
		}
	}
	if len(w.b) >= n {
		return
	}
	w.joined = append(w.joined[:0], w.b...) // before next makes the block another
	for len(w.joined) < n && (len(w.rest) > 0 || w.err == nil) {
		if len(w.rest) == 0 {
			w.rest, w.err = w.next()
		}
		k := min(n-len(w.joined), len(w.rest))
		w.joined, w.rest = append(w.joined, w.rest[:k]...), w.rest[k:]
	}
	w.b = w.joined
}
