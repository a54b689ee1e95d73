package pcap_test

import (
	"testing"

	"kanmon/discover/fact"
)

// Somebody on the wire can send frames with any address as their sender, to which
// the host that they are for then answers: with a refusal, or by agreeing to a
// connection that nobody goes on with. That is no conversation with that address.
func TestAnswered(t *testing.T) {
	t.Parallel()
	const rst = 4
	const far, here = "203.0.113.9", "10.0.0.5"
	hello := []byte("SSH-2.0-client\r\n")
	talk := func() *conversation { return &conversation{client: far, server: here} }
	for _, tt := range []struct {
		name string
		in   *conversation
		want bool
	}{
		{"refused", talk().up(6, tcp(40000, 22, 1, syn, nil)).down(6, tcp(22, 40000, 0, rst|ack, nil)), false},
		{"words, refused", talk().up(6, tcp(40000, 22, 2, ack, hello)).down(6, tcp(22, 40000, 0, rst, nil)), false},
		{"refused, and accepted later", talk().up(6, tcp(40000, 22, 1, syn, nil)).down(6, tcp(22, 40000, 0, rst|ack, nil)).down(6, tcp(22, 40000, 9, syn|ack, nil)), true},
		{"closed at last", talk().up(6, tcp(40000, 22, 1, syn, nil)).down(6, tcp(22, 40000, 9, syn|ack, nil)).down(6, tcp(22, 40000, 9, rst, nil)), true},
		{"accepted, and words of one only", talk().up(6, tcp(40000, 22, 1, syn, nil)).down(6, tcp(22, 40000, 9, syn|ack, nil)).up(6, tcp(40000, 22, 2, ack, hello)), false},
		{"words of both", talk().up(6, tcp(40000, 22, 1, syn, nil)).down(6, tcp(22, 40000, 9, syn|ack, nil)).up(6, tcp(40000, 22, 2, ack, hello)).down(6, tcp(22, 40000, 10, ack, hello)), true},
		{
			"words of one, inside",
			(&conversation{client: "10.0.0.6", server: here}).up(6, tcp(40000, 22, 1, ack, hello)).down(6, tcp(22, 40000, 9, ack, nil)), true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			flows := facts[fact.Flow](read(t, tt.in.frames...).obs)
			if len(flows) != 1 || flows[0].Answered != tt.want {
				t.Errorf("%+v, want one, answered: %t", flows, tt.want)
			}
		})
	}
}
