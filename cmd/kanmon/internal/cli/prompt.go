package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxSecret bounds what is typed for a secret, in octets.
const maxSecret = 1024

// askSecret asks the operator for a secret, which does not appear on a terminal.
func (a *app) askSecret(what string) (string, error) {
	fmt.Fprintf(a.Stderr, "%s: ", what)
	if f, ok := a.Stdin.(*os.File); ok {
		restore, err := noEcho(f)
		if err != nil {
			return "", fmt.Errorf("ask for a secret: %w", err)
		}
		defer restore()
	}
	// One octet at a time, since what follows the line is for the next question.
	var line []byte
	for one := make([]byte, 1); len(line) < maxSecret; {
		n, err := a.Stdin.Read(one)
		if n == 1 && one[0] == '\n' || errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("ask for a secret: %w", err)
		}
		line = append(line, one[:n]...)
	}
	fmt.Fprintln(a.Stderr)
	return strings.TrimRight(string(line), "\r\n"), nil
}
