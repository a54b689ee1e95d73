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
	qualificationRouter
	closedPrefix
	closedSearchDomain
	globalPrefix
	mapEPrefix
	nameAsked
	nameAskedProxy
	nameNamed
	nameFlow
	nameFlowOneWay
	nameNoRouter
	nameThroughRouter
	tunnelBoth
	tunnelOneWay
	exchangeBoth
	exchangeOneWay
	listenerProbed
	toolProbed
	trafficThrough
	trafficThroughOneWay
	routeFollowed
	framesFollowed
	gatewayKnown
	gatewayKnownOneWay
	gatewaySomewhere
	gatewayUnknown
	gatewayUnknownOneWay
	closedTraffic
	closedTrafficOneWay
)

// says returns how sure a rule is, and the sentence that tells it to people. A
// rule without a grade supports others and is not enough by itself. This table
// is the only place where grades are given.
func (r rule) says() (grade topology.Grade, because string) {
	t := [...]struct {
		grade   topology.Grade
		because string
	}{
		cellularInterfaceUp:   {topology.Confirmed, "The device's own tables show a cellular interface that is up or has an address, and the device is a router."},
		cellularInterfaceDown: {topology.Inferred, "The device's own tables show a cellular interface that is down, and the device is a router."},
		cellularModemUp:       {topology.Confirmed, "The device's own tables show a cellular interface that is up or has an address, and nothing says that the device is a router."},
		cellularModemDown:     {topology.Inferred, "The device's own tables show a cellular interface that is down, and nothing says that the device is a router."},
		tetherInterfaceUp:     {topology.Confirmed, "The device's own tables show the interface of a shared phone line, up or with an address."},
		tetherInterfaceDown:   {topology.Inferred, "The device's own tables show the interface of a shared phone line, which is down."},
		defaultRouteThere:     {"", "A default route of the device leads over that interface."},
		cellularByEnterprise:  {topology.Inferred, "The device's sysObjectID is that of a maker of cellular routers only."},
		cellularByMaker:       {topology.Inferred, "The device's address block is that of a maker of cellular routers only, and the device acts as a gateway."},
		poolAddress:           {topology.Inferred, "The device has an address here and one in a pool that phones and modems give out when they share their line."},
		poolRoute:             {topology.Confirmed, "The device's own tables show an address in a pool of shared lines, and a default route over it."},
		routeToPublic:         {topology.Confirmed, "The device's own routing table leads everything to a next hop outside."},
		routeToCarrier:        {topology.Confirmed, "The device's own routing table leads everything to a next hop in a carrier's shared address space (RFC 6598)."},
		routeOverPPP:          {topology.Confirmed, "The device's own routing table leads everything over a PPP interface that is up."},
		ownPublicAddress:      {"", "The device has a public address on an interface that is up."},
		sessionAnswered:       {topology.Confirmed, "A PPPoE session of this device was seen, and the other end answered."},
		sessionAsked:          {topology.Reported, "The device asked for a PPPoE session, and no answer was seen."},
		softwireBoth:          {topology.Confirmed, "Packets of one IP version inside the other were seen both ways between this device and an address outside."},
		softwireOneWay:        {topology.Reported, "Packets of one IP version inside the other were seen between this device and an address outside, one way."},
		softwireEndpoint:      {"", "The address outside is a known far end of IPv4 over IPv6."},
		softwireAnnounced:     {"", "The line announced IPv4 over IPv6 by DHCPv6 (RFC 6334, RFC 7598)."},
		qualificationServers:  {topology.Confirmed, "The router announces name servers that only the online-qualification network has."},
		qualificationRouter:   {topology.Reported, "The router announces a prefix of a closed network, and terminals use names of online qualification through it."},
		closedPrefix:          {topology.Reported, "The router announces a prefix of a closed network; what the line is for is not known from it."},
		closedSearchDomain:    {"", "The router announces the search domain of a closed network."},
		globalPrefix:          {topology.Reported, "The router announces itself as default router, with a global prefix that is not the hospital's own."},
		mapEPrefix:            {"", "The prefix is one of lines with IPv4 over IPv6 by MAP-E (RFC 7597)."},
		nameAsked:             {topology.Reported, "A name server was asked for a name of this service."},
		nameAskedProxy:        {topology.Reported, "A server inside was asked for a name of this service."},
		nameNamed:             {topology.Confirmed, "A connection was opened to a server outside that was named as one of this service."},
		nameFlow:              {topology.Confirmed, "Frames were seen both ways with an address that was answered for a name of this service."},
		nameFlowOneWay:        {topology.Reported, "Frames were seen to an address that was answered for a name of this service."},
		nameNoRouter:          {topology.Reported, "No router that leads there is known, so the terminal itself is named."},
		nameThroughRouter:     {"", "The frames went to the MAC address of this router, or it is the only one that leads there."},
		tunnelBoth:            {topology.Confirmed, "Frames of a tunnel were seen both ways between this device and an address outside."},
		tunnelOneWay:          {topology.Reported, "Frames of a tunnel between this device and an address outside were seen one way."},
		exchangeBoth:          {topology.Confirmed, "Medical data exchange was seen both ways between this device and an address outside."},
		exchangeOneWay:        {topology.Reported, "Medical data exchange between this device and an address outside was seen one way."},
		listenerProbed:        {topology.Inferred, "A probe found a product on this device that accepts tunnels from outside."},
		toolProbed:            {topology.Inferred, "A probe found remote-control software on this device."},
		trafficThrough:        {topology.Confirmed, "Traffic of inside devices with addresses outside was seen going this way."},
		trafficThroughOneWay:  {topology.Reported, "Frames of inside devices for addresses outside were seen going this way."},
		routeFollowed:         {"", "The routing tables of the gateways on the path lead to this device."},
		framesFollowed:        {"", "Frames were seen handed from the gateway nearer to the clients to this device."},
		gatewayKnown:          {topology.Confirmed, "The device carries frames both ways between inside devices and addresses outside, and is known as a router."},
		gatewayKnownOneWay:    {topology.Reported, "The device carries frames of inside devices for addresses outside, one way, and is known as a router."},
		gatewaySomewhere:      {topology.Inferred, "The device routes between inside networks and carries frames for addresses outside: the line is somewhere behind it."},
		gatewayUnknown:        {topology.Confirmed, "The device carries frames both ways between inside devices and addresses outside, and nothing says what it is."},
		gatewayUnknownOneWay:  {topology.Reported, "The device carries frames of inside devices for addresses outside, one way, and nothing says what it is."},
		closedTraffic:         {topology.Confirmed, "The device carries frames both ways between inside devices and a closed network."},
		closedTrafficOneWay:   {topology.Reported, "The device carries frames of inside devices for a closed network, one way."},
	}
	return t[r].grade, t[r].because
}

// either returns one of two rules by whether frames were seen both ways.
func either(answered bool, both, oneWay rule) rule {
	if answered {
		return both
	}
	return oneWay
}
