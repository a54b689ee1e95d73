package pcap

func (a *analyzer) carried(h *hop, p *packet) {}
