// Package hospital makes the sample hospital: 見本病院, 150 beds, which does
// not exist. Everything in its evidence is computed here from one plan of
// devices and cables, so that captures, walks and scans agree with each other,
// and the same run gives the same bytes.
//
// Addresses, names and MAC addresses are those set aside for documentation,
// private ones, or ones that must be real to be recognised (a maker's prefix,
// the names and prefixes of the online-qualification network). Payload is
// zeros or a pattern; there is nothing in it that could belong to a person.
package hospital
