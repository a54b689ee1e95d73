package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// archive is the zip file of a workbook with its parts in a fixed order and
// without times. excelize writes streamed sheets in the order of a map.
//
// Parts are kept compressed until Close: XML of a table is about a twentieth of
// its size then.
type archive struct {
	w     io.Writer
	parts []*part
}

type part struct {
	name string
	data bytes.Buffer
	flat *flate.Writer
	sum  hash.Hash32
	size uint64
}

func newArchive(w io.Writer) excelize.ZipWriter { return &archive{w: w} }

// Create begins a part.
func (a *archive) Create(name string) (io.Writer, error) {
	p := &part{name: name, sum: crc32.NewIEEE()}
	var err error
	if p.flat, err = flate.NewWriter(&p.data, flate.DefaultCompression); err != nil {
		return nil, fmt.Errorf("part %s: %w", name, err)
	}
	a.parts = append(a.parts, p)
	return p, nil
}

// Write adds to the part.
func (p *part) Write(b []byte) (int, error) {
	p.size += uint64(len(b))
	if _, err := p.sum.Write(b); err != nil {
		return 0, err
	}
	return p.flat.Write(b)
}

// AddFS is asked for by the interface; a workbook has no file systems.
func (*archive) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the parts: [Content_Types].xml first, as readers that look only
// at the beginning of a file expect, the others by name.
func (a *archive) Close() error {
	slices.SortFunc(a.parts, func(x, y *part) int {
		first := func(p *part) string { return strings.Replace(p.name, "[Content_Types].xml", "\x00", 1) }
		return strings.Compare(first(x), first(y))
	})
	z := zip.NewWriter(a.w)
	for _, p := range a.parts {
		if err := p.flat.Close(); err != nil {
			return fmt.Errorf("part %s: %w", p.name, err)
		}
		out, err := z.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Deflate, CRC32: p.sum.Sum32(),
			CompressedSize64: uint64(p.data.Len()), UncompressedSize64: p.size,
		})
		if err != nil {
			return fmt.Errorf("part %s: %w", p.name, err)
		}
		if _, err := p.data.WriteTo(out); err != nil {
			return fmt.Errorf("part %s: %w", p.name, err)
		}
	}
	return z.Close()
}
