package hospital

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"
)

const snapLen = 262144

// sorted returns the frames of c in order of time.
func (c *capture) sorted() []frame {
	out := slices.Clone(c.frames)
	slices.SortStableFunc(out, func(a, b frame) int { return a.at.Compare(b.at) })
	return out
}

// pcap writes c as a classic capture file in the byte order o, with times in
// nanoseconds or microseconds.
func (c *capture) pcap(o binary.AppendByteOrder, nano bool) []byte {
	magic, unit := uint32(0xa1b2c3d4), int64(1000)
	if nano {
		magic, unit = 0xa1b23c4d, 1
	}
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	for _, v := range []uint32{0, 0, snapLen, uint32(linkType)} {
		b = o.AppendUint32(b, v)
	}
	for _, f := range c.sorted() {
		n := uint32(len(f.data))
		for _, v := range []uint32{uint32(f.at.Unix()), uint32(int64(f.at.Nanosecond()) / unit), n, n} {
			b = o.AppendUint32(b, v)
		}
		b = append(b, f.data...)
	}
	return b
}

// gzipped compresses b; the same toolchain gives the same bytes.
func gzipped(b []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(b); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// place is where one interface of a pcapng file stood.
type place struct{ name, description string }

// pcapng writes c with one interface for each place.
func (c *capture) pcapng(comment string, places ...place) []byte {
	var buf bytes.Buffer
	face := func(p place) pcapgo.NgInterface {
		return pcapgo.NgInterface{
			Name: p.name, Description: p.description, OS: "Linux", LinkType: linkType, SnapLength: snapLen, TimestampResolution: 9,
		}
	}
	w, err := pcapgo.NewNgWriterInterface(&buf, face(places[0]), pcapgo.NgWriterOptions{
		SectionInfo: pcapgo.NgSectionInfo{Hardware: "sample", OS: "Linux", Application: "dumpcap", Comment: comment},
	})
	if err != nil {
		panic(err)
	}
	for _, p := range places[1:] {
		if _, err := w.AddInterface(face(p)); err != nil {
			panic(err)
		}
	}
	for _, f := range c.sorted() {
		ci := gopacket.CaptureInfo{Timestamp: f.at, CaptureLength: len(f.data), Length: len(f.data), InterfaceIndex: f.iface}
		if err := w.WritePacket(ci, f.data); err != nil {
			panic(err)
		}
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}
