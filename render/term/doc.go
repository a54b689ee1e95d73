// Package term writes for a terminal: the summary that ends a run, and the
// explanation of one thing on the map.
//
// Texts are laid out in columns of fixed width, where a Japanese character
// takes two cells (Unicode Standard Annex #11), and hold nothing that acts on a
// terminal: names of the network are cleaned before they are written, and
// colour is the only escape sequence, written only when asked for.
package term
