package build

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// InterfaceLayer implements fact.Visitor.
func (s *sayer) InterfaceLayer(_ *fact.Observation, f fact.InterfaceLayer) {
	s.both("the device's interface %d runs on interface %d", "機器のインタフェース %d はインタフェース %d の上で動いています", f.Higher, f.Lower)
}

// AggregateMember implements fact.Visitor.
func (s *sayer) AggregateMember(_ *fact.Observation, f fact.AggregateMember) {
	s.both("the device's interface %d is part of the aggregate %d", "機器のインタフェース %d は集約 %d の一部です", f.IfIndex, f.Aggregate)
	if !f.Partner.IsZero() {
		s.more(f.Partner.String(), ", with %s at the other end", "、対向は %s")
	}
}

// VLANPorts implements fact.Visitor.
func (s *sayer) VLANPorts(_ *fact.Observation, f fact.VLANPorts) {
	s.both("the device carries VLAN %d on %d interfaces", "機器は VLAN %d を %d 個のインタフェースで運びます", f.VID, len(f.Untagged)+len(f.Tagged))
	s.more(numbers(f.Untagged), ", untagged on %s", "、タグなし %s")
	s.more(numbers(f.Tagged), ", tagged on %s", "、タグ付き %s")
}

// BridgePort implements fact.Visitor.
func (s *sayer) BridgePort(_ *fact.Observation, f fact.BridgePort) {
	s.both("spanning tree on the device's interface %d is in state %s", "機器のインタフェース %d のスパニングツリーの状態は %s です", f.IfIndex, or(f.State))
	if !f.DesignatedBridge.IsZero() {
		s.more(f.DesignatedBridge.String(), ", designated bridge %s", "、指定ブリッジ %s")
	}
	s.vlan(f.VID)
}

// RedundancyGroup implements fact.Visitor.
func (s *sayer) RedundancyGroup(_ *fact.Observation, f fact.RedundancyGroup) {
	s.both("the device is in group %d of %s", "機器は %[2]s のグループ %[1]d に属しています", f.Group, f.Protocol)
	s.more(f.State, " as %s", "、状態 %s")
	s.more(list(f.Addresses), ", holding %s", "、代表アドレス %s")
}

// AccessPoint implements fact.Visitor.
func (s *sayer) AccessPoint(_ *fact.Observation, f fact.AccessPoint) {
	s.both("the controller knows the access point %s at %s", "コントローラの登録：アクセスポイント %s（%s）", or(f.Name), who(f.IP, f.MAC))
	s.more(f.Model, ", model %s", "、型番 %s")
	s.more(f.Serial, ", serial number %s", "、製造番号 %s")
	s.more(f.State, ", state %s", "、状態 %s")
}

// WirelessClient implements fact.Visitor.
func (s *sayer) WirelessClient(_ *fact.Observation, f fact.WirelessClient) {
	s.both("%s is associated by radio", "%s が無線で接続しています", f.MAC)
	if !f.AccessPoint.IsZero() {
		s.more(f.AccessPoint.String(), " with access point %s", "、アクセスポイント %s")
	}
	s.more(f.SSID, ", SSID %s", "、SSID %s")
}

// TunnelEnd implements fact.Visitor.
func (s *sayer) TunnelEnd(_ *fact.Observation, f fact.TunnelEnd) {
	s.both("the device has a tunnel %s of type %s", "機器のトンネル %s（種別 %s）", or(f.Name), f.Type)
	s.more(known(f.Local), " from %s", "、自側 %s")
	s.more(known(f.Remote), " to %s", "、相手 %s")
	s.more(f.RemoteName, " to %s", "、相手名 %s")
	if f.Calls {
		s.en += ", which calls"
		s.ja += "、相手から接続"
	}
	s.more(f.Provider, ", service %s", "、サービス %s")
	s.more(f.State, ", %s", "、状態 %s")
	s.configured(f.Configured)
}

// Line implements fact.Visitor.
func (s *sayer) Line(_ *fact.Observation, f fact.Line) {
	s.both("the device has a line %s of type %s", "機器の回線 %s（種別 %s）", or(f.Name), f.Type)
	s.more(f.Provider, ", provider %s", "、事業者 %s")
	s.more(f.Model, ", modem %s", "、モデム %s")
	s.more(f.State, ", %s", "、状態 %s")
	s.configured(f.Configured)
}

// RemoteAccess implements fact.Visitor.
func (s *sayer) RemoteAccess(_ *fact.Observation, f fact.RemoteAccess) {
	s.both("the device lets others in by %s", "機器は外からの接続を %s で受け付けます", f.Type)
	s.more(f.Interface, " on interface %s", "、インタフェース %s")
	if f.Port != 0 {
		port := strconv.Itoa(int(f.Port))
		if f.PortEnd > f.Port {
			port += "-" + strconv.Itoa(int(f.PortEnd))
		}
		s.more(strings.TrimSpace(f.Transport+" "+port), ", port %s", "、ポート %s")
	}
	s.more(known(f.Target), ", passed on to %s", "、内部の %s へ転送")
	if f.TargetPort != 0 {
		s.more(strconv.Itoa(int(f.TargetPort)), ", port %s there", "（転送先ポート %s）")
	}
	s.more(list(f.From), ", from %s only", "、接続元は %s のみ")
	if f.Filtered {
		s.en += ", with filters that keep some out (whom was not worked out)"
		s.ja += "、接続元はフィルタで制限（範囲は判定できず）"
	}
	if f.Sessions > 0 {
		s.more(strconv.Itoa(f.Sessions), ", %s sessions open", "、接続中 %s")
	}
	s.configured(f.Configured)
}

// NameRoute implements fact.Visitor.
func (s *sayer) NameRoute(_ *fact.Observation, f fact.NameRoute) {
	s.both("the device passes questions for names of %s on", "機器は %s の名前解決を転送します", f.Domain)
	s.more(list(f.Servers), " to %s", "、宛先 %s")
	s.more(f.Via, " over %s", "、経由 %s")
}

// USBDevice implements fact.Visitor.
func (s *sayer) USBDevice(_ *fact.Observation, f fact.USBDevice) {
	s.both("something is plugged into USB port %s of the device", "機器の USB ポート %s に接続があります", or(f.Port))
	s.more(strings.TrimSpace(f.Manufacturer+" "+f.Product), ": %s", "：%s")
	s.more(f.Class, ", class %s", "、クラス %s")
	if f.VendorID != "" {
		s.more(f.VendorID+":"+f.ProductID, " (%s)", "（%s）")
	}
}

// Program implements fact.Visitor.
func (s *sayer) Program(_ *fact.Observation, f fact.Program) {
	if f.Running {
		s.both("the host runs %s", "このホストで %s が動いています", f.Name)
		return
	}
	s.both("the host has %s installed", "このホストに %s が入っています", f.Name)
}

// configured says where it is so that a configuration tells it.
func (s *sayer) configured(is bool) {
	if is {
		s.en += " (from its configuration)"
		s.ja += "（設定より）"
	}
}

func numbers(list []uint32) string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.FormatUint(uint64(n), 10))
	}
	return words4(out)
}

// known writes an address, and nothing for one that is not known.
func known(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// via adds to whom frames for either end were handed, where its own came from
// another.
func (s *sayer) via(ends ...fact.Endpoint) {
	for _, e := range ends {
		if !e.Via.IsZero() {
			s.en += fmt.Sprintf(", frames for %s were handed to %s", ip(e.IP), e.Via)
			s.ja += fmt.Sprintf("（%s あては %s に渡された）", ip(e.IP), e.Via)
		}
	}
}
