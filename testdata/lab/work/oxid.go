package work

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode/utf16"
)

// Packet types of connection-oriented DCE/RPC (C706 chapter 12).
const (
	rpcRequest  = 0
	rpcResponse = 2
	rpcFault    = 3
	rpcBind     = 11
	rpcBindAck  = 12
)

// rpcHeader is the length of the common header; maxFragment bounds a packet.
const (
	rpcHeader   = 16
	maxFragment = 5840
)

// serverAlive2 is the number of IObjectExporter's operation that needs no
// login and gives a machine's addresses (MS-DCOM section 3.1.2.5.1.6).
const serverAlive2 = 5

// objectExporter is 99fcfec4-5260-101b-bbcb-00aa0021347a version 0.0, and ndr
// 8a885d04-1ceb-11c9-9fe8-08002b104860 version 2.0, as they are on the wire.
const (
	objectExporter = "\xc4\xfe\xfc\x99\x60\x52\x1b\x10\xbb\xcb\x00\xaa\x00\x21\x34\x7a\x00\x00\x00\x00"
	ndr            = "\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\x00\x2b\x10\x48\x60\x02\x00\x00\x00"
)

func respondOXID(ctx context.Context, name string, legs []leg) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", ":135")
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { shut(listener) })
	defer stop()
	bindings := []string{strings.ToUpper(name)}
	for _, a := range addressesOf(legs) {
		bindings = append(bindings, a.String())
	}
	slots := make(chan struct{}, conversations)
	for {
		c, err := listener.Accept()
		if err != nil {
			return err
		}
		slots <- struct{}{}
		go func() {
			defer func() { shut(c); <-slots }()
			for c.SetDeadline(time.Now().Add(10*time.Second)) == nil {
				in, err := readFragment(c)
				if err != nil {
					return
				}
				if _, err := c.Write(AnswerOXID(in, bindings)); err != nil {
					return
				}
			}
		}()
	}
}

func readFragment(r io.Reader) ([]byte, error) {
	head := make([]byte, rpcHeader)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	size := int(binary.LittleEndian.Uint16(head[8:]))
	if head[0] != 5 || size < rpcHeader || size > maxFragment {
		return nil, fmt.Errorf("no DCE/RPC: version %d, %d bytes", head[0], size)
	}
	out := make([]byte, size)
	copy(out, head)
	_, err := io.ReadFull(r, out[rpcHeader:])
	return out, err
}

// fragment puts the header before a body.
func fragment(kind byte, call uint32, body []byte) []byte {
	out := []byte{5, 0, kind, 3, 0x10, 0, 0, 0}
	out = binary.LittleEndian.AppendUint16(out, uint16(rpcHeader+len(body)))
	out = binary.LittleEndian.AppendUint16(out, 0)
	return append(binary.LittleEndian.AppendUint32(out, call), body...)
}

// AnswerOXID answers a bind, and ServerAlive2 with the bindings; anything else
// is a fault.
func AnswerOXID(in []byte, bindings []string) []byte {
	if len(in) < rpcHeader+8 {
		return fragment(rpcFault, 0, make([]byte, 16))
	}
	call := binary.LittleEndian.Uint32(in[12:])
	switch {
	case in[2] == rpcBind:
		body := []byte{0xd0, 0x16, 0xd0, 0x16, 1, 0, 0, 0, 4, 0, '1', '3', '5', 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}
		return fragment(rpcBindAck, call, append(body, ndr...))
	case in[2] == rpcRequest && binary.LittleEndian.Uint16(in[22:]) == serverAlive2:
		stub := aliveStub(bindings)
		body := binary.LittleEndian.AppendUint32(nil, uint32(len(stub)))
		return fragment(rpcResponse, call, append(append(body, 0, 0, 0, 0), stub...))
	default:
		return fragment(rpcFault, call, append(make([]byte, 8), 2, 0, 1, 0x1c, 0, 0, 0, 0)) // nca_s_op_rng_error
	}
}

// aliveStub is COMVERSION 5.7, the bindings as DUALSTRINGARRAY, and no error.
func aliveStub(bindings []string) []byte {
	const tcp = 7
	var words []uint16
	for _, b := range bindings {
		words = append(append(append(words, tcp), utf16.Encode([]rune(b))...), 0)
	}
	words = append(words, 0)
	security := len(words)
	words = append(words, 10, 0xffff, 0, 0) // NTLM, no principal
	out := []byte{5, 0, 7, 0, 0, 0, 2, 0}
	out = binary.LittleEndian.AppendUint32(out, uint32(len(words)))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(words)))
	out = binary.LittleEndian.AppendUint16(out, uint16(security))
	for _, w := range words {
		out = binary.LittleEndian.AppendUint16(out, w)
	}
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	return append(out, make([]byte, 8)...)
}

// askOXID returns the bindings that a machine gives.
func askOXID(ctx context.Context, address string) ([]string, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(address, "135"))
	if err != nil {
		return nil, err
	}
	defer shut(c)
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return nil, err
		}
	}
	bind := []byte{0xd0, 0x16, 0xd0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}
	if _, err := c.Write(fragment(rpcBind, 1, append(append(bind, objectExporter...), ndr...))); err != nil {
		return nil, err
	}
	answer, err := readFragment(c)
	if err != nil {
		return nil, err
	}
	if answer[2] != rpcBindAck {
		return nil, fmt.Errorf("the bind was answered with type %d", answer[2])
	}
	if _, err := c.Write(fragment(rpcRequest, 2, []byte{0, 0, 0, 0, 0, 0, serverAlive2, 0})); err != nil {
		return nil, err
	}
	if answer, err = readFragment(c); err != nil {
		return nil, err
	}
	if answer[2] != rpcResponse {
		return nil, fmt.Errorf("the request was answered with type %d", answer[2])
	}
	return DecodeAlive(answer[rpcHeader:])
}

// DecodeAlive reads the string bindings out of a response to ServerAlive2,
// from behind the common header.
func DecodeAlive(body []byte) ([]string, error) {
	const array = 8 + 8 + 4 + 2 + 2 // response header, version and pointer, counts
	if len(body) < array {
		return nil, errors.New("the answer is cut short")
	}
	var out []string
	var word []uint16
	for data := body[array:]; len(data) >= 2; data = data[2:] {
		switch w := binary.LittleEndian.Uint16(data); {
		case w != 0:
			word = append(word, w)
		case len(word) == 0:
			return out, nil
		default:
			out, word = append(out, string(utf16.Decode(word[1:]))), nil
		}
	}
	return nil, errors.New("the list of bindings does not end")
}
