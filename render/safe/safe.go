// Package safe is the last barrier between what was heard on a network and what
// is written for people: every renderer passes its input through Deep before it
// writes a byte, so that no renderer depends on somebody else having cleaned.
//
// It makes texts harmless to show. It does not escape them: each renderer does
// that for its own syntax.
package safe

import (
	"reflect"

	"kanmon/discover/fact" //nolint:depguard // one rule for clean text in the whole program, kept where texts come in
)

// Text returns s without control characters and without characters that
// reorder or hide their neighbours, at most fact.MaxText runes long.
func Text(s string) string { return fact.Clean(s) }

// Hidden reports whether r acts on a display instead of showing on it: what
// Text replaces or drops.
func Hidden(r rune) bool { return fact.Hidden(r) }

// Deep returns a copy of v in which every text has gone through Text: strings
// and types made from them, in structs, slices, arrays, maps and behind
// pointers. Values with unexported fields, such as time.Time and netip.Addr,
// hold no text of others and are copied as they are. v is not changed.
func Deep[T any](v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	clean(out, reflect.ValueOf(&v).Elem())
	if c, ok := out.Interface().(T); ok {
		return c
	}
	return v // only an interface that holds nil: there is nothing to clean
}

// clean sets dst to the clean copy of src. Both have the same type.
func clean(dst, src reflect.Value) {
	switch src.Kind() {
	case reflect.String:
		dst.SetString(Text(src.String()))
	case reflect.Struct:
		cleanStruct(dst, src)
	case reflect.Slice:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			clean(dst.Index(i), src.Index(i))
		}
	case reflect.Array:
		for i := range src.Len() {
			clean(dst.Index(i), src.Index(i))
		}
	case reflect.Map:
		cleanMap(dst, src)
	case reflect.Pointer:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.New(src.Type().Elem()))
		clean(dst.Elem(), src.Elem())
	default:
		dst.Set(src)
	}
}

func cleanStruct(dst, src reflect.Value) {
	for i := range src.NumField() {
		if !src.Type().Field(i).IsExported() {
			dst.Set(src)
			return
		}
	}
	for i := range src.NumField() {
		clean(dst.Field(i), src.Field(i))
	}
}

func cleanMap(dst, src reflect.Value) {
	if src.IsNil() {
		return
	}
	dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
	for it := src.MapRange(); it.Next(); {
		k, v := reflect.New(src.Type().Key()).Elem(), reflect.New(src.Type().Elem()).Elem()
		clean(k, it.Key())
		clean(v, it.Value())
		dst.SetMapIndex(k, v)
	}
}
