package lab_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab"
)

// file is the text of a host's file.
func file(t *testing.T, p *lab.Plan, host, name string) string {
	t.Helper()
	for _, f := range p.Host(host).Files {
		if f.Name == name {
			return f.Text
		}
	}
	t.Fatalf("%s has no file %s", host, name)
	return ""
}

func TestOutside(t *testing.T) {
	for _, tt := range []struct{ name, addr, want string }{
		{"upper of a /30", "203.0.113.10/30", "203.0.113.9/30"},
		{"lower of a /30", "203.0.113.77/30", "203.0.113.78/30"},
		{"upper of a /31", "198.51.100.99/31", "198.51.100.98/31"},
		{"lower of a /31", "198.51.100.98/31", "198.51.100.99/31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &lab.Plan{}
			internet := p.Add(lab.Host{Name: "internet", OUI: "00:00:5e"})
			internet.File("dnsmasq.conf", "no-hosts\n")
			p.Outside("far", tt.addr, "far.example")
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, internet.Interface("far").Addrs[0].String()); diff != "" {
				t.Errorf("the internet's end (-want +got):\n%s", diff)
			}
			addr, _, _ := strings.Cut(tt.addr, "/")
			if diff := cmp.Diff("no-hosts\nhost-record=far.example,"+addr+"\n", file(t, p, "internet", "dnsmasq.conf")); diff != "" {
				t.Errorf("its names (-want +got):\n%s", diff)
			}
		})
	}
}

// A lab that is made tomorrow has the keys of the one that was recorded.
func TestKeysStay(t *testing.T) {
	a, b := lab.Hospital(), lab.Hospital()
	for _, at := range []struct{ host, file string }{
		{"mr-box", "openvpn.conf"}, {"mr-vendor", "openvpn.conf"}, {"kyushoku-sv", "wg0.conf"}, {"menu-vendor", "wg0.conf"},
	} {
		if diff := cmp.Diff(file(t, a, at.host, at.file), file(t, b, at.host, at.file)); diff != "" {
			t.Errorf("%s %s is not the same twice:\n%s", at.host, at.file, diff)
		}
	}
}

// Both ends of the OpenVPN tunnel take the other's certificate, and for its
// own use only.
func TestCertificates(t *testing.T) {
	p := lab.Hospital()
	section := func(host, name string) []byte {
		found := regexp.MustCompile(`(?s)<` + name + `>\n(.*?)</` + name + `>`).FindStringSubmatch(file(t, p, host, "openvpn.conf"))
		if found == nil {
			t.Fatalf("%s has no %s", host, name)
		}
		return []byte(found[1])
	}
	for _, tt := range []struct {
		host, peer string
		use, other x509.ExtKeyUsage
	}{
		{"mr-box", "mr-vendor", x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		{"mr-vendor", "mr-box", x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	} {
		if _, err := tls.X509KeyPair(section(tt.host, "cert"), section(tt.host, "key")); err != nil {
			t.Errorf("%s: %v", tt.host, err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(section(tt.peer, "ca"))
		block, _ := pem.Decode(section(tt.host, "cert"))
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{tt.use}}); err != nil {
			t.Errorf("%s is not taken by %s: %v", tt.host, tt.peer, err)
		}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{tt.other}}); err == nil {
			t.Errorf("%s is taken for the other end", tt.host)
		}
	}
}

func TestNeeds(t *testing.T) {
	all := lab.Hospital().Packages()
	for _, want := range []string{"libcharon-extra-plugins", "libstrongswan-standard-plugins", "openvpn", "strongswan-charon", "strongswan-swanctl", "wireguard-go", "wireguard-tools"} {
		if !slices.Contains(all, want) {
			t.Errorf("%s is not among %v", want, all)
		}
	}
	if all := lab.Twin().Packages(); slices.Contains(all, "openvpn") || !slices.Contains(all, "strongswan-charon") {
		t.Errorf("the twin needs %v: want strongswan-charon and no openvpn", all)
	}
}
