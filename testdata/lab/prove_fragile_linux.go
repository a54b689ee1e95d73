package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kanmon/testdata/lab/fragile"
)

// Fragile says of each fragile device what it died of, or nothing, and how
// many packets of each kind it received.
func (l *Lab) Fragile() (died map[string]string, received map[string]map[string]int, err error) {
	died, received = map[string]string{}, map[string]map[string]int{}
	found, err := filepath.Glob(filepath.Join(l.Dir(), "*", fragile.CountsFile))
	if err != nil {
		return nil, nil, fmt.Errorf("lab: %w", err)
	}
	for _, path := range found {
		name := filepath.Base(filepath.Dir(path))
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, fmt.Errorf("lab: %w", err)
		}
		counts := map[string]int{}
		if err := json.Unmarshal(text, &counts); err != nil {
			return nil, nil, fmt.Errorf("lab: %s: %w", path, err)
		}
		received[name] = counts
		cause, err := os.ReadFile(filepath.Join(filepath.Dir(path), fragile.DeathFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("lab: %w", err)
		}
		died[name] = strings.TrimSpace(string(cause))
	}
	return died, received, nil
}

// fragileLive wants every fragile device to live and to have been asked.
func (l *Lab) fragileLive(context.Context) (string, error) {
	died, received, err := l.Fragile()
	if err != nil {
		return "", err
	}
	if len(died) == 0 {
		return "", errors.New("there is none")
	}
	packets := 0
	for name, counts := range received {
		if died[name] != "" {
			return "", fmt.Errorf("%s died of %s", name, died[name])
		}
		if len(counts) == 0 {
			return "", fmt.Errorf("%s received nothing yet", name)
		}
		for _, n := range counts {
			packets += n
		}
	}
	return fmt.Sprintf("%d devices, %d packets", len(died), packets), nil
}
