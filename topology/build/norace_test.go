//go:build !race && unix

package build_test

// raceCost is 1 where nobody looks for races.
const raceCost = 1
