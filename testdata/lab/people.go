package lab

import "time"

// people are those who use the servers, and the machines they use.
func people(p *Plan) {
	for _, t := range []struct{ name, into, addr string }{
		{"ekaru-07", "sw-clinical-1", "10.10.0.140"},
		{"byoto-pc12", "sw-clinical-2", "10.10.0.130"},
	} {
		h := p.Station(t.name, "00:14:22", t.into, clinical, t.addr)
		h.Do(8*time.Second, "{lab}", "ask", "hl7", "10.60.0.10:2575")
		h.Do(10*time.Second, "{lab}", "ask", "https", "https://his-sv."+domain+"/")
		h.Do(20*time.Second, "ping", "-c", "1", "-W", "1", "10.10.0.1")
	}

	ct := p.Station("ct-01", "00:1b:c5", "sw-radiology", radiology, "10.20.0.11")
	ct.Run(Proc{Name: "storescp", Argv: []string{"storescp", "-q", "--ignore", "-aet", "CT01", "11112"}})
	ct.Do(9*time.Second, "echoscu", "-aet", "CT01", "-aec", "PACS", "10.60.0.20", "11112")

	viewer := p.Station("dokuei", "00:14:22", "sw-radiology", radiology, "10.20.0.30")
	viewer.Do(11*time.Second, "echoscu", "-aet", "DOKUEI", "-aec", "PACS", "10.60.0.20", "11112")

	kensa := p.Station("kensa-pc3", "00:1b:78", "sw-lab", laboratory, "10.30.0.22")
	kensa.Do(10*time.Second, "{lab}", "ask", "hl7", "10.60.0.10:2575")

	jimu := p.Station("jimu-pc1", "00:1b:78", "sw-office", office, "10.40.0.21")
	jimu.Do(10*time.Second, "{lab}", "ask", "https", "https://www.example.jp/")
	jimu.Do(15*time.Second, "{lab}", "ask", "https", "https://file-sv."+domain+"/")

	for _, t := range []struct{ name, addr string }{{"kyushoku-sv", "10.50.0.10"}, {"kyushoku-pc1", "10.50.0.21"}} {
		h := p.Station(t.name, "00:14:22", "sw-catering", catering, t.addr)
		h.Do(12*time.Second, "{lab}", "ask", "dns", "file-sv."+domain)
	}
}
