package build

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

// maxListedWords bounds the elements of a list that a sentence names.
const maxListedWords = 4

// sayer writes an observation as one sentence in English and in Japanese.
type sayer struct {
	en, ja string
}

// both formats the same values into two sentences.
func (s *sayer) both(en, ja string, args ...any) {
	s.en, s.ja = fmt.Sprintf(en, args...), fmt.Sprintf(ja, args...)
}

// more adds to both sentences where value is not empty.
func (s *sayer) more(value, en, ja string) {
	if value != "" {
		s.en += fmt.Sprintf(en, value)
		s.ja += fmt.Sprintf(ja, value)
	}
}

func (s *sayer) vlan(vid uint16) {
	if vid != 0 {
		s.en += fmt.Sprintf(" (VLAN %d)", vid)
		s.ja += fmt.Sprintf("（VLAN %d）", vid)
	}
}

// answered adds whether frames were seen both ways.
func (s *sayer) answered(yes bool) {
	if yes {
		s.en += ", answered"
		s.ja += "（応答あり）"
	} else {
		s.en += ", no answer seen"
		s.ja += "（応答は見えず）"
	}
}

// list names the first elements of a list and counts the rest.
func list[T fmt.Stringer](items []T) string {
	words := make([]string, 0, len(items))
	for _, i := range items {
		words = append(words, i.String())
	}
	return words4(words)
}

func words4(words []string) string {
	if len(words) > maxListedWords {
		return strings.Join(words[:maxListedWords], ", ") + fmt.Sprintf(" +%d", len(words)-maxListedWords)
	}
	return strings.Join(words, ", ")
}

// ip writes an address, and a dash for one that is not known.
func ip(a netip.Addr) string {
	if !a.IsValid() {
		return "-"
	}
	return a.String()
}

// who writes an address and the MAC address of its frames, as far as known.
func who(a netip.Addr, m fact.MAC) string {
	switch {
	case !a.IsValid() && m.IsZero():
		return "-"
	case m.IsZero():
		return a.String()
	case !a.IsValid():
		return m.String()
	}
	return a.String() + " [" + m.String() + "]"
}

func end(e fact.Endpoint) string {
	if e.Port == 0 {
		return who(e.IP, e.MAC)
	}
	if !e.IP.IsValid() {
		return fmt.Sprintf("%s:%d", who(e.IP, e.MAC), e.Port)
	}
	return netip.AddrPortFrom(e.IP, e.Port).String() + strings.TrimPrefix(who(e.IP, e.MAC), e.IP.String())
}

// or returns s, or a dash where it is empty.
func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// InputRead implements fact.Visitor.
func (s *sayer) InputRead(_ *fact.Observation, f fact.InputRead) {
	s.both("input %s (%s) was read: %d records", "入力 %s（%s）を読み込みました：%d 件", or(f.Name), f.Format, f.Records)
	s.more(f.Incomplete, "; it ended early: %s", "。途中で終わっています：%s")
}

// Gap implements fact.Visitor.
func (s *sayer) Gap(_ *fact.Observation, f fact.Gap) {
	s.both("%s was not seen: %s", "%s は見えませんでした：%s", f.What, f.Why)
}

// Station implements fact.Visitor.
func (s *sayer) Station(_ *fact.Observation, f fact.Station) {
	s.both("%s sent frames", "%s がフレームを送信しました", f.MAC)
	s.vlan(f.VID)
}

// AddressBinding implements fact.Visitor.
func (s *sayer) AddressBinding(_ *fact.Observation, f fact.AddressBinding) {
	s.both("%s is at %s", "%s の MAC アドレスは %s です", ip(f.IP), f.MAC)
	s.vlan(f.VID)
}

// AddressSet implements fact.Visitor.
func (s *sayer) AddressSet(_ *fact.Observation, f fact.AddressSet) {
	s.both("%s gave as its own addresses over %s: %s", "%s が %s で自分のアドレスとして答えました：%s",
		who(f.From, f.MAC), f.Protocol, list(f.Addresses))
	s.more(f.Name, " (name %s)", "（名前 %s）")
}

// NameClaim implements fact.Visitor.
func (s *sayer) NameClaim(_ *fact.Observation, f fact.NameClaim) {
	s.both("%s calls itself %s over %s", "%s は自分の名前を %s と名乗りました（%s）", who(f.IP, f.MAC), f.Name, f.Protocol)
}

func (s *sayer) neighbor(n fact.Neighbor) {
	s.more(n.SystemName, ", system name %s", "、システム名 %s")
	s.more(n.Platform, ", platform %s", "、機種 %s")
	s.more(words4(n.Capabilities), ", capabilities %s", "、機能 %s")
	s.more(list(n.ManagementAddresses), ", management address %s", "、管理アドレス %s")
}

// NeighborAnnouncement implements fact.Visitor.
func (s *sayer) NeighborAnnouncement(_ *fact.Observation, f fact.NeighborAnnouncement) {
	s.both("%s announced itself over %s as %s, port %s", "%s が %s で自分を知らせました：%s、ポート %s",
		f.MAC, f.Protocol, or(f.Neighbor.ChassisID), or(f.Neighbor.PortID))
	s.neighbor(f.Neighbor)
	s.vlan(f.VID)
}

// BridgeProtocol implements fact.Visitor.
func (s *sayer) BridgeProtocol(_ *fact.Observation, f fact.BridgeProtocol) {
	s.both("bridge %s (frame from %s) says over %s that the root bridge is %s",
		"ブリッジ %s（送信元 %s）が %s でルートブリッジは %s だと知らせました", f.BridgeMAC, f.MAC, f.Version, f.RootMAC)
	s.vlan(f.VID)
}

// RouterAdvertisement implements fact.Visitor.
func (s *sayer) RouterAdvertisement(_ *fact.Observation, f fact.RouterAdvertisement) {
	if f.DefaultRouter {
		s.both("%s advertised itself as a default router", "%s がデフォルトルータだと広告しました", who(f.Router, f.MAC))
	} else {
		s.both("%s sent a router advertisement, not as a default router", "%s がルータ広告を出しました（デフォルトルータではない）",
			who(f.Router, f.MAC))
	}
	s.more(list(f.Prefixes), ", prefix %s", "、プレフィックス %s")
	s.more(list(f.DNSServers), ", DNS servers %s", "、DNS サーバ %s")
	s.more(words4(f.SearchDomains), ", search domain %s", "、検索ドメイン %s")
	s.vlan(f.VID)
}

// DHCPClient implements fact.Visitor.
func (s *sayer) DHCPClient(_ *fact.Observation, f fact.DHCPClient) {
	s.both("%s asked for an address by DHCPv%d", "%s が DHCPv%d でアドレスを要求しました", or(who(f.IP, f.MAC)), f.Version)
	s.more(f.HostName, ", host name %s", "、ホスト名 %s")
	s.more(f.VendorClass, ", vendor class %s", "、ベンダークラス %s")
	if f.Relay.IsValid() {
		s.more(f.Relay.String(), ", through relay %s", "、中継 %s")
	}
	s.vlan(f.VID)
}

// DHCPServer implements fact.Visitor.
func (s *sayer) DHCPServer(_ *fact.Observation, f fact.DHCPServer) {
	s.both("DHCPv%d server %s gave out addresses", "DHCPv%d サーバ %s がアドレスを配布しました", f.Version, who(f.IP, f.MAC))
	if f.Subnet.IsValid() {
		s.more(f.Subnet.Masked().String(), " of %s", "（%s）")
	}
	s.more(list(f.Routers), ", router %s", "、ルータ %s")
	s.more(list(f.DNSServers), ", DNS servers %s", "、DNS サーバ %s")
	s.more(f.AFTRName, ", DS-Lite AFTR %s", "、DS-Lite の AFTR %s")
	s.more(words4(f.S46), ", softwire %s", "、ソフトワイヤ %s")
	s.vlan(f.VID)
}

// NameQuery implements fact.Visitor.
func (s *sayer) NameQuery(_ *fact.Observation, f fact.NameQuery) {
	s.both("%s asked %s for the name %s (%s)", "%s が %s に名前 %s（%s）を問い合わせました", end(f.Client), end(f.Server), f.Name, f.Type)
}

// NameAnswer implements fact.Visitor.
func (s *sayer) NameAnswer(_ *fact.Observation, f fact.NameAnswer) {
	s.both("name server %s answered for %s: %s", "ネームサーバ %s が %s に答えました：%s", ip(f.Server), f.Name, or(list(f.Addresses)))
}

// ServiceAnnouncement implements fact.Visitor.
func (s *sayer) ServiceAnnouncement(_ *fact.Observation, f fact.ServiceAnnouncement) {
	s.both("%s announced the service %s over %s", "%s がサービス %s を %s で知らせました", who(f.IP, f.MAC), f.Service, f.Protocol)
	s.more(f.Detail, " (%s)", "（%s）")
}

// ServerName implements fact.Visitor.
func (s *sayer) ServerName(_ *fact.Observation, f fact.ServerName) {
	s.both("%s asked %s for the server name %s (%s)", "%s が %s にサーバ名 %s を指定して接続しました（%s）",
		end(f.Client), end(f.Server), or(f.Name), f.Protocol)
	s.more(f.ALPN, ", offering the protocols %s", "、提示したプロトコル %s")
}

// Flow implements fact.Visitor.
func (s *sayer) Flow(_ *fact.Observation, f fact.Flow) {
	s.both("%s talked to %s over %s", "%s が %s と %s で通信しました", end(f.Client), end(f.Server), f.Protocol)
	s.more(f.App, " (%s)", "（%s）")
	s.answered(f.Answered)
	s.via(f.Client, f.Server)
	s.vlan(f.VID)
}

// Tunnel implements fact.Visitor.
func (s *sayer) Tunnel(_ *fact.Observation, f fact.Tunnel) {
	s.both("%s and %s have a tunnel of type %s", "%s と %s の間に %s のトンネルがあります", end(f.A), end(f.B), f.Type)
	s.more(f.Detail, " (%s)", "（%s）")
	if f.Established {
		s.en += ", which came up"
		s.ja += "（確立を確認）"
	}
	s.answered(f.Answered)
	s.via(f.A, f.B)
	s.vlan(f.VID)
}

// SelfDescription implements fact.Visitor.
func (s *sayer) SelfDescription(_ *fact.Observation, f fact.SelfDescription) {
	s.both("%s said of itself over %s: %s %s", "%s が %s で名乗りました：%s %s", end(f.Host), f.Protocol, f.Field, f.Value)
}

// ControlSpeaker implements fact.Visitor.
func (s *sayer) ControlSpeaker(_ *fact.Observation, f fact.ControlSpeaker) {
	s.both("%s spoke %s", "%s が %s で通信しました", who(f.IP, f.MAC), f.Protocol)
	s.more(f.Role, " as %s", "、役割 %s")
	s.more(f.ID, ", ID %s", "、ID %s")
	s.more(f.Domain, ", of %s", "、所属 %s")
	s.more(list(f.Virtual), ", holding %s for others", "、代表アドレス %s")
	s.vlan(f.VID)
}

// Transit implements fact.Visitor.
func (s *sayer) Transit(_ *fact.Observation, f fact.Transit) {
	if f.To {
		s.both("frames to %s carried IPv%d packets for several outside networks", "%s あてのフレームで、複数の外部ネットワークへの IPv%d パケットが運ばれました", f.MAC, f.Version)
	} else {
		s.both("frames from %s carried IPv%d packets of several outside networks", "%s が送ったフレームで、複数の外部ネットワークからの IPv%d パケットが運ばれました", f.MAC, f.Version)
	}
	s.vlan(f.VID)
}

// HopLimit implements fact.Visitor.
func (s *sayer) HopLimit(_ *fact.Observation, f fact.HopLimit) {
	s.both("packets of %s arrived with %d hops left", "%s のパケットは残りホップ数 %d で届きました", who(f.IP, f.MAC), f.Value)
	s.vlan(f.VID)
}

// SystemGroup implements fact.Visitor.
func (s *sayer) SystemGroup(_ *fact.Observation, f fact.SystemGroup) {
	if f.Agent.IsConfig() {
		s.both("the configuration is that of %s", "機器 %s の設定", or(f.SysName))
	} else {
		s.both("the SNMP agent says that it is %s", "SNMP エージェントの申告：%s", or(f.SysName))
	}
	s.more(f.SysDescr, ": %s", "、%s")
	s.more(f.SysObjectID, ", sysObjectID %s", "、sysObjectID %s")
	s.more(f.SysLocation, ", at %s", "、設置場所 %s")
	s.more(f.SNMP, ", SNMP is %s", "、SNMP は %s")
}

// Interface implements fact.Visitor.
func (s *sayer) Interface(_ *fact.Observation, f fact.Interface) {
	name := f.Name
	if name == "" {
		name = f.Descr
	}
	if f.IfIndex >= fact.ConfigIndex {
		s.both("the configuration has interface %s, type %d", "設定のインタフェース %s、種別 %d", or(name), f.Type)
		s.more(cmp.Or(f.OperStatus, f.AdminStatus), ", %s", "、状態 %s")
		if !f.MAC.IsZero() {
			s.more(f.MAC.String(), ", MAC %s", "、MAC %s")
		}
		s.more(f.Alias, ", alias %s", "、別名 %s")
		return
	}
	s.both("the device has interface %d %s, type %d, %s", "機器のインタフェース %d：%s、種別 %d、状態 %s",
		f.IfIndex, or(name), f.Type, or(f.OperStatus))
	if !f.MAC.IsZero() {
		s.more(f.MAC.String(), ", MAC %s", "、MAC %s")
	}
	if f.Descr != name {
		s.more(f.Descr, ", described as %s", "、説明 %s")
	}
	s.more(f.Alias, ", alias %s", "、別名 %s")
}

// InterfaceAddress implements fact.Visitor.
func (s *sayer) InterfaceAddress(_ *fact.Observation, f fact.InterfaceAddress) {
	if f.IfIndex >= fact.ConfigIndex {
		s.both("the configuration gives the device the address %s", "設定上の機器のアドレス %s", f.Address)
		return
	}
	s.both("the device has the address %s on interface %d", "機器自身のアドレス %s（インタフェース %d）", f.Address, f.IfIndex)
}

// NeighborEntry implements fact.Visitor.
func (s *sayer) NeighborEntry(_ *fact.Observation, f fact.NeighborEntry) {
	s.both("the device's ARP or ND table has %s at %s (interface %d)", "機器の ARP/ND テーブル：%s は %s（インタフェース %d）",
		ip(f.IP), f.MAC, f.IfIndex)
}

// Route implements fact.Visitor.
func (s *sayer) Route(_ *fact.Observation, f fact.Route) {
	if f.Agent.IsConfig() {
		s.both("the configuration has a route to %s", "設定上の経路：%s 宛て", f.Destination)
		if !f.NextHop.IsUnspecified() {
			s.more(known(f.NextHop), " by %s", "、次の機器 %s")
		}
		return
	}
	if f.NextHop.IsValid() && !f.NextHop.IsUnspecified() {
		s.both("the device's routing table leads %s to %s (interface %d)", "機器の経路表：%s 宛ては %s へ（インタフェース %d）",
			f.Destination, f.NextHop, f.IfIndex)
		return
	}
	s.both("the device's routing table leads %s over interface %d, without a next hop", "機器の経路表：%s 宛てはインタフェース %d へ（次の機器なし）", f.Destination, f.IfIndex)
}

// FDBEntry implements fact.Visitor.
func (s *sayer) FDBEntry(_ *fact.Observation, f fact.FDBEntry) {
	s.both("the switch learned %s on bridge port %d (interface %d)", "スイッチの学習テーブル：%s はブリッジポート %d（インタフェース %d）",
		f.MAC, f.BasePort, f.IfIndex)
	s.vlan(f.VID)
}

// VLAN implements fact.Visitor.
func (s *sayer) VLAN(_ *fact.Observation, f fact.VLAN) {
	s.both("the device knows VLAN %d %s", "機器に VLAN %d %s があります", f.VID, or(f.Name))
}

// LocalChassis implements fact.Visitor.
func (s *sayer) LocalChassis(_ *fact.Observation, f fact.LocalChassis) {
	s.both("the device announces itself over %s as %s", "機器は %s で自分を %s と知らせています", f.Protocol, or(f.ChassisID))
	s.more(f.SystemName, ", system name %s", "、システム名 %s")
}

// RemoteNeighbor implements fact.Visitor.
func (s *sayer) RemoteNeighbor(_ *fact.Observation, f fact.RemoteNeighbor) {
	s.both("the device sees over %s on its port %s: %s, port %s", "機器が %s でポート %s の先に見ている隣接機器：%s、ポート %s",
		f.Protocol, or(f.LocalPort), or(f.Neighbor.ChassisID), or(f.Neighbor.PortID))
	s.neighbor(f.Neighbor)
}

// PhysicalEntity implements fact.Visitor.
func (s *sayer) PhysicalEntity(_ *fact.Observation, f fact.PhysicalEntity) {
	s.both("the device has a %s %s", "機器の構成部品：%s %s", or(f.Class), or(f.Name))
	s.more(f.Vendor, ", maker %s", "、製造者 %s")
	s.more(f.Model, ", model %s", "、型番 %s")
	s.more(f.Serial, ", serial number %s", "、製造番号 %s")
	s.more(f.Software, ", software %s", "、ソフトウェア %s")
}

// HostStatus implements fact.Visitor.
func (s *sayer) HostStatus(_ *fact.Observation, f fact.HostStatus) {
	s.both("a scan found %s %s", "スキャン結果：%s は %s", who(f.IP, f.MAC), f.State)
	s.more(words4(f.HostNames), " (%s)", "（%s）")
}

// Port implements fact.Visitor.
func (s *sayer) Port(_ *fact.Observation, f fact.Port) {
	s.both("a scan found %s port %d/%s %s", "スキャン結果：%s のポート %d/%s は %s", ip(f.IP), f.Port, f.Transport, f.State)
	s.more(f.Service, ", service %s", "、サービス %s")
	s.more(strings.TrimSpace(f.Product+" "+f.Version), ", %s", "、%s")
	if f.Service == "" {
		s.more(f.Assumed, " (by its number perhaps %s)", "（番号からの推測：%s）")
	}
}

// OSMatch implements fact.Visitor.
func (s *sayer) OSMatch(_ *fact.Observation, f fact.OSMatch) {
	s.both("a scan holds %s for %s (%d %%)", "スキャンの推定：%s の OS は %s（%d %%）", ip(f.IP), f.Name, f.Accuracy)
	s.more(f.Type, ", %s", "、%s")
}
