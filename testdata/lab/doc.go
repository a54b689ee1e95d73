// Package lab is a hospital that can be scanned: a core router, switches,
// servers, people at work and ways out, each in a Linux network namespace of
// its own and made of real daemons. A [Plan] says what there is; [Lab] makes
// it and takes it away again. What it is and how to add to it is in
// docs/lab.md.
package lab
