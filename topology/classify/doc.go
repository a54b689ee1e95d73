// Package classify finds the external connections: the paths between inside
// devices and parties outside. What it recognises them by is data (package
// signature); what follows from which evidence stands in rules.go, and each
// family of rules has a file of its own.
package classify
