package pcap

// A mirror port may show the questions of a conversation on the VLAN of its
// client and the answers on that of its server only, for instance where a router
// is mirrored as frames come in. Each VLAN has a conn of its own, since the
// addresses of the link differ; here they tell each other what they know.

// common is what the halves of a conversation know together.
type common struct {
	seen    [2]bool
	client  int8
	sender  int8
	begun   uint64
	app     uint8
	tunnels []tunnelMark
}

// pair lets conversations that were seen on several VLANs share what they know.
// It leaves the index without them: whoever goes on fills it again.
func (t *connTable) pair() {
	if !t.mixed {
		return
	}
	firsts := &t.index // of each conversation, the half that stands first
	firsts.clear()
	first := func(place int, c *conn) int {
		k := c.key
		k.vid = 0
		hash := k.hash(&t.secret)
		for other := range firsts.places(hash) {
			have := t.slab.at(other).key
			have.vid = 0
			if have.is(&k) {
				return other
			}
		}
		firsts.add(hash, place)
		return place
	}
	known := make(map[int]*common) // by the place of the first half
	t.all(func(place int, c *conn) {
		other := first(place, c)
		if other == place {
			return
		}
		v := known[other]
		if v == nil {
			half := t.slab.at(other)
			v = &common{sender: half.sender, begun: half.begun}
			v.learn(half)
			known[other] = v
		}
		v.learn(c)
	})
	if len(known) == 0 {
		return
	}
	t.all(func(place int, c *conn) {
		if v := known[first(place, c)]; v != nil && v.seen[0] && v.seen[1] {
			v.teach(c)
		}
	})
}

func (v *common) learn(c *conn) {
	v.seen[0], v.seen[1] = v.seen[0] || c.seen[0], v.seen[1] || c.seen[1]
	if v.client == 0 {
		v.client = c.client
	}
	if c.begun < v.begun {
		v.begun, v.sender = c.begun, c.sender
	}
	if v.app == 0 {
		v.app = c.app
	}
	for m := c.tunnels(); m != nil; m = m.next {
		v.tunnels = append(v.tunnels, *m)
	}
}

func (v *common) teach(c *conn) {
	c.both = true
	c.sender = v.sender
	if c.client == 0 {
		c.client = v.client
	}
	if c.app == 0 {
		c.app = v.app
	}
	for _, m := range v.tunnels {
		c.tunnel(m.kind, m.detail, int(m.opener)-1)
		if m.up {
			c.cameUp(m.kind)
		}
	}
}

// maxWatches bounds the conversations that are followed at a time; beyond it,
// all are forgotten.
const maxWatches = 4096

// watchFor returns the watch over a conversation, which its halves on several
// VLANs share.
func (t *connTable) watchFor(c *conn) *watch {
	k := c.key
	k.vid = 0
	w := t.watches[k]
	if w == nil {
		if t.watches == nil || len(t.watches) >= maxWatches {
			t.watches = make(map[connKey]*watch)
		}
		w = &watch{left: maxWatch}
		t.watches[k] = w
	}
	return w
}
