// Package diagram draws the two diagrams: the board page, which shows every way
// out of the hospital in one minute, and the detail, which shows engineers
// switches, ports and hosts.
//
// Each is written as DOT of our own (stable node names, sizes measured with the
// embedded font), laid out by package layout, and drawn from those positions by
// package draw. The DOT stands on its own: any Graphviz makes a readable diagram
// of it.
package diagram
