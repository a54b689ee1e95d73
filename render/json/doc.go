// Package json writes a snapshot for programs and for the next run, and reads
// one back. A snapshot that is read may have been written by anybody: its size
// is bounded, its schema is checked and its texts are cleaned.
package json
