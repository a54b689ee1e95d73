package lab

import "time"

// ntpServer is the file server, which keeps the time too.
const ntpServer = "10.60.0.30:123"

// daily is the rest of the day's work: images are stored, files are opened,
// clocks are set, the web is read.
func daily(p *Plan) {
	files := p.Host("file-sv")
	files.Run(Proc{Name: "ntp", Argv: []string{"{lab}", "serve", "ntp", ":123"}})
	files.File("smb.conf", `[global]
	server role = standalone server
	map to guest = Bad User
	guest account = root
	disable netbios = yes
	smb ports = 445
	load printers = no
	printcap name = /dev/null
	disable spoolss = yes
	log level = 0
	private dir = {dir}/smb
	lock directory = {dir}/smb
	state directory = {dir}/smb
	cache directory = {dir}/smb
	pid directory = {dir}/smb
	ncalrpc dir = {dir}/smb
[share]
	path = {dir}/share
	guest ok = yes
	read only = yes
`)
	files.File("share/notice.txt", "a file about nobody\n")
	files.File("smb/README", "what smbd keeps\n")
	files.Run(Proc{
		Name: "smbd", Argv: []string{"smbd", "-F", "--no-process-group", "-s", "{dir}/smb.conf", "-l", "{dir}"}, Ready: "tcp 10.60.0.30:445",
	})

	ct := p.Host("ct-01")
	ct.File("image.dump", noImage)
	ct.Setup = append(ct.Setup, []string{"dump2dcm", "-q", "{dir}/image.dump", "{dir}/image.dcm"})
	ct.Do(25*time.Second, "storescu", "-aet", "CT01", "-aec", "PACS", "10.60.0.20", "11112", "{dir}/image.dcm")

	for _, name := range []string{"ekaru-07", "byoto-pc12", "kensa-pc3", "jimu-pc1"} {
		p.Host(name).Do(31*time.Second, "smbclient", "-N", "-g", "-c", "ls", "//10.60.0.30/share", "-s", "/dev/null")
	}
	for _, name := range []string{"ekaru-07", "byoto-pc12", "ct-01", "dokuei", "kensa-pc3", "jimu-pc1", "kyushoku-pc1"} {
		p.Host(name).Do(34*time.Second, "{lab}", "ask", "ntp", ntpServer)
	}
	p.Host("kensa-pc3").Do(23*time.Second, "{lab}", "ask", "https", "https://www.example.jp/")
	p.Host("byoto-pc12").Do(29*time.Second, "{lab}", "ask", "dns", "www.example.jp")
	p.Host("kyushoku-pc1").Do(27*time.Second, "{lab}", "ask", "https", "https://file-sv."+domain+"/")
}

// noImage is a DICOM file (PS3.10) as dump2dcm reads it: one black pixel of
// nobody, under the identifiers that DCMTK keeps for examples.
const noImage = `(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [1.2.276.0.7230010.3.1.4.1.1]
(0008,0060) CS [OT]
(0010,0010) PN [NOBODY]
(0010,0020) LO [0]
(0020,000d) UI [1.2.276.0.7230010.3.1.2.1.1]
(0020,000e) UI [1.2.276.0.7230010.3.1.3.1.1]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 1
(0028,0011) US 1
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OB 00\00
`
