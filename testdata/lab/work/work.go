// Package work is what people and machines of the lab do: small servers, small
// questions to them, and tasks that are done now and then.
package work

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os/exec"
	"sync"
	"time"
)

// Task is one thing that is done now and then.
type Task struct {
	Every time.Duration
	Times int // at most; 0 is taken for the default
	Argv  []string
}

// patience is how long one doing of a task may take.
const patience = 10 * time.Second

// Do does the tasks, each in its own rhythm, which is changed by up to a fifth
// by the seed, until each has been done its number of times. A task that fails
// is done again at its time; its failure is a line in log.
func Do(ctx context.Context, seed string, defaultTimes int, tasks []Task, log io.Writer) {
	var group sync.WaitGroup
	var mu sync.Mutex
	for n, task := range tasks {
		if len(task.Argv) == 0 {
			continue
		}
		times := task.Times
		if times == 0 {
			times = defaultTimes
		}
		group.Go(func() {
			h := fnv.New64a()
			_, _ = h.Write([]byte(seed)) // a hash takes everything
			random := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
			wait := time.Duration(random.Int64N(int64(task.Every)/4 + 1)) // not all at the same instant
			for range times {
				select {
				case <-ctx.Done():
					return
				case <-time.After(wait):
				}
				if err := once(ctx, task.Argv); err != nil && ctx.Err() == nil {
					mu.Lock()
					_, _ = fmt.Fprintf(log, "%q: %v\n", task.Argv, err) // a full disk stops no work
					mu.Unlock()
				}
				wait = task.Every*4/5 + time.Duration(random.Int64N(int64(task.Every)*2/5+1))
			}
		})
	}
	group.Wait()
}

func once(ctx context.Context, argv []string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %.200s", err, out)
	}
	return nil
}

// shut closes what was only read, or whose error was told already.
func shut(c io.Closer) { _ = c.Close() }
