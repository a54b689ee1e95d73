package resolve

import (
	"cmp"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// part is a row of an agent's entity table, or what its maker's own objects say
// of the whole.
type part struct {
	obs int
	row fact.PhysicalEntity
}

// ofMaker reports whether p is from objects of the maker: the rows of the entity
// table count from 1 (RFC 6933, PhysicalIndex).
func (p part) ofMaker() bool { return isOfMaker(p.row) }

func isOfMaker(f fact.PhysicalEntity) bool { return f.Index == 0 && f.Vendor == "" }

// PhysicalEntity implements fact.Visitor.
func (c *collector) PhysicalEntity(_ *fact.Observation, f fact.PhysicalEntity) {
	p := part{c.i, f}
	for _, s := range c.agentsOf(f.Agent) {
		c.mention(of(s), true, f.Class == "chassis")
		c.parts[s] = append(c.parts[s], p)
		if f.Class == "chassis" && !p.ofMaker() && !isJunkSerial(f.Serial) {
			c.subjects[s].serials = append(c.subjects[s].serials, strings.ToLower(f.Serial))
			c.serialVendor(s, f)
		}
	}
}

// takeEntities says what the parts of each agent tell of it: the first chassis
// is the device, of a stack that with the lowest index; where there is none, the
// first part of the next kind is. What a maker's own objects say comes after
// that, and other chassis last.
func (c *collector) takeEntities() {
	for s := range c.subjects {
		parts := c.parts[s]
		slices.SortStableFunc(parts, func(a, b part) int {
			return cmp.Or(cmp.Compare(standing(a), standing(b)), cmp.Compare(a.row.Index, b.row.Index))
		})
		first := true
		for _, p := range parts {
			c.i = p.obs
			rank := fromOtherEntity
			switch {
			case p.ofMaker() && p.row.Class == "chassis":
				rank = fromMaker
			case p.ofMaker():
			case first:
				rank, first = fromEntity, false
			case p.row.Class != "chassis":
				c.product(of(s), fromSystem, "", p.row.Software)
				continue
			}
			c.entity(s, rank, p.row)
		}
	}
}

// standing orders parts by how much they are the device.
func standing(p part) int {
	switch p.row.Class {
	case "chassis":
		return 0
	case "stack":
		return 1
	case "module", "other", "unknown":
		return 2
	}
	return 3
}

// entity says what a part tells of its device.
func (c *collector) entity(s int, rank uint8, f fact.PhysicalEntity) {
	to := of(s)
	c.trait(to, fieldVendor, fromObjectID, f.Vendor) // after the rules, which have the names that people use
	if !strings.HasPrefix(f.Model, "0x") {           // the number of a part
		c.trait(to, fieldModel, rank, f.Model)
	}
	switch p, _ := c.identify("", f.Descr); {
	case p.Named:
		c.product(to, fromOtherEntity, "", f.Descr)
	case !isOfMaker(f):
		c.trait(to, fieldModel, fromOtherEntity, f.Descr)
	}
	if !isJunkSerial(f.Serial) {
		c.trait(to, fieldSerial, rank, f.Serial)
	}
	for _, text := range []string{f.Software, f.Firmware} {
		p, ok := c.identify("", text)
		switch {
		case ok:
			c.product(to, max(rank, fromSystem), "", text)
			c.trait(to, fieldVersion, rank, p.Version)
		case strings.ContainsAny(text, "0123456789"):
			c.trait(to, fieldVersion, rank, bareVersion(text))
		}
		if text != "" {
			break
		}
	}
}

// bareVersion returns a version without the word or letter before its number.
func bareVersion(text string) string {
	bare := strings.TrimPrefix(text, "Version ")
	if rest := strings.TrimLeft(bare, "vV"); len(rest) == len(bare)-1 && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		return rest
	}
	return bare
}
