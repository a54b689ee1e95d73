package classify

import "kanmon/topology"

// rule is one step of reasoning. Rules are ordered as they are told.
type rule int

// The rules. What each says, and how sure it is, stands in says.
const (
	cellularInterfaceUp rule = iota
	cellularInterfaceDown
	cellularModemUp
	cellularModemDown
	tetherInterfaceUp
	tetherInterfaceDown
	toldUp
	toldConfigured
	toldOnly
	toldDown
	toldNoPeer
	modemPlugged
	phonePlugged
	defaultRouteThere
	cellularByEnterprise
	cellularByMaker
	poolAddress
	poolRoute
	routeToPublic
	routeToCarrier
	routeOverPPP
	ownPublicAddress
	sessionAnswered
	sessionAsked
	softwireBoth
	softwireOneWay
	softwireEndpoint
	softwireAnnounced
	qualificationServers
	qualificationRouted
	qualificationAsked
	qualificationRouter
	closedPrefix
	closedSearchDomain
	globalPrefix
	mapEPrefix
	nameAsked
	nameAskedProxy
	nameNamed
	nameNamedOneWay
	nameFlow
	nameFlowOneWay
	nameFlowUntold
	nameNoRouter
	nameThroughRouter
	tunnelBoth
	tunnelOneWay
	tunnelUp
	serverFlow
	serverFlowOneWay
	certificateShown
	saidItself
	exchangeBoth
	exchangeOneWay
	toolBoth
	toolOneWay
	controlBoth
	controlOneWay
	accessLets
	accessOfTunnel
	forwardLets
	accessPrivate
	forwardPrivate
	accessAnybody
	accessSome
	accessFiltered
	accessSessions
	programRuns
	programInstalled
	listenerProbed
	toolProbed
	trafficThrough
	trafficThroughOneWay
	routeFollowed
	framesFollowed
	answersFollowed
	answersElsewhere
	sharedAddress
	sharedUnlike
	gatewayKnown
	gatewayKnownOneWay
	gatewaySomewhere
	gatewayOfMany
	gatewayOfManyOneWay
	gatewayCarries
	gatewayCarriesOneWay
	gatewayOfResolver
	gatewayOfResolverOneWay
	gatewayUnknown
	gatewayUnknownOneWay
	throughGateway
	closedTraffic
	closedTrafficOneWay
	gatewayOffered
	gatewayMapped
	gatewayBrought
	networkBrought
	hopsLess
	severalBehind
	secondAddress
	namesDirect
	namesHidden
	medicalLong
	onlyAsked
)

// says returns how sure a rule is, and the sentence that tells it to people, in
// English and Japanese. A rule without a grade supports others and is not enough
// by itself. This table is the only place where grades are given.
func (r rule) says() (grade topology.Grade, en, ja string) {
	t := [...]struct {
		grade  topology.Grade
		en, ja string
	}{
		cellularInterfaceUp:     {topology.Confirmed, "The device's own tables show a cellular interface that is up or has an address, and the device is a router.", "この機器自身の表に、携帯電話回線のインタフェースがあり（稼働中、またはアドレスあり）、機器はルータである。"},
		cellularInterfaceDown:   {topology.Inferred, "The device's own tables show a cellular interface that is down, and the device is a router.", "この機器自身の表に、携帯電話回線のインタフェースがあり（停止中）、機器はルータである。"},
		cellularModemUp:         {topology.Confirmed, "The device's own tables show a cellular interface that is up or has an address, and nothing says that the device is a router.", "この機器自身の表に、携帯電話回線のインタフェースがあり（稼働中、またはアドレスあり）、ルータとは分からない。"},
		cellularModemDown:       {topology.Inferred, "The device's own tables show a cellular interface that is down, and nothing says that the device is a router.", "この機器自身の表に、携帯電話回線のインタフェースがあり（停止中）、ルータとは分からない。"},
		tetherInterfaceUp:       {topology.Confirmed, "The device's own tables show the interface of a shared phone line, up or with an address.", "この機器自身の表に、スマートフォンの回線共有のインタフェースがある（稼働中、またはアドレスあり）。"},
		tetherInterfaceDown:     {topology.Inferred, "The device's own tables show the interface of a shared phone line, which is down.", "この機器自身の表に、スマートフォンの回線共有のインタフェースがある（停止中）。"},
		defaultRouteThere:       {"", "A default route of the device leads over that interface.", "この機器の既定経路が、そのインタフェースを向いている。"},
		toldUp:                  {topology.Confirmed, "The device's own tables show it, and that it is up.", "この機器自身の表にあり、稼働中である。"},
		toldConfigured:          {topology.Confirmed, "The device's configuration sets it up; that it is in use does not follow from that.", "この機器の設定にある。使われているかどうかは、設定からは分からない。"},
		toldOnly:                {topology.Reported, "The device's own tables show it, and not whether it is up.", "この機器自身の表にあるが、稼働中かどうかは分からない。"},
		toldDown:                {topology.Inferred, "The device's own tables or configuration show it, as down or shut down.", "この機器自身の表または設定にあるが、停止している。"},
		toldNoPeer:              {"", "Who is at the other end is not told.", "相手が誰かは示されていない。"},
		modemPlugged:            {topology.Reported, "The device's own tables show a cellular modem on a USB port.", "この機器自身の表で、USBポートに携帯回線のモデムがある。"},
		phonePlugged:            {topology.Inferred, "The device's own tables show a phone on a USB port, which may share its line or only be charged.", "この機器自身の表で、USBポートにスマートフォンがある。回線共有か、充電だけかは分からない。"},
		qualificationRouted:     {"", "The router passes questions for names of online qualification on to the closed network, and has a line there.", "このルータは、オンライン資格確認の名前の問い合わせを閉域網へ転送し、そこへの回線を持つ。"},
		qualificationAsked:      {topology.Reported, "By their configuration, devices ask for names of online qualification this way.", "機器の設定で、オンライン資格確認の名前はここを通して問い合わせることになっている。"},
		accessLets:              {topology.Confirmed, "The device's own tables or configuration let others in from outside.", "この機器自身の表または設定で、外からの接続を受け付けている。"},
		accessOfTunnel:          {"", "The device waits for the other end to come from outside.", "この機器は、相手が外から接続してくるのを待ち受けている。"},
		forwardLets:             {topology.Confirmed, "The device passes connections from outside on to a host inside.", "この機器は、外からの接続を院内のホストへ転送している。"},
		accessPrivate:           {topology.Inferred, "The device lets others in where its own address is private: whether anybody outside gets there does not follow.", "この機器は、自身がプライベートアドレスを持つ側からの接続を受け付けている。院外から届くかどうかは分からない。"},
		forwardPrivate:          {topology.Inferred, "The device passes on to a host behind it what comes to its own private address: whether anybody outside gets there does not follow.", "この機器は、自身のプライベートアドレスへの接続を内側のホストへ転送している。院外から届くかどうかは分からない。"},
		accessAnybody:           {"", "Nobody outside is kept from it, as far as that tells.", "接続元の制限は見当たらない（誰でも接続を試みられる）。"},
		accessSome:              {"", "Only some addresses are let in.", "接続元は一部のアドレスに限られている。"},
		accessFiltered:          {"", "Filters keep some out; whom, could not be worked out.", "フィルタで接続元を制限しているが、範囲は判定できなかった。"},
		accessSessions:          {"", "Sessions from outside are open.", "外からの接続が、いま開かれている。"},
		programRuns:             {topology.Confirmed, "The device's own tables show the software running.", "この機器自身の表で、このソフトが動いている。"},
		programInstalled:        {topology.Reported, "The device's own tables show the software installed; whether it is used is not told.", "この機器自身の表に、このソフトが入っている。使われているかどうかは分からない。"},
		cellularByEnterprise:    {topology.Inferred, "The device's sysObjectID is that of a maker of cellular routers only.", "この機器の sysObjectID は、携帯回線ルータだけを作るメーカーのものである。"},
		cellularByMaker:         {topology.Inferred, "The device's address block is that of a maker of cellular routers only, and the device acts as a gateway.", "この機器のMACアドレスは携帯回線ルータだけを作るメーカーのもので、機器はゲートウェイとして振る舞う。"},
		poolAddress:             {topology.Inferred, "The device has an address here and one in a pool that phones and modems give out when they share their line.", "この機器は院内のアドレスのほかに、スマートフォンやモデムが回線共有で配る範囲のアドレスを持つ。"},
		poolRoute:               {topology.Confirmed, "The device's own tables show an address in a pool of shared lines, and a default route over it.", "この機器自身の表に、回線共有で配られる範囲のアドレスと、そこへの既定経路がある。"},
		routeToPublic:           {topology.Confirmed, "The device's own routing table or configuration leads everything to a next hop outside.", "この機器自身の経路表または設定で、既定経路の次が院外のアドレスである。"},
		routeToCarrier:          {topology.Confirmed, "The device's own routing table or configuration leads everything to a next hop in a carrier's shared address space (RFC 6598).", "この機器自身の経路表または設定で、既定経路の次が通信事業者の共有アドレス（RFC 6598）である。"},
		routeOverPPP:            {topology.Confirmed, "The device's own routing table leads everything over a PPP interface that is up.", "この機器自身の経路表で、既定経路が稼働中のPPPインタフェースを向いている。"},
		ownPublicAddress:        {"", "The device has a public address on an interface that is up.", "この機器は、稼働中のインタフェースにグローバルアドレスを持つ。"},
		sessionAnswered:         {topology.Confirmed, "A PPPoE session of this device was seen, and the other end answered.", "この機器のPPPoE接続が見え、相手が応答した。"},
		sessionAsked:            {topology.Reported, "A PPPoE session of this device, or its question for one, was seen one way.", "この機器のPPPoE接続、またはその要求が、片方向に見えた。"},
		softwireBoth:            {topology.Confirmed, "Packets of one IP version inside the other were seen both ways between this device and an address outside.", "この機器と院外のアドレスの間で、IPの中に別の版のIPを包んだ通信が双方向に見えた。"},
		softwireOneWay:          {topology.Reported, "Packets of one IP version inside the other were seen between this device and an address outside, one way.", "この機器と院外のアドレスの間で、IPの中に別の版のIPを包んだ通信が片方向に見えた。"},
		softwireEndpoint:        {"", "The address outside is a known far end of IPv4 over IPv6.", "院外のアドレスは、IPv4 over IPv6 の既知の終端である。"},
		softwireAnnounced:       {"", "The line announced IPv4 over IPv6 by DHCPv6 (RFC 6334, RFC 7598).", "回線がDHCPv6で IPv4 over IPv6 を案内した（RFC 6334、RFC 7598）。"},
		qualificationServers:    {topology.Confirmed, "The router announces name servers that only the online-qualification network has.", "このルータは、オンライン資格確認網だけにあるDNSサーバを案内している。"},
		qualificationRouter:     {topology.Reported, "The router announces a prefix of a closed network, and terminals use names of online qualification through it.", "このルータは閉域網のプレフィックスを案内し、端末がそこを通してオンライン資格確認の名前を使っている。"},
		closedPrefix:            {topology.Reported, "The router announces a prefix of a closed network; what the line is for is not known from it.", "このルータは閉域網のプレフィックスを案内している。何のための回線かは、これだけでは分からない。"},
		closedSearchDomain:      {"", "The router announces the search domain of a closed network.", "このルータは閉域網の検索ドメインを案内している。"},
		globalPrefix:            {topology.Reported, "The router announces itself as default router, with a global prefix that is not declared as the hospital's own.", "このルータは、院内のものと宣言されていないグローバルプレフィックスとともに、自分を既定ルータと案内している。"},
		mapEPrefix:              {"", "The prefix is one of lines with IPv4 over IPv6 by MAP-E (RFC 7597).", "プレフィックスは、MAP-E（RFC 7597）による IPv4 over IPv6 の回線のものである。"},
		nameAsked:               {topology.Reported, "A name server was asked for a name of this service.", "このサービスの名前が、DNSサーバに問い合わされた。"},
		nameAskedProxy:          {topology.Reported, "A server inside was asked for a name of this service.", "このサービスの名前が、院内のサーバに問い合わされた。"},
		nameNamed:               {topology.Confirmed, "A connection was opened to a server outside that was named as one of this service.", "このサービスの名前を名指しした院外サーバへの接続が開かれた。"},
		nameNamedOneWay:         {topology.Reported, "A server outside was named as one of this service, and it was not seen to answer.", "院外のサーバがこのサービスの名前で名指しされたが、応答は見えていない。"},
		nameFlow:                {topology.Confirmed, "The device asked for a name of this service, and frames were seen both ways with the address that it was told.", "この機器がこのサービスの名前を問い合わせ、答えとして得たアドレスとの通信が双方向に見えた。"},
		nameFlowOneWay:          {topology.Reported, "Frames were seen one way with an address that was answered for a name of this service.", "このサービスの名前の答えとして得たアドレスとの通信が、片方向に見えた。"},
		nameFlowUntold:          {topology.Reported, "Frames were seen both ways with an address that was answered for a name of this service, and it was not seen that this device asked.", "このサービスの名前の答えとして出たアドレスとの通信が双方向に見えたが、この機器が問い合わせたところは見えていない。"},
		nameNoRouter:            {topology.Reported, "No router that leads there is known, so the terminal itself is named.", "そこへ通じるルータが分からないため、端末そのものを挙げている。"},
		nameThroughRouter:       {"", "The frames went to the MAC address of this router, or it is the only one that leads there.", "通信はこのルータのMACアドレスを通った。または、そこへ通じるルータはこれしかない。"},
		tunnelBoth:              {topology.Confirmed, "Frames of a tunnel were seen both ways between this device and an address outside.", "この機器と院外のアドレスの間で、トンネルの通信が双方向に見えた。"},
		tunnelOneWay:            {topology.Reported, "Frames of a tunnel between this device and an address outside were seen one way.", "この機器と院外のアドレスの間で、トンネルの通信が片方向に見えた。"},
		tunnelUp:                {"", "The messages of its ends show that the tunnel came up.", "両端のやりとりから、トンネルが確立したことが分かる。"},
		serverFlow:              {topology.Confirmed, "Frames were seen both ways with a server of this service outside.", "このサービスの院外サーバとの通信が、双方向に見えた。"},
		serverFlowOneWay:        {topology.Reported, "Frames were seen one way with a server of this service outside.", "このサービスの院外サーバとの通信が、片方向に見えた。"},
		certificateShown:        {"", "The server outside showed a certificate of this service.", "院外のサーバが、このサービスの証明書を示した。"},
		saidItself:              {topology.Reported, "The device says of itself, in a protocol that it speaks, that it has this.", "この機器自身が、使っているプロトコルの中でこれを名乗っている。"},
		exchangeBoth:            {topology.Confirmed, "Medical data exchange was seen both ways between this device and an address outside.", "この機器と院外のアドレスの間で、医療データの通信が双方向に見えた。"},
		exchangeOneWay:          {topology.Reported, "Medical data exchange between this device and an address outside was seen one way.", "この機器と院外のアドレスの間で、医療データの通信が片方向に見えた。"},
		toolBoth:                {topology.Confirmed, "Frames of remote-control software were seen both ways between this device and an address outside.", "この機器と院外のアドレスの間で、遠隔操作ソフトの通信が双方向に見えた。"},
		toolOneWay:              {topology.Reported, "Frames of remote-control software between this device and an address outside were seen one way.", "この機器と院外のアドレスの間で、遠隔操作ソフトの通信が片方向に見えた。"},
		controlBoth:             {topology.Confirmed, "An address outside opened a session that controls this device (RDP, VNC, Radmin, SSH or Telnet), and the device answered.", "院外のアドレスがこの機器を操作する接続（RDP、VNC、Radmin、SSH、Telnetのどれか）を開き、機器が応答した。"},
		controlOneWay:           {topology.Reported, "Frames of a session by which an address outside controls this device (RDP, VNC, Radmin, SSH or Telnet) were seen one way.", "院外のアドレスがこの機器を操作する接続（RDP、VNC、Radmin、SSH、Telnetのどれか）の通信が、片方向に見えた。"},
		listenerProbed:          {topology.Inferred, "A probe found a product on this device that accepts tunnels from outside.", "調査で、外からトンネルを受け付ける製品がこの機器に見つかった。"},
		toolProbed:              {topology.Inferred, "A probe found remote-control software on this device.", "調査で、遠隔操作ソフトがこの機器に見つかった。"},
		trafficThrough:          {topology.Confirmed, "Traffic of inside devices with addresses outside was seen going this way.", "院内の機器と院外のアドレスの通信が、ここを通るのが双方向に見えた。"},
		trafficThroughOneWay:    {topology.Reported, "Frames between inside devices and addresses outside were seen going this way, in one direction.", "院内の機器と院外のアドレスの通信が、ここを通るのが片方向に見えた。"},
		routeFollowed:           {"", "The routing tables of the gateways on the path lead to this device.", "途中のゲートウェイの経路表をたどると、この機器に着く。"},
		framesFollowed:          {"", "Frames were seen handed from the gateway nearer to the clients to this device.", "端末に近いゲートウェイからこの機器へ、フレームが渡されるのが見えた。"},
		answersFollowed:         {"", "What is handed to the gateway nearer to the clients is answered by this device.", "端末に近いゲートウェイへ渡した通信に、この機器から応答が返る。"},
		answersElsewhere:        {"", "What is handed to this device is answered by another: the way there is not the way back.", "この機器へ渡した通信の応答は、別の機器から返る（行きと帰りの経路が異なる）。"},
		sharedAddress:           {"", "Several routers share this address, and answer from their own: they are one way out.", "このアドレスは複数のルータが共有し、応答は各ルータ自身のアドレスから返る。まとめて一つの出口である。"},
		sharedUnlike:            {"", "Other routers answer for this MAC address in one VLAN than in another: there may be more than one way out here.", "このMACアドレスあての通信に応答するルータがVLANによって異なる。出口が複数ある可能性がある。"},
		gatewayKnown:            {topology.Confirmed, "The device carries frames both ways between inside devices and addresses outside, and is known as a router.", "この機器は院内の機器と院外のアドレスの通信を双方向に運び、ルータと分かっている。"},
		gatewayKnownOneWay:      {topology.Reported, "The device carries frames between inside devices and addresses outside, seen one way, and is known as a router.", "この機器は院内の機器と院外のアドレスの通信を運び（片方向に見えた）、ルータと分かっている。"},
		gatewaySomewhere:        {topology.Inferred, "The device routes between inside networks and carries frames for addresses outside: the line is somewhere behind it.", "この機器は院内のネットワーク間を中継し、院外のアドレスへの通信も運ぶ。回線はこの先のどこかにある。"},
		gatewayOfMany:           {topology.Confirmed, "Devices inside reach parties outside that have nothing to do with each other through it, and are answered, as through a line to the internet.", "院内の機器が、互いに関係のない多くの院外の相手とここを通して双方向に通信している。インターネットへの回線の使われ方である。"},
		gatewayOfManyOneWay:     {topology.Reported, "Several devices inside send to parties outside that have nothing to do with each other through it, seen one way, as through a line to the internet.", "院内の複数の機器が、互いに関係のない多くの院外の相手へここを通して送信している（片方向に見えた）。インターネットへの回線の使われ方である。"},
		gatewayCarries:          {topology.Confirmed, "The device carries packets from and to several networks outside, as a line to the internet does.", "この機器は、院外の複数のネットワークのパケットを双方向に運ぶ。インターネットへの回線の使われ方である。"},
		gatewayCarriesOneWay:    {topology.Reported, "The device carries packets of several networks outside, seen one way, as a line to the internet does.", "この機器は、院外の複数のネットワークのパケットを運ぶ（片方向に見えた）。インターネットへの回線の使われ方である。"},
		gatewayOfResolver:       {topology.Confirmed, "The name server that devices inside use asks outside through it, and is answered.", "院内の機器が使うDNSサーバの院外への問い合わせがここを通り、応答も見えた。"},
		gatewayOfResolverOneWay: {topology.Reported, "The name server that devices inside use asks outside through it, seen one way.", "院内の機器が使うDNSサーバの院外への問い合わせがここを通る（片方向に見えた）。"},
		gatewayUnknown:          {topology.Confirmed, "The device carries frames both ways between inside devices and addresses outside, and nothing says what it is.", "この機器は院内の機器と院外のアドレスの通信を双方向に運ぶが、何の機器かは分からない。"},
		gatewayUnknownOneWay:    {topology.Reported, "The device carries frames between inside devices and addresses outside, seen one way, and nothing says what it is.", "この機器は院内の機器と院外のアドレスの通信を運ぶが（片方向に見えた）、何の機器かは分からない。"},
		throughGateway:          {"", "It passes a gateway here of which nothing else is known.", "院内のゲートウェイを通っているが、そのゲートウェイについてほかに分かることはない。"},
		closedTraffic:           {topology.Confirmed, "The device carries frames both ways between inside devices and a closed network.", "この機器は、院内の機器と閉域網の通信を双方向に運ぶ。"},
		closedTrafficOneWay:     {topology.Reported, "The device carries frames between inside devices and a closed network, seen one way.", "この機器は、院内の機器と閉域網の通信を運ぶ（片方向に見えた）。"},
		gatewayOffered:          {topology.Reported, "The device offers itself to its neighbours as a gateway to the internet (UPnP).", "この機器は、周りの機器にインターネットへのゲートウェイとして名乗っている（UPnP）。"},
		gatewayMapped:           {topology.Reported, "The device told another the address that it has outside (NAT-PMP or PCP).", "この機器は、自身が院外側に持つアドレスを、ほかの機器に答えている（NAT-PMP、PCP）。"},
		gatewayBrought:          {topology.Reported, "The device offers itself to its neighbours as a gateway to the internet (UPnP), and is none of the gateways that packets are known to take: a router that stands here as a host, with devices behind it that are not seen.", "この機器はインターネットへのゲートウェイとして名乗っている（UPnP）が、通信が実際に通るゲートウェイではない。端末として接続されたルータで、その先の機器は見えない。"},
		networkBrought:          {topology.Reported, "The device gives out addresses of a network of its own, with itself as the router, in a segment where another server gives out those that are in use.", "この機器は、別のサーバがアドレスを配布しているセグメントで、独自のネットワークのアドレスを自分をルータとして配布している。"},
		hopsLess:                {"", "Packets with the device's own address arrive with one hop less than hosts start with: they are from devices behind it.", "この機器自身のアドレスのパケットが、端末の初期値より一つ少ない残りホップ数で届く。この機器の先にある別の機器のものである。"},
		severalBehind:           {topology.Inferred, "Systems of several kinds send with the address of this one device.", "種類の異なる複数のシステムが、この一台のアドレスで送信している。"},
		secondAddress:           {topology.Inferred, "Beside its address here the device announces one outside, or of a carrier's shared network, as its own: another line, or a tunnel, ends in it.", "この機器は、院内のアドレスのほかに、院外または通信事業者の共有網のアドレスを自分のものとして名乗っている。この機器が別の回線、またはトンネルを持つ。"},
		namesDirect:             {"", "Devices ask name servers outside directly: the hospital's own name server does not see these questions.", "院外のDNSサーバへ直接問い合わせている機器がある。その問い合わせは、院内のDNSサーバには見えない。"},
		namesHidden:             {"", "Devices ask name servers outside over an encrypted channel (DNS over TLS, HTTPS or QUIC): what they ask for is not seen.", "院外のDNSサーバへ、暗号化された通信（DNS over TLS、HTTPS、QUIC）で問い合わせている機器がある。何を問い合わせているかは見えない。"},
		medicalLong:             {"", "A medical device talks with an address outside for hours, or during all that was heard.", "医療機器が、院外のアドレスと何時間も、または聞いている間ずっと通信している。"},
		onlyAsked:               {topology.Inferred, "The device asks for names outside again and again, and its packets for the answered addresses do not pass here, though its other traffic does: they may leave another way.", "この機器は院外の名前を繰り返し問い合わせているが、答えのアドレスへの通信はここを通らず、ほかの通信は通る。別の出口から出ている可能性がある。"},
	}
	return t[r].grade, t[r].en, t[r].ja
}

// either returns one of two rules by whether frames were seen both ways.
func either(answered bool, both, oneWay rule) rule {
	if answered {
		return both
	}
	return oneWay
}

// besides returns the rule beside which r need not be told: the one that says of
// frames both ways what r says of frames one way, or that somebody else is let in
// as well; false where there is none.
func (r rule) besides() (rule, bool) {
	switch r {
	case accessSome, accessFiltered:
		return accessAnybody, true
	case accessPrivate:
		return accessLets, true
	case forwardPrivate:
		return forwardLets, true
	case toldOnly, toldDown:
		return toldUp, true
	case softwireOneWay, nameNamedOneWay, nameFlowOneWay, tunnelOneWay, serverFlowOneWay, exchangeOneWay, toolOneWay, controlOneWay,
		trafficThroughOneWay, gatewayKnownOneWay, gatewayOfManyOneWay, gatewayCarriesOneWay, gatewayOfResolverOneWay,
		gatewayUnknownOneWay, closedTrafficOneWay:
		return r - 1, true
	default:
		return 0, false
	}
}
