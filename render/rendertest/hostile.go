// Package rendertest holds what the tests of every renderer need: a snapshot of
// a hospital that does not exist, and values whose every text is an attack.
package rendertest

import (
	"fmt"
	"reflect"
	"strings"
)

// Attacks returns the texts that must reach no output unescaped.
func Attacks() []string {
	return []string{
		`<script>alert(1)</script>`,
		`"];digraph`,
		`=cmd|' /C calc'!A0`,
		"\x1b[31mred\x1b]0;title\x07",
		"\u202egnp.exe\u2066",
		strings.Repeat("長い", 1700),
		"nul\x00byte",
		`javascript:alert(1)`,
		`" onmouseover="alert(1)`,
		`'-->]]></style></svg><img src=x onerror=alert(1)>`,
		"+1\tcell\r\n@SUM(1)",
		"\x9b31m\x7f",
		"invalid\xff\xfeutf8",
		`{{.Site}}</details><base href=//x>`,
		`&C&"x"&G_x0041_`,
	}
}

// Fill returns a T in which every text is one of Attacks, with a number that
// makes it unlike any other, and every list has three elements. shift
// decides which text goes where, so that len(Attacks()) values of it put every
// text into every field.
func Fill[T any](shift int) T {
	return fill[T](filler{n: shift, texts: Attacks()})
}

// Plain returns a T of the same shape as Fill's, with harmless texts.
func Plain[T any]() T { return fill[T](filler{texts: []string{"text"}}) }

func fill[T any](f filler) T {
	var v T
	f.fill(reflect.ValueOf(&v).Elem())
	return v
}

type filler struct {
	n     int
	texts []string
}

func (f *filler) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		text := f.texts[f.n%len(f.texts)]
		if len(text) > 1000 { // its end will be cut off
			v.SetString(fmt.Sprint(f.n, text))
		} else {
			v.SetString(fmt.Sprint(text, f.n))
		}
		f.n++
	case reflect.Int, reflect.Int64:
		f.n++
		v.SetInt(int64(f.n))
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		f.n++
		v.SetUint(uint64(f.n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			f.fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				return
			}
		}
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	default:
	}
}
