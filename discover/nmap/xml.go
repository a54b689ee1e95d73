package nmap

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strconv"

	scan "github.com/Ullaakut/nmap/v3"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// Formats returns the formats that this package reads.
func Formats() []discover.Format { return []discover.Format{format{}} }

type format struct{}

// Name implements discover.Format.
func (format) Name() string { return "nmap-xml" }

// Match implements discover.Format. It looks past the XML declaration, the
// stylesheet and the comment with which nmap begins.
func (format) Match(head []byte) bool {
	rest := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		switch {
		case bytes.HasPrefix(rest, []byte("<?")):
			_, after, ok := bytes.Cut(rest, []byte("?>"))
			if !ok {
				return false
			}
			rest = after
		case bytes.HasPrefix(rest, []byte("<!--")):
			_, after, ok := bytes.Cut(rest, []byte("-->"))
			if !ok { // the command line in it is longer than the head
				return bytes.HasPrefix(rest, []byte("<!-- Nmap ")) && bytes.Contains(rest, []byte(" scan initiated "))
			}
			rest = after
		default:
			return beginsWith(rest, "<!DOCTYPE nmaprun") || beginsWith(rest, "<nmaprun")
		}
	}
}

// beginsWith reports whether b begins with tag and not with a longer name.
func beginsWith(b []byte, tag string) bool {
	return bytes.HasPrefix(b, []byte(tag)) && (len(b) == len(tag) || bytes.IndexByte([]byte(" \t\r\n[>/"), b[len(tag)]) >= 0)
}

// Read implements discover.Format.
func (format) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	var s discover.Summary
	err := decode(in, func(h *scan.Host, run *scan.Run) error {
		if !isHint(h) {
			s.Records++
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return emitHost(in, to, h, run, fmt.Sprintf("host %d", s.Records))
	}, to.Skip)
	return s, err
}

// Bounds for hostile files. encoding/xml neither resolves external entities nor
// expands those of a DOCTYPE; they are errors.
const (
	maxToken = 4 << 20 // octets of one tag or text: scripts print web pages into an attribute
	maxDepth = 64      // nesting of elements: nmap's own ends at about 8, tables of scripts included
	maxPorts = 1 << 17 // open ports of a host: all of TCP and UDP
	maxNames = 1 << 10 // addresses, host names, and OS matches of a host
	maxHints = 1 << 16 // hosts found up whose ports are still being looked at
)

var (
	errDepth = errors.New("elements are nested too deeply for nmap")
	errToken = errors.New("a tag or text is too long for nmap")
)

// decode calls each for every host element that r holds whole, with what is
// known of the run so far. It returns an error where r ends early or is no XML,
// saying in which host. Before that it calls each for the hosts that nmap had
// found up by then and not come to the end of; see isHint.
func decode(r io.Reader, each func(*scan.Host, *scan.Run) error, skip func(string, error)) error {
	dec := &decoder{in: &tokenReader{r: r}, each: each, skip: skip, hints: make(map[netip.Addr]*scan.Host)}
	dec.xml = xml.NewDecoder(dec.in)
	for {
		dec.in.left = maxToken
		tok, err := dec.xml.Token()
		if errors.Is(err, io.EOF) {
			return dec.end()
		}
		if err != nil {
			return cmp.Or(dec.unfinished(), dec.broken(err))
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(dec.stack) == maxDepth {
				return cmp.Or(dec.unfinished(), dec.broken(errDepth))
			}
			dec.start(tok)
			dec.stack = append(dec.stack, tok.Name.Local)
		case xml.EndElement:
			dec.stack = dec.stack[:len(dec.stack)-1]
			if err := dec.finish(tok); err != nil {
				return err
			}
		default:
		}
	}
}

// tokenReader bounds how much is read for one token; encoding/xml itself holds
// a token of any length in memory.
type tokenReader struct {
	r      io.Reader
	left   int
	failed error // other than io.EOF
}

// Read implements io.Reader.
func (t *tokenReader) Read(p []byte) (int, error) {
	if t.left <= 0 {
		t.failed = errToken
		return 0, errToken
	}
	n, err := t.r.Read(p)
	t.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		t.failed = err
	}
	return n, err
}

// decoder assembles hosts from the attributes of nmap's elements (nmap.dtd of
// nmap 7.95); all that is kept stands in attributes.
type decoder struct {
	in    *tokenReader
	xml   *xml.Decoder
	each  func(*scan.Host, *scan.Run) error
	skip  func(string, error)
	stack []string // names of the open elements
	root  bool     // the root element was seen
	run   scan.Run
	host  *scan.Host // that is being read, or nil
	port  *scan.Port // the same within it
	hosts int        // read so far
	hints map[netip.Addr]*scan.Host
}

// parent returns the name of the innermost open element.
func (d *decoder) parent() string {
	if len(d.stack) == 0 {
		return ""
	}
	return d.stack[len(d.stack)-1]
}

// start takes in a start tag.
func (d *decoder) start(e xml.StartElement) {
	name, parent := e.Name.Local, d.parent()
	switch {
	case name == "nmaprun" && parent == "":
		d.root = true
		d.run = scan.Run{Start: timestamp(attr(e, "start")), Version: attr(e, "version")}
	case name == "finished" && parent == "runstats":
		d.run.Stats.Finished = scan.Finished{Exit: attr(e, "exit"), ErrorMsg: attr(e, "errormsg")}
	case name == "host" && parent == "nmaprun":
		d.host = &scan.Host{StartTime: timestamp(attr(e, "starttime")), EndTime: timestamp(attr(e, "endtime")), TimedOut: attr(e, "timedout") == "true"}
		d.port = nil
	case name == "hosthint" && parent == "nmaprun":
		d.host, d.port = &scan.Host{Comment: hint}, nil
	case d.host == nil:
	case d.port != nil:
		d.startInPort(e, name, parent)
	default:
		d.startInHost(e, name, parent)
	}
}

func (d *decoder) startInHost(e xml.StartElement, name, parent string) {
	h := d.host
	switch {
	case name == "status" && (parent == "host" || parent == "hosthint"):
		h.Status.State = attr(e, "state")
	case name == "address" && (parent == "host" || parent == "hosthint") && len(h.Addresses) < maxNames:
		h.Addresses = append(h.Addresses, scan.Address{Addr: attr(e, "addr"), AddrType: attr(e, "addrtype"), Vendor: attr(e, "vendor")})
	case name == "hostname" && parent == "hostnames" && len(h.Hostnames) < maxNames:
		h.Hostnames = append(h.Hostnames, scan.Hostname{Name: attr(e, "name"), Type: attr(e, "type")})
	case name == "port" && parent == "ports":
		n, err := strconv.ParseUint(attr(e, "portid"), 10, 16)
		if err != nil {
			d.skip(d.place(), fmt.Errorf("port number %q: not from 0 to 65535", fact.Clean(attr(e, "portid"))))
			return
		}
		d.port = &scan.Port{ID: uint16(n), Protocol: attr(e, "protocol")}
	case name == "osmatch" && parent == "os" && len(h.OS.Matches) < maxNames:
		h.OS.Matches = append(h.OS.Matches, scan.OSMatch{Name: attr(e, "name"), Accuracy: number(attr(e, "accuracy"))})
	case name == "osclass" && parent == "osmatch" && len(h.OS.Matches) > 0:
		m := &h.OS.Matches[len(h.OS.Matches)-1]
		if len(m.Classes) < maxNames {
			m.Classes = append(m.Classes, scan.OSClass{Vendor: attr(e, "vendor"), Family: attr(e, "osfamily"), Type: attr(e, "type"), Accuracy: number(attr(e, "accuracy"))})
		}
	case name == "script" && parent == "hostscript" && len(h.HostScripts) < maxNames && readsScript(attr(e, "id")):
		h.HostScripts = append(h.HostScripts, scan.Script{ID: attr(e, "id"), Output: attr(e, "output")})
	}
}

func (d *decoder) startInPort(e xml.StartElement, name, parent string) {
	switch {
	case name == "state" && parent == "port":
		d.port.State.State = attr(e, "state")
	case name == "service" && parent == "port":
		d.port.Service = scan.Service{
			Name: attr(e, "name"), Method: attr(e, "method"), Tunnel: attr(e, "tunnel"),
			Product: attr(e, "product"), Version: attr(e, "version"), ExtraInfo: attr(e, "extrainfo"),
		}
	}
}

// finish takes in an end tag.
func (d *decoder) finish(e xml.EndElement) error {
	switch name, parent := e.Name.Local, d.parent(); {
	case name == "port" && parent == "ports" && d.port != nil:
		if isOpen(d.port.State.State) && len(d.host.Ports) < maxPorts {
			d.host.Ports = append(d.host.Ports, *d.port)
		}
		d.port = nil
	case name == "host" && parent == "nmaprun" && d.host != nil:
		h := d.host
		d.hosts++
		d.host, d.port = nil, nil
		if ip, ok := addressOf(h); ok {
			delete(d.hints, ip)
		}
		return d.each(h, &d.run)
	case name == "hosthint" && parent == "nmaprun" && d.host != nil:
		h := d.host
		d.host, d.port = nil, nil
		if ip, ok := addressOf(h); ok && len(d.hints) < maxHints {
			d.hints[ip] = h
		}
	}
	return nil
}

// hint marks, in the comment that nmap itself leaves empty, a host of which only
// a hosthint element is known.
const hint = "hosthint"

// isHint reports whether nmap had found h up, and nothing more, when its file
// ended. nmap looks at the ports of many hosts at a time and writes none of them
// before all are done, so that a scan that is stopped may hold no others.
func isHint(h *scan.Host) bool { return h.Comment == hint }

// unfinished passes on the hints that no host followed.
func (d *decoder) unfinished() error {
	for _, ip := range slices.SortedFunc(maps.Keys(d.hints), netip.Addr.Compare) {
		if err := d.each(d.hints[ip], &d.run); err != nil {
			return err
		}
	}
	return nil
}

// end returns what is wrong with a document that ends well as XML.
func (d *decoder) end() error {
	if !d.root {
		return fmt.Errorf("nmap XML ended before its first element: %w", io.ErrUnexpectedEOF)
	}
	if f := d.run.Stats.Finished; f.ErrorMsg != "" || f.Exit == "error" {
		return said("nmap itself ended with an error after %d hosts: %s", d.hosts, f.ErrorMsg)
	}
	return nil
}

// broken says where the document broke.
func (d *decoder) broken(err error) error {
	where := fmt.Sprintf("after host %d", d.hosts)
	if d.host != nil {
		where = fmt.Sprintf("in the middle of %s", d.place())
	}
	var syntax *xml.SyntaxError
	line, _ := d.xml.InputPos()
	switch {
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return fmt.Errorf("nmap XML ended %s: nmap was stopped there, or the file was cut: %w", where, io.ErrUnexpectedEOF)
	case errors.As(err, &syntax):
		return said("nmap XML is damaged %s, line %d: %s", where, line, syntax.Msg)
	}
	if d.in.failed != nil || errors.Is(err, errDepth) {
		return fmt.Errorf("nmap XML could not be read %s, line %d: %w", where, line, err)
	}
	return said("nmap XML could not be read %s, line %d: %s", where, line, err.Error())
}

// said makes an error of texts that stand in the file.
func said(format string, args ...any) error {
	return errors.New(fact.Clean(fmt.Sprintf(format, args...)))
}

// place names the host that is being read.
func (d *decoder) place() string {
	place := fmt.Sprintf("host %d", d.hosts+1)
	if ip, ok := addressOf(d.host); ok {
		place += fmt.Sprintf(" (%s)", ip)
	}
	return place
}

// attr returns the value of an attribute, empty where there is none.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// number reads a percentage; what is none is 0.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 7)
	if err != nil || n > 100 {
		return 0
	}
	return int(n)
}
