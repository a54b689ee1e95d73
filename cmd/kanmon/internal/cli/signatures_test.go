package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/topology"
)

// ownSignature is a signature file of a hospital's own.
func ownSignature(id, remote, name string) string {
	return fmt.Sprintf(`version: 1
signatures:
  - id: %s
    service: Own service
    service_ja: 自院の登録
    category: vendor-vpn
    transport: [ipsec]
    match:
      remotes: [%s]
      domains: ["*.%s"]
    source: contract 12
    confidence: high
    examples:
      match: [{remote: %s}, {domain: gw.%s}]
      reject: [{remote: 203.0.113.254}]
`, id, remote, name, remote, name)
}

func writeAll(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestOwnSignatures: a file of the hospital's own names a way out that kanmon
// knows only by its address, and the map says that it was made with it.
func TestOwnSignatures(t *testing.T) {
	_, paths := sampleEvidence(t)
	snapshot := func(more ...string) (s topology.Snapshot) {
		decode(t, kanmon(t, slices.Concat([]string{"map", "--json"}, more, paths)...).want(t, 0).stdout, &s)
		return s
	}
	tunnel := func(s *topology.Snapshot, remote string) topology.ExternalConnection {
		for _, c := range s.ExternalConnections {
			for _, a := range c.Remote.Addresses {
				if c.Category == topology.VendorVPN && (remote == "" || remote == a.String()) {
					return c
				}
			}
		}
		t.Fatalf("no VPN with a known address %s in the sample", remote)
		return topology.ExternalConnection{}
	}
	before := snapshot()
	c := tunnel(&before, "")
	remote := c.Remote.Addresses[0].String()
	dir := writeAll(t, map[string]string{"vendors.yaml": ownSignature("own-vendor", remote, "own.example"), "notes.txt": "not one"})

	after := snapshot("--signatures", dir)
	if got := tunnel(&after, remote); got.Signature != "own-vendor" || got.Service != "Own service" || got.ServiceJA != "自院の登録" || got.ID != c.ID {
		t.Errorf("the way out is %s %q %q of %q, want own-vendor with the ID %s it had", got.ID, got.Service, got.ServiceJA, got.Signature, c.ID)
	}
	i := slices.IndexFunc(after.Inputs, func(i topology.Input) bool { return i.Format == "signatures" })
	if i < 0 || after.Inputs[i].Name != "vendors.yaml" || after.Inputs[i].Records != 1 || !strings.HasPrefix(after.Inputs[i].Digest, "sha256:") {
		t.Errorf("the file is not told of: %+v", after.Inputs)
	}
	if len(after.Inputs) != len(before.Inputs)+1 {
		t.Errorf("%d inputs with the file, %d without", len(after.Inputs), len(before.Inputs))
	}
}

func TestSignaturesCheck(t *testing.T) {
	dir := writeAll(t, map[string]string{
		"a.yaml":     ownSignature("teamviewer", "203.0.113.1", "a.example"),
		"b.yaml":     ownSignature("own-b", "203.0.113.2", "teamviewer.com"),
		"again.yaml": ownSignature("own-b", "203.0.113.3", "c.example"),
		"bad.yaml":   strings.Replace(ownSignature("own-d", "203.0.113.4", "d.example"), "confidence: high", "confidence: sure", 1),
		"cloud.yaml": ownSignature("own-e", "203.0.113.5", "amazonaws.com"),
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"takes the place", []string{"check", file("a.yaml")}, 0, "a.yaml: 1 signatures, no fault found", `"teamviewer" is yours, and takes the place`},
		{"goes before", []string{"check", file("b.yaml")}, 0, "no fault found", `"own-b" goes before kanmon's "teamviewer" for domain router1.teamviewer.com`},
		{"two with one id", []string{"check", file("b.yaml"), file("again.yaml")}, 2, "", `again.yaml: id "own-b" is used already`},
		{"fault with its line", []string{"check", file("bad.yaml")}, 2, "", "bad.yaml:12: confidence"},
		{"names of many", []string{"check", file("cloud.yaml")}, 2, "", "belong to many parties"},
		{"folder", []string{"check", dir}, 2, "", "is used already"},
		{"folder without", []string{"check", t.TempDir()}, 2, "", "no .yaml file"},
		{"no file", []string{"check", file("none.yaml")}, 2, "", "none.yaml"},
		{"list", []string{"list"}, 0, "remote-support", ""},
		{"list with own", []string{"list", "--signatures", file("b.yaml")}, 0, "own-b", ""},
		{"list in Japanese", []string{"list", "--lang", "ja", "--signatures", file("b.yaml")}, 0, "自院の登録", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := kanmon(t, append([]string{"signatures"}, tt.args...)...).want(t, tt.code)
			if !strings.Contains(r.stdout, tt.stdout) || !strings.Contains(r.stderr, tt.stderr) {
				t.Errorf("stdout %q, want %q\nstderr %q, want %q", r.stdout, tt.stdout, r.stderr, tt.stderr)
			}
		})
	}
}

// TestSignaturesTemplate: what is printed to start from is a signature file.
func TestSignaturesTemplate(t *testing.T) {
	dir := writeAll(t, map[string]string{"own.yaml": kanmon(t, "signatures", "template").want(t, 0).stdout})
	kanmon(t, "signatures", "check", dir).want(t, 0)
	var got struct {
		Signatures []struct {
			ID, Source string
		} `json:"signatures"`
	}
	decode(t, kanmon(t, "signatures", "list", "--json", "--signatures", dir).want(t, 0).stdout, &got)
	if len(got.Signatures) < 100 {
		t.Errorf("%d signatures are listed", len(got.Signatures))
	}
	for _, s := range got.Signatures {
		if s.ID == "" || s.Source == "" {
			t.Errorf("listed without id or source: %+v", s)
		}
	}
}

// TestSignaturesOnRealCaptures: of captures of real networks, those with a
// service that kanmon knows show it, and the others show none.
func TestSignaturesOnRealCaptures(t *testing.T) {
	dir := filepath.Join(sharedData(t), "captures")
	want := map[string][]string{
		"remote/ndpi__teamviewer.pcap":        {"teamviewer"},
		"vpn-other/ndpi__anyconnect-vpn.pcap": {"anyconnect"},
		"vpn-other/ndpi__softether.pcap":      {"softether"},
		"vpn-other/ndpi__tailscale.pcap":      {"tailscale"},
		"vpn-other/ndpi__tor.pcap":            {"tor"},
	}
	read := 0
	for _, folder := range []string{"cloud", "dns", "http", "mixed-lan", "mdns-ssdp-wsd", "quic", "remote", "tls", "vpn-other"} {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*.pcap*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			var s topology.Snapshot
			r := kanmon(t, "map", "--json", "-q", path)
			if r.stdout == "" {
				continue // nothing of it could be read
			}
			read++
			decode(t, r.stdout, &s)
			var got []string
			for _, c := range s.ExternalConnections {
				if c.Signature != "" {
					got = append(got, c.Signature)
				}
			}
			slices.Sort(got)
			if got, want := slices.Compact(got), want[folder+"/"+filepath.Base(path)]; !slices.Equal(got, want) {
				t.Errorf("%s/%s shows %q, want %q", folder, filepath.Base(path), got, want)
			}
		}
	}
	if read < 20 {
		t.Errorf("only %d captures were read", read)
	}
}
