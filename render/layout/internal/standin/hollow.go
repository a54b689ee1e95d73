package standin

// WebAssembly section and type codes (core specification 2.0, 5.3 and 5.5).
const (
	sectionType     = 1
	sectionFunction = 3
	sectionExport   = 7
	sectionCode     = 10
	exportFunction  = 0
	headerLen       = 8 // magic and version
)

// getterPrefix begins the names of the functions that go-graphviz's init calls
// to learn the values of C constants.
const getterPrefix = "wasm_bridge_get_"

// hollow makes a module that exports every function of module whose name
// begins with getterPrefix, each taking nothing and returning zero. Those are
// all that go-graphviz's init calls.
func hollow(module []byte) (out []byte, ok bool) {
	exports, ok := exportSection(module)
	if !ok {
		return nil, false
	}
	r := reader{rest: exports}
	var table []byte
	found := uint32(0)
	for range r.number() {
		name := r.bytes(r.number())
		kind := r.bytes(1)
		r.number()
		if r.failed {
			return nil, false
		}
		if kind[0] == exportFunction && len(name) > len(getterPrefix) && string(name[:len(getterPrefix)]) == getterPrefix {
			table = appendNumber(table, uint32(len(name)))
			table = append(append(table, name...), exportFunction, 0)
			found++
		}
	}
	out = append(out, module[:headerLen]...)
	out = appendSection(out, sectionType, []byte{1, 0x60, 0, 1, 0x7f}) // one type: () -> i32
	out = appendSection(out, sectionFunction, []byte{1, 0})            // one function of that type
	out = appendSection(out, sectionExport, append(appendNumber(nil, found), table...))
	out = appendSection(out, sectionCode, []byte{1, 4, 0, 0x41, 0, 0x0b}) // i32.const 0, end
	return out, found > 0
}

// exportSection finds the body of the export section.
func exportSection(module []byte) ([]byte, bool) {
	if len(module) < headerLen {
		return nil, false
	}
	r := reader{rest: module[headerLen:]}
	for len(r.rest) > 0 {
		id := r.bytes(1)
		body := r.bytes(r.number())
		if r.failed {
			return nil, false
		}
		if id[0] == sectionExport {
			return body, true
		}
	}
	return nil, false
}

// reader takes a module apart; once failed, it returns zeros.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) bytes(n uint32) []byte {
	if r.failed || uint64(n) > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

// number reads an unsigned LEB128 of 32 bits.
func (r *reader) number() uint32 {
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		b := r.bytes(1)
		if r.failed {
			return 0
		}
		v |= uint32(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			return v
		}
	}
	r.failed = true
	return 0
}

func appendNumber(to []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		to = append(to, byte(v)|0x80)
	}
	return append(to, byte(v))
}

func appendSection(to []byte, id byte, body []byte) []byte {
	to = appendNumber(append(to, id), uint32(len(body)))
	return append(to, body...)
}
