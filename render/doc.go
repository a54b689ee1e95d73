// Package render turns a snapshot into a View, the one thing that every
// renderer gets: numbered ways out, zones with counts, ledger rows, blind spots,
// evidence, all as texts in the reader's language, in the order in which people
// read them.
//
// Renderers live in the packages below. They see a View and never an
// observation, a snapshot or the clock, so that the diagram, the report and the
// ledger cannot disagree. Every text in a View is clean (no control or hidden
// characters); each renderer escapes it for its own syntax.
package render
