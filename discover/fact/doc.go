// Package fact holds everything that kanmon can learn about a network: the
// closed set of facts, where and when each was observed, and the evidence log
// that keeps them.
//
// A Fact is what was learned ("this MAC answers for that address"). An
// Observation is a fact together with its sightings: which input said so, at
// which place, from when to when. Observations are identified by content, so
// that merging two collections is a set union in which order and repetition do
// not matter.
//
// The package is a leaf: it imports the standard library only, and may be
// imported by every source and by topology.
package fact
