package lab

// Hospital is the lab's site. Each part is a function in a file of its own;
// the order is that of the cables, and so of the port numbers.
func Hospital() *Plan {
	p := &Plan{}
	segments(p)
	switches(p)
	servers(p)
	auditor(p)
	people(p)
	internetWayOut(p)
	qualificationWayOut(p)
	resolver(p) // last: it knows everybody's name
	return p
}
