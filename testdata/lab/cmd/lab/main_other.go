//go:build !linux

// Lab needs Linux, for its network namespaces.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "lab: network namespaces need Linux")
	os.Exit(1)
}
