package lab

import (
	"fmt"
	"time"

	"kanmon/testdata/lab/fragile"
)

// fragileDevices are one in each of three segments. They answer as such a
// device does, are asked by their servers, and die of rough treatment.
func fragileDevices(p *Plan) {
	p.Station("pump-1", "00:03:b1", "sw-clinical-1", clinical, "10.10.0.60").Fragile()
	p.Station("us-01", "00:60:9c", "sw-radiology", radiology, "10.20.0.15").Fragile()
	p.Station("analyzer-1", "00:01:74", "sw-lab", laboratory, "10.30.0.41").Fragile()

	his := p.Host("his-sv")
	his.Do(21*time.Second, "{lab}", "ask", "hl7", fmt.Sprintf("10.10.0.60:%d", fragile.PortHL7))
	his.Do(22*time.Second, "{lab}", "ask", "hl7", fmt.Sprintf("10.30.0.41:%d", fragile.PortHL7))
	pacs := p.Host("pacs-sv")
	pacs.Do(24*time.Second, "echoscu", "-aet", "PACS", "-aec", "US01", "10.20.0.15", fmt.Sprint(fragile.PortDICOM))
	p.Host("us-01").Do(26*time.Second, "echoscu", "-aet", "US01", "-aec", "PACS", "10.60.0.20", "11112")
	p.Host("analyzer-1").Do(19*time.Second, "{lab}", "ask", "hl7", "10.60.0.10:2575")
	p.Host("pump-1").Do(33*time.Second, "ping", "-c", "1", "-W", "1", "10.60.0.10")
}

// Fragile makes the host a fragile device at eth0, with DICOM and HL7. It is
// there before its servers, so that it receives all that they do.
func (h *Host) Fragile() {
	h.Run(Proc{Name: "fragile", Argv: []string{"{lab}", "fragile", "eth0", "{dir}"}, Ready: "file {dir}/" + fragile.CountsFile})
	h.Run(Proc{Name: "dicom", Argv: []string{"storescp", "-q", "--ignore", fmt.Sprint(fragile.PortDICOM)}})
	h.Run(Proc{Name: "hl7", Argv: []string{"{lab}", "serve", "hl7", fmt.Sprintf(":%d", fragile.PortHL7)}})
}
