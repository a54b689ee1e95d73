package infer

import (
	"cmp"
	"fmt"
	"strings"

	"kanmon/discover/fact"
)

// gapText is what a gap says in Japanese. {1} stands for the first argument of the
// gap (fact.Gap.Args), and so on.
type gapText struct {
	args      int
	what, why string
}

// ofDevice is what a gap of SNMP is about: {1} of {2}.
const ofDevice = "{2} の {1}"

// gapTexts returns what gaps say in Japanese, by their codes.
func gapTexts() map[string]gapText {
	return map[string]gapText{
		fact.GapAccess:     {2, "{2} に {1} で入れる相手", "フィルタが名前、グループ、時刻、ゾーンに依存しており、誰が入れるかを判定できない。設定を確認する"},
		fact.GapCommands:   {3, "{2} の設定のうち {1} 行", "読み取りの対象でないコマンド：{3}"},
		fact.GapLines:      {4, "{2} の設定のうち {1} 行", "読み取りの対象でないコマンド：{3}。ほかに、コマンドと分からない行が {4} 行ある"},
		fact.GapConfigSize: {2, "{1} の設定の一部", "インタフェース、経路、トンネル、規則が {2} を超えるため、残りを読んでいない"},

		fact.GapFrameLimit:    {1, "{1} 個より後のフレーム", "調査者がそこまでと指定した"},
		fact.GapFrameFilter:   {2, "フィルタの外のフレーム {2}", "調査者が読む範囲をフィルタで指定した：{1}"},
		fact.GapFrameLength:   {2, "フレームの {1} オクテットより後 {2}", "調査者がそこまでと指定した"},
		fact.GapFramesDropped: {1, "{1} のフレーム", "読み取りが追いつかず、カーネルが一部を捨てた"},
		fact.GapInterfaceDown: {1, "{1} のフレーム", "このインタフェースはしばらく止まっていた"},
		fact.GapTable:         {3, "{1} の一部", "異なるものが {2} を超え、それより後の {3} 回分を残していない"},
		fact.GapFlows:         {3, "通信の一部", "応答のないものが {1}、あるものが {2} を超え（院内・院外それぞれ）、それより後の {3} フレームを残していない"},
		fact.GapQUIC:          {2, "QUICの接続先の名前", "接続の始まりが {1} フレームに1つより多く、{2} 個を読み解いていない"},
		fact.GapScanStopped:   {1, "{1} のポート", "調べ終わる前に nmap が止められた"},
		fact.GapScanGivenUp:   {1, "{1} のポート", "時間がかかりすぎ、nmap があきらめた"},
		fact.GapScope:         {2, "隣の機器", "指定された範囲の外にある {1} 個のアドレスには尋ねていない：{2}"},
		fact.GapFollowed:      {1, "隣の機器", "上限の {1} 台までたどった。ほかには尋ねていない"},

		fact.GapDisorder:     {2, ofDevice, "途中まで：行が順に並ばないか、同じ行が繰り返されたため、残りを尋ねていない"},
		fact.GapRows:         {2, ofDevice, "途中まで：行が多すぎるため、残りを尋ねていない"},
		fact.GapSize:         {2, ofDevice, "途中まで：内容が大きすぎるため、残りを尋ねていない"},
		fact.GapTime:         {2, ofDevice, "途中まで：時間がかかりすぎた"},
		fact.GapRequests:     {2, ofDevice, "途中まで：問い合わせの回数が多すぎるため、残りを尋ねていない"},
		fact.GapEmptyAnswer:  {2, ofDevice, "途中まで：値のない応答が返った"},
		fact.GapTooBig:       {2, ofDevice, "途中まで：どれだけ少なく尋ねても、応答が大きすぎると機器が言う"},
		fact.GapContradicts:  {2, ofDevice, "途中まで：この先はないと機器が言うが、先にあるものを前に返していた"},
		fact.GapRestarted:    {2, ofDevice, "尋ねている間に機器が再起動した"},
		fact.GapSilent:       {2, ofDevice, "尋ねている間に機器が応答しなくなった"},
		fact.GapNoAnswer:     {2, ofDevice, "SNMPに応答がない。アドレス、アクセス制限、コミュニティ名、暗号の設定が違うか、SNMPが切られている"},
		fact.GapClosed:       {2, ofDevice, "SNMPに応答がない。そのポートは待ち受けていない"},
		fact.GapNotTrusted:   {2, ofDevice, "SNMPv3で通じない。利用者名、パスフレーズ、方式のどれかが違う"},
		fact.GapNoType:       {4, ofDevice, "列 {4} の {3} 個の値が、SNMPにない型である"},
		fact.GapSeveralTypes: {3, ofDevice, "列 {3} の値の型がそろっていない"},
		fact.GapMissingRows:  {4, ofDevice, "機器は {3} 個のインタフェースがあると言い、{4} 個を返した"},
		fact.GapUneven:       {6, ofDevice, "列 {4} は {3} 行、列 {6} は {5} 行が返った"},
		fact.GapVLANs:        {4, ofDevice, "{3} 個のVLANのうち、初めの {4} 個だけを個別に尋ねた"},
		fact.GapSpared:       {3, ofDevice, "尋ねていない。この機種はその問い合わせに耐えない（{3}）"},
	}
}

// gapWords are the Japanese words for first arguments: what tables of a capture
// hold (fact.GapTable), and doors (fact.GapAccess). Other doors are called by
// their protocols.
func gapWords() map[string]string {
	return map[string]string{
		"port-forward": "ポート転送", "static-nat": "静的NAT", "ike": "IPsec", "ssl-vpn": "SSL-VPN", "openvpn": "OpenVPN",
		"address bindings": "アドレスの対応", "bridges": "ブリッジ", "neighbor announcements": "隣接機器の通知", "router advertisements": "ルータ広告",
		"DHCP clients": "DHCPクライアント", "DHCP servers": "DHCPサーバ", "name queries": "名前の問い合わせ", "name answers": "名前の応答",
		"name claims": "名乗り", "address sets": "アドレスの組", "service announcements": "サービスの通知", "server names": "接続先の名前",
		"self-descriptions": "機器の自己紹介", "server certificates": "サーバ証明書", "control speakers": "制御プロトコルの話し手",
		"questions to groups": "一斉の問い合わせ", "hop limits": "ホップ数", "packets handed on": "中継先",
		"stations that frames were handed to": "フレームの渡し先", "stations that carry packets of other networks": "ほかのネットワークのパケットを運ぶ機器",
		"tunnels": "トンネル", "PPPoE sessions": "PPPoE接続",
	}
}

// inJapanese returns what a gap says in Japanese; empty where it has no code, or
// not the arguments of its code.
func inJapanese(g fact.Gap) (what, why string) {
	t, ok := gapTexts()[g.Code]
	if !ok || len(g.Args) != t.args {
		return "", ""
	}
	var pairs []string
	for i, a := range g.Args {
		if i == 0 && g.Code == fact.GapTable {
			a = cmp.Or(gapWords()[a], a)
		}
		if i == 0 && g.Code == fact.GapAccess {
			a = cmp.Or(gapWords()[a], strings.ToUpper(a))
		}
		pairs = append(pairs, fmt.Sprintf("{%d}", i+1), a)
	}
	fill := strings.NewReplacer(pairs...)
	if what = strings.TrimSpace(fill.Replace(t.what)); t.what == ofDevice && g.Args[0] == "" { // nothing of it was read
		what = g.Args[1]
	}
	return what, fill.Replace(t.why)
}
