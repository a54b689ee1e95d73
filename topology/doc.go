// Package topology holds the types of the graph that kanmon makes of
// observations: devices, links, external connections, blind spots, and the
// evidence behind each.
//
// The graph is a pure function of observations, signatures, the register and
// the site file; package build computes it. Nothing here or below reads a clock,
// a file, a network or the environment.
//
// One word is used for one idea:
//
//   - observation: a fact, and where and when it was seen
//   - fact: what was learned
//   - evidence: the observations behind a statement
//   - vantage: the place in the network from which something was seen
//   - device: something with an identity of its own
//   - interface: a device's attachment to the network
//   - segment: a broadcast domain
//   - zone: a part of the hospital's network that people have a name for
//   - link: two devices next to each other, on layer 2 or 3
//   - external connection, way out: a path between an inside device and a
//     party outside
//   - entry point: the inside device of an external connection
//   - signature: data by which an external connection is recognised
//   - register, approval: what the hospital has allowed
//   - snapshot: the whole graph at one time
//   - blind spot: what was not looked at, or could not be seen
package topology
