// Package register reads what a hospital has allowed to lead outside, and
// compares it with the external connections that were found: each is approved,
// unapproved, expired, or changed since it was approved. Approvals name stable
// traits, a device and a party outside, and never the ID of a connection.
package register
