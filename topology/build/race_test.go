//go:build race && unix

package build_test

// raceCost is how many times as long the race detector makes it take.
const raceCost = 6
