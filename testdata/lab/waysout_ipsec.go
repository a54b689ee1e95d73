package lab

import (
	"time"

	"kanmon/topology"
)

// Plugins of strongSwan, as Debian has them.
const (
	kernelLibipsec = "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so"
	opensslPlugin  = "/usr/lib/ipsec/plugins/libstrongswan-openssl.so"
)

// ctVendorLAN is where the maker of the CT sits, behind its own gateway.
const ctVendorLAN = "172.30.0.1"

// ctVendorWayOut is the maintenance router of the CT: a tunnel from radiology
// to the maker's network, IKEv2 through the firewall's address translation, so
// on port 500 first and on 4500 from then on, with ESP in UDP. The packets are
// made by strongSwan itself (kernel-libipsec): not every kernel has ESP.
func ctVendorWayOut(p *Plan) {
	box := p.Station("ct-maint", "00:60:b9", "sw-radiology", radiology, "10.20.0.253")
	box.Forward = true
	box.charon(ikeEnd{local: "10.20.0.253", remote: "203.0.113.10", id: "ct-maint", peer: "ct-vendor", localNet: "10.20.0.0/24", remoteNet: "172.30.0.0/24", dials: true})
	box.Do(50*time.Second, "sh", "{dir}/redial.sh")
	box.Do(7*time.Second, "ping", "-c", "1", "-W", "1", "-I", "10.20.0.253", ctVendorLAN)
	p.Host("ct-01").Route("172.30.0.0/24", "10.20.0.253")

	vendor := p.Outside("ct-vendor", "203.0.113.10/30")
	vendor.Forward = true
	vendor.Also(ctVendorLAN + "/32")
	vendor.charon(ikeEnd{local: "203.0.113.10", remote: "%any", id: "ct-vendor", peer: "ct-maint", localNet: "172.30.0.0/24", remoteNet: "10.20.0.0/24"})
	vendor.Do(8*time.Second, "ping", "-c", "1", "-W", "1", "-I", ctVendorLAN, "10.20.0.11")

	p.WayOut(Truth{
		ID: "ct-maint", Category: topology.VendorVPN, Device: "ct-maint", Behind: []string{"ct-01"},
		Remote: []string{"203.0.113.10"}, Transport: []string{"ipsec"}, Approved: true, Known: []Vantage{AtMirror0},
	})
}

// ikeEnd is one end of a tunnel. The key is the lab's own, and no secret.
type ikeEnd struct {
	local, remote       string
	id, peer            string
	localNet, remoteNet string
	dials               bool
}

// charon runs strongSwan for one tunnel. It loads the tunnel itself, by the
// script that it runs when it has started; redial.sh takes the tunnel down and
// dials again, which begins on port 500.
func (h *Host) charon(e ikeEnd) {
	start := "none"
	if e.dials {
		start = "start"
	}
	h.File("strongswan.conf", `charon {
	load = random nonce aes sha1 sha2 hmac gcm kdf openssl kernel-libipsec kernel-netlink socket-default vici
	install_virtual_ip = no
	keep_alive = 10s
	retransmit_tries = 3
	filelog {
		log {
			path = stdout
			default = 1
			flush_line = yes
		}
	}
	start-scripts {
		load = swanctl --load-all --file {dir}/swanctl.conf
	}
}
swanctl {
	load = random nonce openssl
}
`)
	h.File("swanctl.conf", `connections {
	tunnel {
		version = 2
		local_addrs = `+e.local+`
		remote_addrs = `+e.remote+`
		proposals = aes128-sha256-ecp256
		encap = yes
		dpd_delay = 10s
		keyingtries = 0
		local {
			auth = psk
			id = `+e.id+`
		}
		remote {
			auth = psk
			id = `+e.peer+`
		}
		children {
			lan {
				local_ts = `+e.localNet+`
				remote_ts = `+e.remoteNet+`
				esp_proposals = aes128-sha256
				start_action = `+start+`
				dpd_action = `+map[string]string{"start": "restart", "none": "clear"}[start]+`
			}
		}
	}
}
secrets {
	ike-lab {
		secret = the lab's own
	}
}
`)
	h.File("redial.sh", `export STRONGSWAN_CONF={dir}/strongswan.conf
swanctl --terminate --ike tunnel --timeout 3
exec swanctl --initiate --child lan --timeout 5
`)
	h.Needs = append(h.Needs, "swanctl", kernelLibipsec, opensslPlugin)
	h.Run(Proc{
		Name: "charon", Argv: []string{"/usr/lib/ipsec/charon"}, Env: []string{"STRONGSWAN_CONF={dir}/strongswan.conf"},
		Ready: "file {dir}/run/charon.vici",
	})
}
