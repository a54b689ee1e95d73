package render_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/topology"
	"kanmon/topology/register"
)

func TestMessagesHaveBothLanguages(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z]`)
	for _, k := range render.Keys() {
		ja, en := render.Japanese.T(k), render.English.T(k)
		if ja == "" || en == "" {
			t.Errorf("%s: ja %q, en %q: both must have a text", k, ja, en)
		}
		if j, e := verb.FindAllString(ja, -1), verb.FindAllString(en, -1); !slices.Equal(j, e) {
			t.Errorf("%s: verbs %v in Japanese, %v in English", k, j, e)
		}
		if k == "comma" {
			continue // it ends with a space in English
		}
		if strings.TrimSpace(ja) != ja || strings.TrimSpace(en) != en {
			t.Errorf("%s: space around the text", k)
		}
	}
}

// TestMessagesCoverTopology holds the texts against every value that a snapshot
// can have.
func TestMessagesCoverTopology(t *testing.T) {
	statuses := []topology.Status{topology.Approved, topology.Unapproved, topology.Expired, topology.Changed}
	var want []string
	for _, c := range topology.Categories() {
		want = append(want, "category."+string(c), "outside."+string(c), "next.unapproved."+string(c))
	}
	for _, s := range statuses {
		want = append(want, "status."+string(s))
	}
	want = append(want, "next.unapproved.inbound", "next.approved", "next.expired", "next.changed")
	for _, g := range []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred} {
		want = append(want, "grade."+string(g), "grade."+string(g)+".long")
	}
	for _, d := range []topology.Direction{topology.Outbound, topology.Inbound, topology.Both} {
		want = append(want, "direction."+string(d))
	}
	for _, r := range []topology.Role{
		topology.RoleRouter, topology.RoleFirewall, topology.RoleSwitch, topology.RoleAP, topology.RoleController,
		topology.RoleModem, topology.RoleServer, topology.RoleStorage, topology.RoleModality, topology.RoleAnalyzer,
		topology.RoleMonitor, topology.RolePC, topology.RolePrinter, topology.RolePhone, topology.RoleCamera,
		topology.RoleUPS, topology.RoleUnmanaged, "other",
	} {
		want = append(want, "role."+string(r))
	}
	for _, b := range []string{
		topology.BlindInput, topology.BlindGap, topology.BlindFilter, topology.BlindNoSNMP,
		topology.BlindSubnet, topology.BlindNoSource, topology.BlindPassive, topology.BlindOnePort, topology.BlindMirror, topology.BlindReplaced, topology.BlindPublic,
	} {
		want = append(want, "blind."+b, "blind.next."+b)
	}
	for _, c := range []string{"address-claimed-twice", "identity-contradicts"} {
		want = append(want, "conflict."+c)
	}
	for _, c := range []string{
		register.TraitDeviceName, register.TraitDeviceMAC, register.TraitDeviceIP, register.TraitDeviceSerial,
		register.TraitRemoteNames, register.TraitRemoteAddresses, register.TraitTransport,
	} {
		want = append(want, "changed."+c)
	}
	keys := render.Keys()
	for _, k := range want {
		if !slices.Contains(keys, k) {
			t.Errorf("no text for %s", k)
		}
	}
}

func TestLang(t *testing.T) {
	for _, s := range []string{"ja", "en"} {
		if l, err := render.ParseLang(s); err != nil || string(l) != s {
			t.Errorf("ParseLang(%q) = %q, %v", s, l, err)
		}
	}
	if _, err := render.ParseLang("fr"); err == nil {
		t.Error("ParseLang(\"fr\"): want an error")
	}
	if got := render.Japanese.T("no.such.key"); got != "no.such.key" {
		t.Errorf("a missing text shows as %q, want its key", got)
	}
}

func TestNumberOfThings(t *testing.T) {
	for n, want := range map[int]string{0: "0 vantage points", 1: "1 vantage point", 2: "2 vantage points", 11: "11 vantage points"} {
		if got := render.English.N("vantages.n", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
