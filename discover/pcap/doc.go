// Package pcap reads capture files and listens on interfaces, and tells what
// the frames say of the network: who is there, who talks to whom, which names
// are asked for, and which tunnels lead out. It sends nothing and keeps no
// payload.
//
// Frames are decoded in place. Each distinct fact is observed once for each
// file, with its first and last time and the number of frames, when the file
// was read to its end. All tables are bounded: what no longer fits is counted
// and told as a fact.Gap.
//
// Where frames come from and go to has packages of its own: the files they are
// read from (internal/capfile) and written to (save), the interfaces they are
// heard on (internal/tap), and what the operator chooses of them (filter). They
// share what a frame is (internal/frame). What is here makes facts of frames:
// format.go and live.go hand each one to the analyzer of analyzer.go.
package pcap
