package lab

// Hospital is the lab's site. Each part is a function in a file of its own;
// the order is that of the cables, and so of the port numbers.
func Hospital() *Plan { return hospital(true) }

// Twin is the same hospital without any way out that nobody approved: what is
// found in it beyond its truth is a false alarm.
func Twin() *Plan { return hospital(false) }

func hospital(unapproved bool) *Plan {
	p := &Plan{}
	segments(p)
	switches(p)
	servers(p)
	auditor(p)
	people(p)
	internetWayOut(p)
	qualificationWayOut(p)
	for _, part := range approvedParts() {
		part(p)
	}
	if unapproved {
		for _, part := range unapprovedParts() {
			part(p)
		}
	}
	resolver(p) // last: it knows everybody's name
	return p
}

// approvedParts are what the hospital knows of, and what is no way out.
func approvedParts() []func(*Plan) {
	return []func(*Plan){daily, fragileDevices, ctVendorWayOut, readingWayOut, lteWayOut, dualHomedServer}
}

// unapprovedParts are what somebody brought or left behind.
func unapprovedParts() []func(*Plan) {
	return []func(*Plan){mrVendorWayOut, cateringWayOut, sslVPNWayOut, remoteSupportWayOut, tetherWayOut, wwanWayOut, wifiWayOut, rogueRA, bridgingPC, unknownBox}
}
