package lab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// record is one line of the journal: one thing that was about to be made, or
// a process that was started and waits to be let go.
type record struct {
	Namespace string `json:"namespace,omitempty"`
	PID       int    `json:"pid,omitempty"`
	Start     uint64 `json:"start,omitempty"` // clock ticks since boot: field 22 of /proc/PID/stat
	Host      string `json:"host,omitempty"`
	Name      string `json:"name,omitempty"`
}

// journal is appended to before anything is made, so that whatever the lab's
// own crash leaves behind is known.
type journal struct {
	file *os.File
}

func createJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lab: journal: %w", err)
	}
	return &journal{f}, nil
}

// add writes records in one write each, which threads may do at once.
func (j *journal) add(records ...record) error {
	var buf bytes.Buffer
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("lab: journal: %w", err)
		}
		buf.Write(append(line, '\n'))
	}
	if _, err := j.file.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("lab: journal: %w", err)
	}
	return nil
}

// readJournal returns what was recorded. A last line that was cut short is
// left out: what it was about to say was not made yet.
func readJournal(path string) ([]record, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lab: journal: %w", err)
	}
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	var out []record
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("lab: journal %s line %d: %w", path, n, err)
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("lab: journal %s: %w", path, err)
	}
	return out, nil
}

// journalIn is the journal's path in a lab's folder.
func journalIn(dir string) string { return filepath.Join(dir, "journal.jsonl") }
