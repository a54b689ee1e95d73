package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progressEvery is how often progress is shown: often enough to see that
// something happens, seldom enough to be read.
const progressEvery = 500 * time.Millisecond

// progressLine is the one line on a terminal that tells how far long work is.
// What else is written to the terminal goes through it, so that the two do not
// mix.
type progressLine struct {
	mu    sync.Mutex
	w     io.Writer
	width int // of what stands there now
}

// Write implements io.Writer: p is written where the line stood.
func (l *progressLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	return l.w.Write(p)
}

// show replaces the line. Its text is plain ASCII, so its length is its width.
func (l *progressLine) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	l.width = len(text)
	fmt.Fprint(l.w, text)
}

func (l *progressLine) clear() {
	if l.width > 0 {
		fmt.Fprint(l.w, "\r"+strings.Repeat(" ", l.width)+"\r")
		l.width = 0
	}
}

// progress shows on a terminal, until stop is called, what say says and for how
// long the work has been going on. It is silent where standard error is none.
func (a *app) progress(say func() string) (stop func()) {
	if a.quiet || !isTerminal(a.Stderr) {
		return func() {}
	}
	line, plain := &progressLine{w: a.Stderr}, a.Stderr
	a.Stderr = line
	start, done := a.Now(), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				line.show("")
				return
			case <-tick.C:
				line.show(fmt.Sprintf("kanmon: %s, %s", say(), a.Now().Sub(start).Round(time.Second)))
			}
		}
	})
	return func() {
		close(done)
		group.Wait()
		a.Stderr = plain
	}
}

// isTerminal reports whether w is a terminal, or another device that shows what
// is written to it at once.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
