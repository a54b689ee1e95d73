package pcap

func (a *analyzer) arrived(h *hop, p *packet) {}
