package fact

// Codes of gaps: part of the stored format. Behind each stands what its arguments
// are.
const (
	GapAccess     = "access-not-evaluated"    // service, interface
	GapCommands   = "commands-not-evaluated"  // number of lines, device, commands with the number of each
	GapLines      = "lines-not-evaluated"     // number of lines, device, commands, number of lines that begin with none
	GapConfigSize = "configuration-too-large" // device, limit

	GapFrameLimit    = "frames-beyond-limit"     // limit
	GapFrameFilter   = "frames-filtered"         // filter, interface or nothing
	GapFrameLength   = "frames-cut"              // octets, interface or nothing
	GapFramesDropped = "frames-dropped"          // interface
	GapInterfaceDown = "interface-down"          // interface
	GapTable         = "table-full"              // what it holds, limit, sightings lost
	GapFlows         = "flows-full"              // limit of those without an answer, of those with one, frames lost
	GapQUIC          = "quic-not-deciphered"     // share of frames, connections lost
	GapScanStopped   = "scan-stopped"            // address
	GapScanGivenUp   = "scan-given-up"           // address
	GapScope         = "neighbours-out-of-scope" // number, the first addresses
	GapFollowed      = "neighbours-too-many"     // limit

	// Of SNMP. The first argument is what was asked for, the second the address;
	// the first is empty where that is all of the device.
	GapDisorder     = "snmp-disorder"
	GapRows         = "snmp-too-many-rows"
	GapSize         = "snmp-too-much"
	GapTime         = "snmp-too-long"
	GapRequests     = "snmp-too-many-requests"
	GapEmptyAnswer  = "snmp-empty-answer"
	GapTooBig       = "snmp-too-big"
	GapContradicts  = "snmp-end-contradicted"
	GapRestarted    = "snmp-restarted"
	GapSilent       = "snmp-silent"
	GapNoAnswer     = "snmp-no-answer"
	GapClosed       = "snmp-closed"
	GapNotTrusted   = "snmp-not-trusted"
	GapNoType       = "snmp-no-type"      // values, column
	GapSeveralTypes = "snmp-many-types"   // column
	GapMissingRows  = "snmp-rows-missing" // rows that it says it has, rows
	GapUneven       = "snmp-uneven"       // rows, column, rows, column
	GapVLANs        = "snmp-many-vlans"   // VLANs, VLANs asked for
	GapSpared       = "snmp-spared"       // source
)

// GapCodes returns all codes of gaps.
func GapCodes() []string {
	return []string{
		GapAccess, GapCommands, GapLines, GapConfigSize,
		GapFrameLimit, GapFrameFilter, GapFrameLength, GapFramesDropped, GapInterfaceDown, GapTable, GapFlows, GapQUIC,
		GapScanStopped, GapScanGivenUp, GapScope, GapFollowed,
		GapDisorder, GapRows, GapSize, GapTime, GapRequests, GapEmptyAnswer, GapTooBig, GapContradicts, GapRestarted, GapSilent,
		GapNoAnswer, GapClosed, GapNotTrusted, GapNoType, GapSeveralTypes, GapMissingRows, GapUneven, GapVLANs, GapSpared,
	}
}
