package work

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// An agent asks this often, and dials anew after so many questions: who listens
// for a minute hears it dial once.
const (
	keepEvery = 5 * time.Second
	keepTimes = 10
)

// Keep holds one TLS connection to a server until the context ends, as an
// agent does that waits to be called: it says something now and then, and dials
// anew when the connection is lost.
func Keep(ctx context.Context, url string) error {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxConnsPerHost: 1}
	client := http.Client{Transport: transport, Timeout: keepEvery}
	for asked := 0; ; asked++ {
		if asked%keepTimes == 0 {
			transport.CloseIdleConnections()
		}
		if err := say(ctx, &client, url); err != nil && errors.Is(err, errNoRequest) {
			return err // the others pass: the network may come back
		}
		select {
		case <-ctx.Done():
			transport.CloseIdleConnections()
			return nil
		case <-time.After(keepEvery):
		}
	}
}

// errNoRequest says that there is nothing to ask, now or later.
var errNoRequest = errors.New("keep: want a URL")

func say(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoRequest, err)
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer shut(answer.Body)
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	return err
}
