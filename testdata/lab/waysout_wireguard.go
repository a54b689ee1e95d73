package lab

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"kanmon/topology"
)

// cateringVendorTunnel is the far address inside the tunnel.
const cateringVendorTunnel = "172.31.77.1"

// cateringWayOut is what the maker of the menu program put on its server, and
// told nobody: a WireGuard peer, in user space.
func cateringWayOut(p *Plan) {
	ours, err := wireGuardKey("kyushoku-sv")
	if err != nil {
		p.fail("way out kyushoku-sv: %w", err)
		return
	}
	theirs, err := wireGuardKey("menu-vendor")
	if err != nil {
		p.fail("way out kyushoku-sv: %w", err)
		return
	}
	vendor := p.Outside("menu-vendor", "203.0.113.77/30")
	vendor.wireGuard(cateringVendorTunnel+"/24", `[Interface]
PrivateKey = `+inBase64(theirs.Bytes())+`
ListenPort = 51820
[Peer]
PublicKey = `+inBase64(ours.PublicKey().Bytes())+`
AllowedIPs = 172.31.77.2/32
`)
	sv := p.Host("kyushoku-sv")
	sv.wireGuard("172.31.77.2/24", `[Interface]
PrivateKey = `+inBase64(ours.Bytes())+`
[Peer]
PublicKey = `+inBase64(theirs.PublicKey().Bytes())+`
Endpoint = 203.0.113.77:51820
AllowedIPs = `+cateringVendorTunnel+`/32
PersistentKeepalive = 5
`)
	sv.Do(8*time.Second, "ping", "-c", "1", "-W", "1", cateringVendorTunnel)

	p.WayOut(Truth{
		ID: "kyushoku-sv", Category: topology.VendorVPN, Device: "kyushoku-sv",
		Remote: []string{"203.0.113.77"}, Transport: []string{"wireguard"}, Known: []Vantage{AtMirror0},
	})
}

// wireGuard runs a peer. It takes its keys when it is there already, so a
// script waits for its socket. Debian's program is in the foreground with -f,
// and says on a kernel that has WireGuard itself that it need not be there.
func (h *Host) wireGuard(addr, conf string) {
	h.File("wg0.conf", conf)
	h.File("wg0.sh", `set -e
wireguard-go -f wg0 &
until wg setconf wg0 {dir}/wg0.conf 2>/dev/null; do
	kill -0 $!
	sleep 0.05
done
ip addr add `+addr+` dev wg0
ip link set wg0 up
touch {dir}/wg0.up
wait
`)
	h.Needs = append(h.Needs, "wireguard-go", "wg")
	h.Run(Proc{Name: "wireguard-go", Argv: []string{"sh", "{dir}/wg0.sh"}, Ready: "file {dir}/wg0.up"})
}

// wireGuardKey follows from a name: the same plan has the same files.
func wireGuardKey(name string) (*ecdh.PrivateKey, error) {
	seed := sha256.Sum256([]byte("lab wireguard " + name))
	return ecdh.X25519().NewPrivateKey(seed[:])
}

func inBase64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
