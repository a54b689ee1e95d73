package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/cmd/kanmon/internal/config"
)

const full = `version: 1
folder: /var/lib/kanmon
site: site.yaml
register: register.yaml
signatures: [own.yaml]
evidence: [inbox]
traffic: probe
exclude: [10.9.0.0/16]
keep: 7
tell: [ways-out, links]
listen:
  - {interface: eth1, vantage: server room, duration: 90s}
  - {interface: eth2}
snmp:
  agents: [10.0.0.1]
  follow: [10.0.0.0/24, 10.0.9.1]
  follow_arp: true
  version: "3"
  user: kanmon
  auth_protocol: SHA-256
  privacy_protocol: AES
  secrets_file: secrets
scan:
  targets: [10.1.0.0/24]
  ports: 80,443
`

func TestLoad(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     config.Nightly
	}{
		{name: "everything", in: full, want: config.Nightly{
			Folder: "/var/lib/kanmon", Site: "site.yaml", Register: "register.yaml",
			Signatures: []string{"own.yaml"}, Evidence: []string{"inbox"},
			Traffic: "probe", Exclude: []string{"10.9.0.0/16"}, Keep: 7, Tell: []string{config.TellWaysOut, config.TellLinks},
			Listen: []config.Listen{
				{Interface: "eth1", Vantage: "server room", Duration: 90 * time.Second},
				{Interface: "eth2", Duration: 10 * time.Minute},
			},
			SNMP: config.SNMP{
				Agents: []string{"10.0.0.1"}, Follow: []string{"10.0.0.0/24", "10.0.9.1"}, FollowARP: true, Version: "3", User: "kanmon",
				Auth: "SHA-256", Priv: "AES", SecretsFile: "secrets",
			},
			Scan: config.Scan{Targets: []string{"10.1.0.0/24"}, Ports: "80,443"},
		}},
		{name: "what is not said", in: "version: 1\nfolder: runs\nevidence: [inbox]\n", want: config.Nightly{
			Folder: "runs", Evidence: []string{"inbox"}, Keep: 30, Tell: []string{config.TellWaysOut, config.TellNewDevices},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Load(strings.NewReader(tt.in), "nightly.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const start = "version: 1\nfolder: runs\n"
	for _, tt := range []struct{ name, in, want string }{
		{"misspelt key", start + "exlude: [10.9.0.0/16]\n", `nightly.yaml:3: key "exlude" is not known here`},
		{"unknown traffic", start + "evidence: [x]\ntraffic: loud\n", `nightly.yaml:4: traffic: traffic level "loud"`},
		{"excluded name", start + "evidence: [x]\nexclude:\n  - 10.0.0.1\n  - host.example\n", `nightly.yaml:6: exclude: "host.example"`},
		{"range of agents", start + "traffic: query\nsnmp:\n  agents: [10.0.0.0/24]\n", `nightly.yaml:5: snmp: agents: 10.0.0.0/24`},
		{"named agent", start + "traffic: query\nsnmp:\n  agents: [switch]\n", `nightly.yaml:5: snmp: agents: "switch"`},
		{"agents without leave", start + "snmp:\n  agents: [10.0.0.1]\n", `nightly.yaml:4: snmp: agents are named, but traffic: listen`},
		{"targets without leave", start + "traffic: query\nscan:\n  targets: [10.0.0.0/24]\n", `nightly.yaml:5: scan: targets are named, but traffic: query`},
		{"listen without leave", start + "traffic: none\nlisten:\n  - interface: eth0\n", `nightly.yaml:5: listen: `},
		{"follow nobody", start + "evidence: [x]\ntraffic: query\nsnmp:\n  follow: [10.0.0.0/24]\n", `nightly.yaml:6: snmp: follow asks whom agents tell of`},
		{"follow a name", start + "traffic: query\nsnmp:\n  agents: [10.0.0.1]\n  follow: [core]\n", `nightly.yaml:6: snmp: follow: "core"`},
		{"follow caches nowhere", start + "traffic: query\nsnmp:\n  agents: [10.0.0.1]\n  follow_arp: true\n", `nightly.yaml:6: snmp: follow_arp: no prefix`},
		{"follow caches perhaps", start + "traffic: query\nsnmp:\n  agents: [10.0.0.1]\n  follow: [10.0.0.0/24]\n  follow_arp: perhaps\n", `nightly.yaml:7: snmp: follow_arp: "perhaps"`},
		{"snmp version", start + "traffic: query\nsnmp:\n  agents: [10.0.0.1]\n  version: 4\n", `nightly.yaml:6: snmp: version "4"`},
		{"no interface", start + "listen:\n  - vantage: x\n", `nightly.yaml:4: listen: an entry has no interface`},
		{"another version", "version: 2\nfolder: runs\nevidence: [x]\n", `nightly.yaml:1: version "2" is not known`},
		{"no folder", "version: 1\nevidence: [x]\n", "folder is missing"},
		{"nothing to do", start, "nothing to do"},
		{"keep nothing", start + "evidence: [x]\nkeep: 0\n", `nightly.yaml:4: keep: "0"`},
		{"keep what is no number", start + "evidence: [x]\nkeep: many\n", `nightly.yaml:4: keep: "many"`},
		{"listen to nothing", start + "listen: [{vantage: x}]\n", "an entry has no interface"},
		{"listen backward", start + "listen: [{interface: e, duration: -1s}]\n", `nightly.yaml:3: listen: duration "-1s"`},
		{"tell of what is unknown", start + "evidence: [x]\ntell: [everything]\n", `nightly.yaml:4: tell: "everything"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(strings.NewReader(tt.in), "nightly.yaml")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// What Load takes can be run: it has a folder, something to do, and keeps what
// it does.
func FuzzLoad(f *testing.F) {
	f.Add(full)
	f.Add("version: 1\nfolder: runs\nkeep: 0\n")
	f.Fuzz(func(t *testing.T, in string) {
		n, err := config.Load(strings.NewReader(in), "nightly.yaml")
		if err != nil {
			return
		}
		if n.Folder == "" || n.Keep < 1 || len(n.Tell) == 0 {
			t.Errorf("took %+v", n)
		}
		for _, l := range n.Listen {
			if l.Interface == "" || l.Duration <= 0 {
				t.Errorf("listens %+v", l)
			}
		}
	})
}
