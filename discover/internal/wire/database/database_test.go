package database_test

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/database"
	"kanmon/discover/internal/wire/said"
)

func wide(s string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return string(b)
}

// tds puts the header of [MS-TDS] 2.2.3.1 before a body.
func tds(kind byte, body string) string {
	return string([]byte{kind, 1, byte((len(body) + 8) >> 8), byte(len(body) + 8), 0, 0, 1, 0}) + body
}

// login builds a LOGIN7 after [MS-TDS] 2.2.6.4.
func login() string {
	fixed := make([]byte, 94)
	fixed[7] = 0x74
	var data string
	for i, s := range []string{"CT-CONSOLE", "tanaka", "geheim", `C:\Users\tanaka\viewer.exe`, `tcp:SQL1\RIS,1433`, "", "ODBC", "", "patients"} {
		binary.LittleEndian.PutUint16(fixed[36+4*i:], uint16(94+len(data)))
		binary.LittleEndian.PutUint16(fixed[38+4*i:], uint16(len(s)))
		data += wide(s)
	}
	binary.LittleEndian.PutUint32(fixed, uint32(94+len(data)))
	return tds(16, string(fixed)+data)
}

func token(kind byte, value string) string {
	return string([]byte{kind, byte(len(value)), byte(len(value) >> 8)}) + value
}

func tns(kind byte, body string) string {
	return string([]byte{byte((len(body) + 8) >> 8), byte(len(body) + 8), 0, 0, kind, 0, 0, 0}) + body
}

func samples() []struct {
	name, in string
	want     said.Message
} {
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	say := func(protocol string, role said.Role, words ...said.Word) said.Message {
		return said.Message{Protocol: protocol, Sender: role, Words: words}
	}
	mysql := "\x0a5.5.5-10.11.6-MariaDB\x00\x05\x00\x00\x00abcdefgh\x00\xfe\xf7\x21\x02\x00" + string(make([]byte, 20))
	pg := func(name, value string) string {
		return "S\x00\x00\x00" + string(rune(6+len(name)+len(value))) + name + "\x00" + value + "\x00"
	}
	return []struct {
		name, in string
		want     said.Message
	}{
		{name: "MySQL", in: string([]byte{byte(len(mysql)), 0, 0, 0}) + mysql, want: say("mysql", said.Server, word("server-version", "5.5.5-10.11.6-MariaDB"))},
		{name: "PostgreSQL", in: "R\x00\x00\x00\x08\x00\x00\x00\x00" + pg("application_name", "psql") + pg("server_version", "13.4 (Debian)") + "K\x00\x00\x00\x0c12345678", want: say("postgres", said.Server, word("server-version", "13.4 (Debian)"))},
		{name: "PostgreSQL after SASL", in: "R\x00\x00\x00\x0c\x00\x00\x00\x0cv=xx" + "R\x00\x00\x00\x08\x00\x00\x00\x00" + pg("server_version", "16.2"), want: say("postgres", said.Server, word("server-version", "16.2"))},
		{name: "PostgreSQL client", in: "\x00\x00\x00\x15\x00\x03\x00\x00user\x00tanaka\x00\x00", want: say("postgres", said.Client)},
		{name: "SQL Server", in: tds(4, "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff\x0f\x00\x07\xd0\x00\x00\x02"), want: say("mssql", said.Server, word("server-version", "15.0.2000"))},
		{name: "login", in: login(), want: say("mssql", said.Client, word("host-name", "CT-CONSOLE"), word("program", "viewer.exe"), word("library", "ODBC"), said.Word{Field: "called-name", Value: "SQL1", OfPeer: true})},
		{
			name: "login acknowledged", in: tds(4, token(0xe3, "\x01\x01x\x00\x00")+token(0xad, "\x01\x74\x00\x00\x04\x14"+wide("Microsoft SQL Server")+"\x0f\x00\x07\xd0")+token(0xab, "\x01\x00\x00\x00\x01\x00\x02\x00"+wide("hi")+"\x04"+wide("SQL1")+"\x00")),
			want: say("mssql", said.Server, word("program", "Microsoft SQL Server"), word("server-version", "15.0.2000")),
		},
		{name: "login refused", in: tds(4, token(0xaa, "\x01\x00\x00\x00\x01\x00\x06\x00"+wide("tanaka")+"\x04"+wide("SQL1")+"\x00")), want: say("mssql", said.Server, word("server-name", "SQL1"))},
		{
			name: "Oracle", in: tns(1, string(make([]byte, 26))+`(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=ris)(CID=(PROGRAM=C:\Users\tanaka\ris.exe)(HOST=CT-CONSOLE)(USER=tanaka)))(ADDRESS=(HOST=db)))`),
			want: say("oracle", said.Client, word("program", "ris.exe"), word("host-name", "CT-CONSOLE")),
		},
		{
			name: "Oracle, in a folder with brackets", in: tns(1, string(make([]byte, 26))+`(DESCRIPTION=(CONNECT_DATA=(CID=(PROGRAM=C:\Users\tanaka(2)\ris.exe)(HOST=CT-CONSOLE))))`),
			want: say("oracle", said.Client, word("host-name", "CT-CONSOLE")),
		},
		{name: "Oracle refuses", in: tns(4, "\x22\x00\x00\x3e(DESCRIPTION=(ERR=12505)(VSNNUM=186647040))"), want: say("oracle", said.Server, word("server-version", "11.2.0.2"))},
		{name: "text", in: "hello, world, this is nothing"},
		{name: "empty"},
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range samples() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := database.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, tt := range samples() {
		f.Add([]byte(tt.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := database.Decode(b); ok && m.Protocol == "" || len(m.Words) > 24 {
			t.Errorf("%+v", m)
		}
	})
}
