package cli

import (
	"fmt"
	"io"
	"os"
	"slices"

	"kanmon/discover"
	"kanmon/discover/nmap"
	"kanmon/discover/pcap"
	"kanmon/discover/routerconf"
	"kanmon/discover/snmp"
	"kanmon/render/json"
	"kanmon/topology"
	"kanmon/topology/build"
	"kanmon/topology/classify/signature"
	"kanmon/topology/register"
	"kanmon/topology/site"
)

// formats is the one list of what kanmon reads.
func formats() []discover.Format {
	return slices.Concat(
		[]discover.Format{discover.EvidenceFormat()},
		pcap.Formats(),
		nmap.Formats(),
		snmp.Formats(),
		routerconf.Formats(), // last: its texts are told by more than one sign
	)
}

// maxConfig bounds a configuration file in octets; no hand-written one comes
// near it.
const maxConfig = 16 << 20

// load opens path, bounds it, and passes it to parse. Its errors are of
// exitUsage: configuration is read before anything is done.
func load[T any](path string, parse func(io.Reader, string) (T, error)) (T, error) {
	var zero T
	f, err := openFile(path)
	if err != nil {
		return zero, usage("", "%w", err)
	}
	defer f.Close()
	v, err := parse(io.LimitReader(f, maxConfig), path)
	if err != nil {
		return zero, usage("", "%w", err)
	}
	return v, nil
}

// openFile opens a file for reading, and nothing else: a pipe or a device may
// never end, and to open one may already wait for ever.
func openFile(path string) (*os.File, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file: folders, pipes and devices are not read here", path)
	}
	return os.Open(path)
}

// loadBuildOptions reads the site file, the register and the signatures.
func (a *app) loadBuildOptions(siteFile, registerFile string, signaturePaths []string) (build.Options, error) {
	var o build.Options
	sigs, err := signature.Default()
	if err != nil {
		return o, fmt.Errorf("embedded signatures: %w", err)
	}
	own, err := loadSignatures(signaturePaths)
	if err != nil {
		return o, err
	}
	a.tellReplaced(sigs, own)
	o.Signatures, o.Inputs = sigs.With(own.set), own.files
	if siteFile != "" {
		if o.Site, err = load(siteFile, site.Load); err != nil {
			return o, err
		}
	}
	if registerFile != "" {
		if o.Register, err = load(registerFile, register.Load); err != nil {
			return o, err
		}
	}
	return o, nil
}

// loadSnapshot reads a snapshot: the file, or the folder that map wrote it
// into.
func loadSnapshot(path string) (*topology.Snapshot, error) {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		path += "/snapshot.json"
	}
	f, err := openFile(path)
	if err != nil {
		return nil, usage("name a snapshot.json, or the folder that holds it", "%w", err)
	}
	defer f.Close()
	s, err := json.Read(f)
	if err != nil {
		return nil, usage("name a snapshot.json that kanmon wrote", "%s: %w", path, err)
	}
	return s, nil
}

// maxSecrets bounds a file of secrets, in octets.
const maxSecrets = 64 << 10

// readPrivate reads a file of secrets, which what names, and which nobody but its
// owner may read.
func readPrivate(path, what string) ([]byte, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, usage("", "%s: %w", what, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, usage("", "%s: %w", what, err)
	}
	if othersMayRead(st) {
		return nil, usage("chmod 600 "+path, "%s: %s can be read by other users", what, path)
	}
	if st.Size() > maxSecrets {
		return nil, usage("", "%s: %s has more than %d octets", what, path, maxSecrets)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecrets)) //nolint:forbidigo // it is bounded
	if err != nil {
		return nil, usage("", "%s: %w", what, err)
	}
	return b, nil
}
