package smb_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/smb"
	"kanmon/discover/internal/wire/wiretest"
)

// Messages of nDPI's smbv1.pcap and netbios.pcap, and Suricata-verify's smb3-01.
const (
	negotiate1 = "00000071ff534d4272000000009853c00000000000000000000000000000fffe000040001105000332000100041100000000010000000000fce3010040f49cd344b5d201f000082c0008ab1c2fe1ece6a957004f0052004b00470052004f005500500000004a004f0048004e002d00500043000000"
	setup1     = "00000088ff534d4273000000001807c00000000000000000000000000000fffe000040000dff00880004110a000000000000000100000000000000d40000004b000000000000570069006e0064006f007700730020003200300030003000200032003100390035000000570069006e0064006f007700730020003200300030003000200035002e0030000000"
	answer1    = "000000b9ff534d4273000000009807c00000000000000000000000000000fffe0008400003ff00b9000000900000570069006e0064006f007700730020003700200055006c00740069006d00610074006500200037003600300031002000530065007200760069006300650020005000610063006b00200031000000570069006e0064006f007700730020003700200055006c00740069006d00610074006500200036002e003100000057004f0052004b00470052004f005500500000"
	tree1      = "0000005aff534d4275000000001807c00000000000000000000000000000fffe0008400004ff005a00080001002f00005c005c00310030002e003100320038002e0030002e003200340033005c00490050004300240000003f3f3f3f3f00"
	offer2     = "00000066fe534d4240000000000000000000020000000000000000000000000000000000d500000000000000000000000000000000000000000000000000000000000000240001000100000057000000b2fceea195244165893fbf5b2c69acd400000000000000000003"
	answer2    = "000000f8fe534d4240000000000000000000010001000000000000000000000000000000d50000000000000000000000000000000000000000000000000000000000000041000300000300004bf432bf8f92054890c03ddf2546646e470000000000800000008000000080008a8ce7a9f4ced20100b579abb4cdd2018000780000000000"
	tree2      = "0000006efe534d4240000100000000000300020008000000000000000300000000000000d5000000000000003d0000940048000071ad17fd1d838197048999eb7b906ce309000000480024005c005c005700530032003000310036005c0065006e0063007200790070007400650064000000"
	session    = "8100004420454a4543454a45474549464244424442464846444441444344444341434143410020464345504644454745494642444144484648464444414441444543414341414100"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "negotiate of 1.0", in: negotiate1, want: said.Message{Protocol: "smb", Sender: said.Server, Words: []said.Word{word("dialect", "1.0"), word("primary-domain", "WORKGROUP"), word("server-name", "JOHN-PC")}}},
		{name: "session setup", in: setup1, want: said.Message{Protocol: "smb", Sender: said.Client, Words: []said.Word{word("native-os", "Windows 2000 2195"), word("native-lan-manager", "Windows 2000 5.0")}}},
		{name: "its answer", in: answer1, want: said.Message{Protocol: "smb", Sender: said.Server, Words: []said.Word{
			word("native-os", "Windows 7 Ultimate 7601 Service Pack 1"), word("native-lan-manager", "Windows 7 Ultimate 6.1"), word("primary-domain", "WORKGROUP"),
		}}},
		{name: "tree connect by address", in: tree1, want: said.Message{Protocol: "smb", Sender: said.Client}},
		{name: "offer of 2", in: offer2, want: said.Message{Protocol: "smb", Sender: said.Client, Words: []said.Word{word("client-guid", "a1eefcb2-2495-6541-893f-bf5b2c69acd4"), word("dialect", "3.0")}}},
		{name: "its answer", in: answer2, want: said.Message{Protocol: "smb", Sender: said.Server, Words: []said.Word{word("dialect", "3.0"), word("server-guid", "bf32f44b-928f-4805-90c0-3ddf2546646e")}}},
		{name: "tree connect by name", in: tree2, want: said.Message{Protocol: "smb", Sender: said.Client, Words: []said.Word{{Field: "called-name", Value: "WS2016", OfPeer: true}}}},
		{name: "NetBIOS session", in: session, want: said.Message{Protocol: "nbss", Sender: said.Client, Words: []said.Word{
			{Field: "called-name", Value: "IBIFHQ11WS023", OfPeer: true}, word("calling-name", "ROSFHQ07WS004"),
		}}},
		{name: "cut in a name", in: negotiate1[:len(negotiate1)-20], want: said.Message{Protocol: "smb", Sender: said.Server, Words: []said.Word{word("dialect", "1.0"), word("primary-domain", "WORKGROUP")}}},
		{name: "keepalive", in: "85000000"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := wiretest.Hex(tt.in)
			got, ok := smb.Decode(b)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{negotiate1, setup1, answer1, tree1, offer2, answer2, tree2, session} {
		b := wiretest.Hex(s)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := smb.Decode(b); ok && m.Protocol == "" {
			t.Errorf("%+v", m)
		}
	})
}
