package vendor

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Where no rule knows a description, its form still says something: sysDescr is
// to hold the full name and version of the hardware and of its software (RFC
// 3418, section 2), and most makers begin with their own name, go on with that
// of the product and end with versions.

// sentence matches descriptions that name no product: a kernel's, or prose, or
// what somebody typed in.
var sentence = regexp.MustCompile(`(?i)^(?:linux|unix|darwin|sunos|freebsd|netbsd|openbsd|dragonfly|hp-ux|aix|hardware:|net-?snmp|snmp|ucd|unknown|none|test|a |an |the |this )|[@<>{}=]|://|\bprivate\b`)

// after matches where the name of a product ends.
var after = regexp.MustCompile(`(?i)[,;:(|#"]| /|/ | [-–—] | (?:software|firmware|hardware|versions?|revision|release|build|built|serial|copyright|compiled|running|with|using|by|for|to)\b| (?:hw|fw|sw|sn|s/n|vers?|rev|rel|mac|ip|id)(?:[.:= \d]|$)| v\.? ?\d| v?\d+\.\d+\.\S*`)

// beside matches versions of what is not the software of the device.
var beside = regexp.MustCompile(`(?i)\b(?:hardware|hw|boot\w*|u-boot|kernel|linux|openssl)[ -]?(?:version|vers?|rev\w*)?[ .:=]*v?\d\S*`)

// numbered matches a version where it is called one.
var numbered = regexp.MustCompile(`(?i)(?:\b(?:version|vers?|firmware|fw|sw|sw_rev|software|rev(?:ision)?|release)[ .:=]*v?|[ _]v)(\d+(?:\.\w+)+(?:[-(][\w.)-]+)?)`)

// dotted matches one that stands behind a name.
var dotted = regexp.MustCompile(`^[^,;(|]*?\S [vV]?(\d+\.\d+\.\d+(?:[.-][\w-]+)*)(?:[ ,;]|$)`)

// keyed matches where the model is called so. DOCSIS says it thus of modems and
// of what they end at: "<<HW_REV: 1; VENDOR: x; BOOTR: x; SW_REV: 2; MODEL: x>>"
// (DOCSIS OSSI, sysDescr).
var keyed = regexp.MustCompile(`(?i)\b(?:model(?: ?(?:name|number|no\.?|type))?|product(?: ?(?:name|type|id))?|device(?: ?(?:type|model|name))?|hwsku|pid)\s?[:=]\s*([^;,|<>=:]+?)\s*(?:[;,|<>]|$| \w+(?: \w+)?\s?[:=])`)

// ports matches what says how many there are.
var ports = regexp.MustCompile(`(?i)^\d+[ -]?(?:port|g)\b`)

// plainWords say of what kind a device is, and nothing of which.
func plainWords() []string {
	return strings.Fields("access agent and appliance base board box card control controller core description device embedded enterprise ethernet" +
		" firewall firmware gateway generic gigabit hardware host industrial input interface ip layer link lan l2 l3 l2+ l2/l3 machine managed manager management module" +
		" monitor monitoring network networking of online outdoor pdu platform point poe port power print printer product router routing" +
		" release sensor series server smart snmp software station storage switch switched sys system the unit ups user version wan web wireless")
}

// maxName bounds the name of a product, in words.
const maxName = 4

// describe returns what a description that no rule knows says by its form.
// Known are the names of the maker, as which it may begin or end.
func describe(text string, known ...string) Product {
	text = leadIn.ReplaceAllString(text, "")
	said := keyed.FindStringSubmatch(text)
	if said == nil && sentence.MatchString(text) {
		return Product{}
	}
	var p Product
	for _, form := range []*regexp.Regexp{numbered, dotted} {
		if m := form.FindStringSubmatch(beside.ReplaceAllString(text, "")); m != nil && p.Version == "" {
			p.Version = m[1]
		}
	}
	if said != nil {
		p.Model = product(said[1], known)
	}
	// What stands first may be no more than the maker.
	for range maxParts {
		if p.Model != "" || text == "" {
			break
		}
		name := text
		if at := after.FindStringIndex(text); at != nil {
			name = text[:at[0]]
		}
		bare := unnamed(name, known)
		p.Model = product(name, known)
		if bare != "" {
			break
		}
		text = strings.TrimLeft(text[len(name):], between)
		text = strings.TrimLeft(legalWords.ReplaceAllString(text, ""), between)
	}
	return p
}

// between stand between parts of a description.
const between = " ,;:-–—/|"

// maxParts bounds how many parts of a description are looked at for a name.
const maxParts = 3

// unnamed returns a part of a description without the names of its maker.
func unnamed(name string, known []string) string {
	name = strings.Trim(name, " .-")
	whole := name
	for _, k := range known {
		name = without(without(name, k), unaccented(k))
	}
	if name != whole {
		name = legalWords.ReplaceAllString(name, "")
	}
	return strings.TrimSpace(name)
}

// product returns the name of a product if a part of a description can be one.
func product(name string, known []string) string {
	name = unnamed(name, known)
	ws := strings.Fields(name)
	if len(ws) == 0 || len(ws) > maxName || len(name) > 40 || ports.MatchString(name) || !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	plain := plainWords()
	if !slices.ContainsFunc(ws, func(w string) bool { return !slices.Contains(plain, strings.ToLower(w)) }) {
		return ""
	}
	return strings.Join(ws, " ")
}

// telling returns the name of a product, read out of a text that a rule knows
// already, if it says more than the rule: a part number, or a name of two words
// at least, and neither the operating system nor its version.
func telling(name string, known Product) string {
	first, _, _ := strings.Cut(known.OS, " ")
	if len(name) < 3 || known.Version != "" && strings.Contains(name, known.Version) ||
		first != "" && strings.Contains(strings.ToLower(name), strings.ToLower(first)) || software.MatchString(name) {
		return ""
	}
	plain, said := plainWords(), 0
	for _, w := range strings.Fields(name) {
		switch {
		case strings.ContainsFunc(w, unicode.IsDigit) && !bareVersion.MatchString(w):
			return name
		case unicode.IsUpper(rune(w[0])) && !slices.Contains(plain, strings.ToLower(w)):
			said++
		}
	}
	if said < 2 {
		return ""
	}
	return name
}

// software matches names that are not of a device.
var software = regexp.MustCompile(`(?i)\b(?:operating|agent|daemon|multi-environment|os\b|os/\d+|distribution)\b`)

// bareVersion matches a number with dots.
var bareVersion = regexp.MustCompile(`^[vV]?\d+(?:\.\d+)+$`)

// without takes the name of a maker, or its first word, from the start or the
// end of the name of a product.
func without(name, maker string) string {
	first, _, _ := strings.Cut(maker, " ")
	for _, m := range []string{maker, first} {
		if len(m) < 2 || len(name) < len(m) {
			continue
		}
		if rest := name[len(m):]; strings.EqualFold(name[:len(m)], m) && (rest == "" || strings.ContainsRune(" _-,:;/", rune(rest[0]))) {
			name = strings.Trim(rest, " _-,:;/")
			continue
		}
		if rest := name[:len(name)-len(m)]; strings.EqualFold(name[len(rest):], m) && strings.HasSuffix(rest, " ") {
			name = strings.TrimSpace(rest)
		}
	}
	return name
}

// ordinary are names of makers with which many a description begins that is
// not of theirs.
func ordinary() []string {
	return append(strings.Fields("Adder Alpha Appear Citizen Crossroads Crown Cyan Debian Develop Digital DPS FS Fargo Galleon Garland GE Harmonic"+
		" Harris ICT ISA Illustra Milestone Miranda Mist Nimble Omega Option Overland Overture Parks Planar Planet Positron Promise"+
		" Quantum Redline Ribbon Sato Schmid Snell Sycamore Symbol Tait Thomson Triax Unify Vanguard Vectra"), "")
}

// leadIn matches what some write before their name.
var leadIn = regexp.MustCompile(`(?i)^(?:Linux \d\S*, |snmp (?:agent|card|module|service) (?:on|for|of) (?:the )?)`)

// legalWords matches what is left of the name of a company whose first word was
// taken away.
var legalWords = regexp.MustCompile(`(?i)^(?:(?:inc|ltd|llc|corp|corporation|co|gmbh|ag|ab|oy|s\.?a|s\.?r\.?l|limited|networks?|technolog(?:y|ies)|communications?|systems)\b[.,]* ?)+`)

// makerSaid matches where the maker is called so (as DOCSIS does, see keyed), or
// claims copyright.
var makerSaid = regexp.MustCompile(`(?i)\b(?:vendor|manufacturer)\s?[:=]\s*([a-z][^;,|<>=:]*?)\s*(?:[;,|<>]|$)|(?:copyright|\(c\)|©)(?:[-\s\d,©]|\(c\)|copyright)*(?:by )?([a-z][\w&. -]*?)(?:[.,]? (?:all rights|inc\b|ltd|corp\b|corporation|gmbh|co\b)|[,;]|\.?$)`)

// named returns the maker with whose name a text begins.
func (k *knowledge) named(text string) string {
	text = leadIn.ReplaceAllString(text, "")
	best := ""
	for _, m := range k.makers {
		if len(m) > len(best) && (begins(text, m) || begins(text, unaccented(m))) {
			best = m
		}
	}
	if best != "" && house.MatchString(text) {
		return ""
	}
	if m := makerSaid.FindStringSubmatch(text); m != nil && best == "" {
		if best = m[1] + m[2]; len(strings.Fields(best)) > maxName {
			return ""
		}
		if best = k.known(company(best)); institution.MatchString(best) {
			return ""
		}
		return best
	}
	if best == "" && !sentence.MatchString(text) {
		if m := business.FindStringSubmatch(text); m != nil && listed(m[1]) {
			return m[1]
		}
		return k.incorporated(text)
	}
	return best
}

// unaccented returns a name as it is written where there are no accents.
func unaccented(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return name
	}
	return strings.NewReplacer("é", "e", "ä", "a", "ö", "o", "ü", "u").Replace(name)
}

// known returns the maker that rules have of what a company is called, which may
// say more ("Hitron Technologies"), or the company where they have none.
func (k *knowledge) known(name string) string {
	best := ""
	for _, m := range k.makers {
		if len(m) > len(best) && (strings.EqualFold(name, m) || len(name) > len(m) && name[len(m)] == ' ' && strings.EqualFold(name[:len(m)], m)) {
			best = m
		}
	}
	return cmp.Or(best, name)
}

// begins reports whether a text begins with the name of a maker, as it writes it
// itself or, where the name is long enough to be no word, in any capitals
// ("NetGear").
func begins(text, maker string) bool {
	const capital = 'a' - 'A'
	if len(text) <= len(maker) || text[0]|capital != maker[0]|capital {
		return false // as almost all
	}
	lead, rest := text[:len(maker)], text[len(maker):]
	if lead != maker && lead != strings.ToUpper(maker) &&
		(len(maker) < 5 || !unicode.IsUpper(rune(lead[0])) || !strings.EqualFold(lead, maker)) {
		return false
	}
	return strings.ContainsRune(" _,:;/(", rune(rest[0])) ||
		rest[0] == '-' && len(rest) > 1 && (unicode.IsUpper(rune(rest[1])) || unicode.IsDigit(rune(rest[1])))
}

// incorporation matches what may be the name of a company before its legal form.
var incorporation = regexp.MustCompile(`\b((?:[A-Z0-9][\w&.+'-]*,? ){1,4}?)(?:INC|Inc|Incorporated|CORP|Corp|Corporation|LTD|Ltd|Limited|LLC|GmbH|S\.?A|S\.?p\.?A|B\.?V|A/S|Co)\b`)

// business matches names of companies that end in what they do.
var business = regexp.MustCompile(`^((?:[A-Z][\w&+'-]* ){1,3}(?:Technolog(?:y|ies)|Systems|Networks|Communications|Electronics|Instruments|Controls|Telecom|Microsystems|Computers?|Laboratories)) `)

// institution matches names of those who own devices rather than make them.
var institution = regexp.MustCompile(`(?i)hospital|clinic|health|universit|college|school|bank\b|city|county|kaisha`)

// house matches texts that begin with the name of one, which may be that of a
// maker, too: there are hospitals of makers, and places that are called like one.
var house = regexp.MustCompile(`(?i)^(?:[\w&.'-]+ ){1,3}(?:hospital|clinic|medical cent(?:er|re)|university)\b`)

// looksAfter matches what is said of those who sell, install or own a device
// rather than make it.
var looksAfter = regexp.MustCompile(`(?i)\b(?:contact|maint(?:ained|enance|ainer)|install(?:ed|er|ation)|managed by|owne(?:d|r)|property|administ(?:ered|rator)|operated|support(?:ed)? by|sold|leased|lent|delivered|customer)\b`)

// incorporated returns the maker whose name stands in a text with its legal form,
// if rules know it or it has an enterprise number. The name is the end of what
// is written in capitals before the form.
func (k *knowledge) incorporated(text string) string {
	if looksAfter.MatchString(text) {
		return ""
	}
	for _, m := range incorporation.FindAllStringSubmatch(text, maxCompanies) {
		ws := strings.Fields(strings.ReplaceAll(m[1], ",", ""))
		if institution.MatchString(m[1]) {
			continue
		}
		for i := range ws {
			name := strings.Join(ws[i:], " ")
			if maker := k.known(name); maker != name || slices.Contains(k.makers, name) || listed(name) {
				return maker
			}
		}
	}
	return ""
}

// maxCompanies bounds how many companies a text is searched for.
const maxCompanies = 3
