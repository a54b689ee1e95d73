package filter

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/net/bpf"

	"kanmon/discover/pcap/internal/frame"
)

// What the beginning of each program finds out is kept in the scratch memory of
// the machine that runs it, a word each.
const (
	memType  = iota // EtherType behind VLAN tags
	memStart        // where the network header begins
	memVLAN         // outermost VLAN ID, or noVLAN
	memProto        // IP protocol, or noProto
	memPorts        // where the ports are; 0 where there are none
)

const (
	noProto = 1 << 16
	accept  = 1 << 18 // octets of a frame that are taken
)

// label is a place in a program, known once it is put there.
type label int

// assembler makes a program. Each conditional jump is followed by two that
// reach any distance, since its own reach ends after 255 instructions.
type assembler struct {
	code   []bpf.Instruction
	places []int         // of labels
	jumps  map[int]label // jumps whose distance is not yet known
}

func (a *assembler) add(code ...bpf.Instruction) { a.code = append(a.code, code...) }

func (a *assembler) label() label {
	a.places = append(a.places, -1)
	return label(len(a.places) - 1)
}

func (a *assembler) put(l label) { a.places[l] = len(a.code) }

func (a *assembler) jump(to label) {
	a.jumps[len(a.code)] = to
	a.add(bpf.Jump{})
}

// branch goes on at yes or no by what holds for the accumulator.
func (a *assembler) branch(cond bpf.JumpTest, v uint32, yes, no label) {
	a.add(bpf.JumpIf{Cond: cond, Val: v, SkipTrue: 0, SkipFalse: 1})
	a.jump(yes)
	a.jump(no)
}

// when does what follows only where cond holds for the accumulator; the label it
// returns is to be put behind.
func (a *assembler) when(cond bpf.JumpTest, v uint32) label {
	then, end := a.label(), a.label()
	a.branch(cond, v, then, end)
	a.put(then)
	return end
}

func (a *assembler) set(mem int, v uint32) {
	a.add(bpf.LoadConstant{Dst: bpf.RegA, Val: v}, bpf.StoreScratch{Src: bpf.RegA, N: mem})
}

func (a *assembler) get(mem int) { a.add(bpf.LoadScratch{Dst: bpf.RegA, N: mem}) }

func (a *assembler) store(mem int) { a.add(bpf.StoreScratch{Src: bpf.RegA, N: mem}) }

// base puts into X where the network header begins.
func (a *assembler) base() { a.add(bpf.LoadScratch{Dst: bpf.RegX, N: memStart}) }

// Program compiles f for frames of a link type. Where kernel is set it is for
// Linux, which takes the outermost VLAN tag out of a frame before it is asked.
func (f *Filter) Program(link uint32, kernel bool) ([]bpf.RawInstruction, error) {
	code, err := f.compile(link, kernel)
	if err != nil {
		return nil, err
	}
	raw, err := bpf.Assemble(code)
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return raw, nil
}

func (f *Filter) compile(link uint32, kernel bool) ([]bpf.Instruction, error) {
	a := assembler{jumps: make(map[int]label)}
	if err := a.prologue(link, kernel); err != nil {
		return nil, err
	}
	yes, no := a.label(), a.label()
	a.node(&f.root, link == frame.LinkEthernet, yes, no)
	a.put(yes)
	a.add(bpf.RetConstant{Val: accept})
	a.put(no)
	a.add(bpf.RetConstant{})
	for at, to := range a.jumps {
		a.code[at] = bpf.Jump{Skip: uint32(a.places[to] - at - 1)}
	}
	return a.code, nil
}

// Matcher returns what runs the program of f over frames of a link type.
func (f *Filter) Matcher(link uint32) (*bpf.VM, error) {
	code, err := f.compile(link, false)
	if err != nil {
		return nil, err
	}
	return bpf.NewVM(code)
}

// prologue fills the scratch memory.
func (a *assembler) prologue(link uint32, kernel bool) error {
	a.set(memVLAN, noVLAN)
	a.set(memProto, noProto)
	a.set(memPorts, 0)
	switch link {
	case frame.LinkEthernet:
		a.start(12, 14)
		a.tags(kernel)
	case frame.LinkSLL:
		a.start(14, 16)
		a.tags(false)
	case frame.LinkSLL2:
		a.start(0, 20)
		a.tags(false)
	case frame.LinkRaw, frame.LinkRaw12, frame.LinkRaw14, frame.LinkIPv4, frame.LinkIPv6:
		a.set(memStart, 0)
		a.version(bpf.LoadAbsolute{Off: 0, Size: 1})
	case frame.LinkNull, frame.LinkLoop:
		a.set(memStart, 4)
		a.version(bpf.LoadAbsolute{Off: 4, Size: 1})
	default:
		name := frame.LinkName(link)
		if name == "" {
			name = "unknown"
		}
		return fmt.Errorf("filter: frames of link type %s (%d) cannot be chosen: leave the filter out", name, link)
	}
	a.network()
	return nil
}

// start reads the EtherType at kind of a frame whose network header begins at
// begin, where it has no tags.
func (a *assembler) start(kind, begin uint32) {
	a.add(bpf.LoadAbsolute{Off: kind, Size: 2})
	a.store(memType)
	a.set(memStart, begin)
}

// version sets the EtherType by the version that a bare IP packet begins with.
func (a *assembler) version(first bpf.Instruction) {
	a.set(memType, 0)
	a.add(first, bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4})
	end4 := a.when(bpf.JumpEqual, 4)
	a.set(memType, frame.EtherIPv4)
	a.put(end4)
	a.add(first, bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4})
	end6 := a.when(bpf.JumpEqual, 6)
	a.set(memType, frame.EtherIPv6)
	a.put(end6)
}

// tags passes over up to two VLAN tags.
func (a *assembler) tags(kernel bool) {
	if kernel {
		a.add(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
		end := a.when(bpf.JumpNotEqual, 0)
		a.add(bpf.LoadExtension{Num: bpf.ExtVLANTag}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff})
		a.store(memVLAN)
		a.put(end)
	}
	for range 2 {
		tagged, end, not8100, not88a8 := a.label(), a.label(), a.label(), a.label()
		a.get(memType)
		a.branch(bpf.JumpEqual, frame.EtherVLAN, tagged, not8100)
		a.put(not8100)
		a.branch(bpf.JumpEqual, frame.EtherQinQ, tagged, not88a8)
		a.put(not88a8)
		a.branch(bpf.JumpEqual, frame.EtherQinQOld, tagged, end)
		a.put(tagged)
		a.get(memVLAN)
		have := a.when(bpf.JumpEqual, noVLAN)
		a.base()
		a.add(bpf.LoadIndirect{Off: 0, Size: 2}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff})
		a.store(memVLAN)
		a.put(have)
		a.base()
		a.add(bpf.LoadIndirect{Off: 2, Size: 2})
		a.store(memType)
		a.get(memStart)
		a.add(bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 4})
		a.store(memStart)
		a.put(end)
	}
}

// network reads the IP protocol, and where ports are.
func (a *assembler) network() {
	a.get(memType)
	end4 := a.when(bpf.JumpEqual, frame.EtherIPv4)
	a.base()
	a.add(bpf.LoadIndirect{Off: 9, Size: 1})
	a.store(memProto)
	a.add(bpf.LoadIndirect{Off: 6, Size: 2}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x1fff})
	first := a.when(bpf.JumpEqual, 0) // of its fragments
	a.add(bpf.LoadIndirect{Off: 0, Size: 1}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 15},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2}, bpf.ALUOpX{Op: bpf.ALUOpAdd})
	a.store(memPorts)
	a.put(first)
	a.put(end4)
	a.get(memType)
	end6 := a.when(bpf.JumpEqual, frame.EtherIPv6)
	a.base()
	a.add(bpf.LoadIndirect{Off: 6, Size: 1})
	a.store(memProto)
	a.get(memStart)
	a.add(bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 40})
	a.store(memPorts)
	a.put(end6)
}

func (a *assembler) node(n *node, ethernet bool, yes, no label) {
	switch n.op {
	case "not":
		a.node(n.x, ethernet, no, yes)
	case "and", "or":
		next := a.label()
		if n.op == "and" {
			a.node(n.x, ethernet, next, no)
		} else {
			a.node(n.x, ethernet, yes, next)
		}
		a.put(next)
		a.node(n.y, ethernet, yes, no)
	default:
		a.test(&n.test, ethernet, yes, no)
	}
}

func (a *assembler) test(t *test, ethernet bool, yes, no label) {
	switch t.kind {
	case testEtherType:
		a.get(memType)
		a.branch(bpf.JumpEqual, t.lo, yes, no)
	case testVLAN:
		a.get(memVLAN)
		if t.lo == noVLAN {
			a.branch(bpf.JumpEqual, noVLAN, no, yes)
		} else {
			a.branch(bpf.JumpEqual, t.lo, yes, no)
		}
	case testIPProto:
		a.get(memProto)
		a.branch(bpf.JumpEqual, t.lo, yes, no)
	case testEther:
		if !ethernet {
			a.jump(no)
			return
		}
		a.either(t.dir, func(src bool, no label) {
			off := uint32(0)
			if src {
				off = 6
			}
			a.equal(func(at uint32, size int) bpf.Instruction { return bpf.LoadAbsolute{Off: off + at, Size: size} }, t.mac[:], 48, yes, no)
		}, no)
	case testNet:
		a.net(t, yes, no)
	case testPort:
		a.ports(t, yes, no)
	}
}

// either makes what asks of the source, the destination, or both.
func (a *assembler) either(dir string, ask func(src bool, no label), no label) {
	if dir == "" {
		next := a.label()
		ask(true, next)
		a.put(next)
		ask(false, no)
		return
	}
	ask(dir == "src", no)
}

// equal compares the first bits of what is loaded with those of want.
func (a *assembler) equal(load func(at uint32, size int) bpf.Instruction, want []byte, bits int, yes, no label) {
	for at := 0; at < bits; at += 32 {
		size, n := 4, min(32, bits-at)
		if len(want)-at/8 == 2 { // the end of a MAC address
			size = 2
		}
		var word [4]byte
		copy(word[4-size:], want[at/8:])
		value, mask := binary.BigEndian.Uint32(word[:]), ^uint32(0)
		if n < 8*size {
			mask <<= 8*size - n
		}
		a.add(load(uint32(at/8), size))
		if n < 8*size {
			a.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
		}
		next := a.label()
		a.branch(bpf.JumpEqual, value&mask, next, no)
		a.put(next)
	}
	a.jump(yes)
}

// net asks for addresses: of IP, and for IPv4 of ARP too, as pcap-filter does.
func (a *assembler) net(t *test, yes, no label) {
	ask := func(kind, src, dst uint32, no label) {
		a.get(memType)
		is := a.label()
		a.branch(bpf.JumpEqual, kind, is, no)
		a.put(is)
		a.base()
		a.either(t.dir, func(isSrc bool, no label) {
			off := dst
			if isSrc {
				off = src
			}
			a.equal(func(at uint32, size int) bpf.Instruction { return bpf.LoadIndirect{Off: off + at, Size: size} },
				t.prefix.Addr().AsSlice(), t.prefix.Bits(), yes, no)
		}, no)
	}
	if t.prefix.Addr().Is6() {
		ask(frame.EtherIPv6, 8, 24, no)
		return
	}
	arp := a.label()
	ask(frame.EtherIPv4, 12, 16, arp)
	a.put(arp)
	ask(frame.EtherARP, 14, 24, no)
}

func (a *assembler) ports(t *test, yes, no label) {
	protos := []uint32{frame.ProtoTCP, frame.ProtoUDP, frame.ProtoSCTP}
	if t.proto != 0 {
		protos = []uint32{t.proto}
	}
	has, found := a.label(), a.label()
	a.get(memProto)
	for i, proto := range protos {
		other := no
		if i+1 < len(protos) {
			other = a.label()
		}
		a.branch(bpf.JumpEqual, proto, has, other)
		if other != no {
			a.put(other)
		}
	}
	a.put(has)
	a.get(memPorts)
	a.branch(bpf.JumpEqual, 0, no, found)
	a.put(found)
	a.add(bpf.LoadScratch{Dst: bpf.RegX, N: memPorts})
	a.either(t.dir, func(src bool, no label) {
		off := uint32(2)
		if src {
			off = 0
		}
		a.add(bpf.LoadIndirect{Off: off, Size: 2})
		above := a.label()
		a.branch(bpf.JumpGreaterOrEqual, t.lo, above, no)
		a.put(above)
		a.branch(bpf.JumpLessOrEqual, t.hi, yes, no)
	}, no)
}
