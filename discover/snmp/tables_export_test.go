package snmp

// Table is a table of the group list, as far as tests look at it.
type Table struct {
	Name    string
	Columns []string // their OIDs
	Makers  []uint32
}

// Tables returns all that is asked for.
func Tables() []Table {
	var out []Table
	for _, g := range groups() {
		for _, t := range g.tables {
			x := Table{Name: t.name, Makers: t.makers}
			for _, root := range t.roots() {
				x.Columns = append(x.Columns, root.String())
			}
			out = append(out, x)
		}
	}
	return out
}
