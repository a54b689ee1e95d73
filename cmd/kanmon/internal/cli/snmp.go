package cli

import (
	"fmt"
	"regexp"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kanmon/discover"
	"kanmon/discover/snmp"
)

// snmpFlags are the credentials, spelled as net-snmp spells them.
type snmpFlags struct {
	version, community          string
	user, level, auth, authPass string
	priv, privPass, context     string

	file   string // of credentials of ranges and devices
	prompt bool
}

func (s *snmpFlags) add(f *pflag.FlagSet, short bool) {
	letter := func(l string) string {
		if short {
			return l
		}
		return ""
	}
	f.StringVar(&s.version, "snmp-version", "2c", "1, 2c or 3; also written -v1, -v2c, -v3")
	f.StringVarP(&s.community, "community", letter("c"), "", "community (better: the variable KANMON_SNMP_COMMUNITY, which no other user can see)")
	f.StringVarP(&s.user, "user", letter("u"), "", "user name (version 3)")
	f.StringVarP(&s.level, "level", letter("l"), "", "noAuthNoPriv, authNoPriv or authPriv (version 3)")
	f.StringVarP(&s.auth, "auth-protocol", letter("a"), "", "MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512")
	f.StringVarP(&s.authPass, "auth-passphrase", letter("A"), "", "authentication passphrase (better: KANMON_SNMP_AUTH)")
	f.StringVarP(&s.priv, "privacy-protocol", letter("x"), "", "DES, AES, AES-192, AES-256; AES-192-C, AES-256-C as Cisco extends keys")
	f.StringVarP(&s.privPass, "privacy-passphrase", letter("X"), "", "privacy passphrase (better: KANMON_SNMP_PRIV)")
	f.StringVarP(&s.context, "context", letter("n"), "", "context name (version 3)")
	s.addKeys(f)
}

// credentials returns what the flags say, and the environment where they do
// not. Nothing is ever guessed.
func (s *snmpFlags) credentials(getenv func(string) string) (snmp.Credentials, error) {
	or := func(flag, name string) snmp.Secret {
		if flag == "" {
			flag = getenv(name)
		}
		return snmp.NewSecret(flag)
	}
	c := snmp.Credentials{
		Version: s.version, User: s.user, Level: s.level,
		AuthProtocol: s.auth, PrivProtocol: s.priv, ContextName: s.context,
	}
	if s.version == "3" {
		c.AuthPassphrase, c.PrivPassphrase = or(s.authPass, "KANMON_SNMP_AUTH"), or(s.privPass, "KANMON_SNMP_PRIV")
	} else {
		c.Community = or(s.community, "KANMON_SNMP_COMMUNITY")
	}
	if err := c.Validate(); err != nil {
		return c, usage("give it in KANMON_SNMP_COMMUNITY; of version 3, in KANMON_SNMP_AUTH and KANMON_SNMP_PRIV; flags: kanmon snmp --help", "%w", err)
	}
	return c, nil
}

// While agents are asked, the tables of all that are asked at once are in the heap,
// and what answers come in while it is collected have to wait.
const (
	heapAskingFree = 40 << 20 // in place of heapFree
	heapAsking     = 15       // per cent, in place of heapGrowth: the agents are slower than the collector
)

func (a *app) snmpCommand() *cobra.Command {
	var (
		creds   snmpFlags
		targets targetFlags
		port    uint16
		out     string
		vantage string
		record  recordFlags
		how     askFlags
		whom    followFlags
	)
	c := &cobra.Command{
		Use:   "snmp TARGET...",
		Short: "Ask switches and routers by SNMP and write evidence",
		Long: `Asks the agents at the addresses you name, and nobody else, for the tables that
show how the network is built: one request at a time to each, at most ten
variables in it, ten rows an answer (more of agents that show that they bear it),
and no community is ever guessed. If a device restarts while it is asked, the run
stops.

--record keeps what the agents answer, in a file for each, to be read again or
given away: kanmon map reads it, and kanmon anonymise takes names and addresses
out of it. Evidence is written beside it only where -o names a file.

Secrets are best given in the environment: KANMON_SNMP_COMMUNITY,
KANMON_SNMP_AUTH, KANMON_SNMP_PRIV. They are never printed or stored: where an
agent repeats one, [secret] stands in its place. Ranges and devices may have
credentials of their own (--credentials): a device is asked with the narrowest that
it lies in, and with no other.

An IPv6 address of a link is named with the interface that leads there, such as
fe80::1%eth0.

` + exitCodes,
		Example: `  KANMON_SNMP_COMMUNITY=... kanmon snmp 10.99.0.1 10.99.0.11 -o evidence/switches.jsonl
  kanmon snmp -v3 -u audit -l authPriv -a SHA-256 -x AES 10.99.0.1
  KANMON_SNMP_COMMUNITY=... kanmon snmp 10.99.0.11 --record walks/ --whole`,
		Args: args(1, -1, "at least one address"),
		RunE: func(c *cobra.Command, given []string) error {
			a.Heap.free(heapAskingFree)
			defer a.Heap.grow(a.Heap.grow(heapAsking))
			addrs, scope, err := addresses(given)
			if err != nil {
				return usage("", "%w", err)
			}
			if why := discover.NeverProbe("udp", port); why != "" {
				return usage("name the port of the agents", "--port %d is never sent to: %s", port, why)
			}
			if err := record.check(how, whom, out); err != nil {
				return err
			}
			follow, within, err := whom.follow()
			if err != nil {
				return err
			}
			scope = append(scope, within...)
			if targets.plan {
				gate, err := a.gate(discover.TrafficQuery, scope, targets, discard{})
				if err != nil {
					return err
				}
				return a.tell(append(gate.Plan(), record.plan(), portPlan(port), how.plan(), followPlan(follow)))
			}
			k, err := creds.keys(a, a.Getenv)
			if err != nil {
				return err
			}
			o := snmp.Options{
				Targets: addrs, Port: port, Credentials: k.others, Keys: k.ring, Vantage: vantage, Follow: follow,
				PerVLAN: how.perVLAN, Repetitions: how.repetitions, Whole: record.whole,
			}
			begin := a.begin
			if record.folder != "" {
				o.Record, o.RecordOnly = record.open, out == ""
				if o.RecordOnly {
					begin, out = a.beginRecording, record.folder
				}
			}
			to, gate, done, err := begin(out, discover.TrafficQuery, scope, targets)
			if err != nil {
				return err
			}
			stop := a.progress(to.observed)
			err = a.ask(c.Context(), o, gate, to)
			stop()
			if closeErr := done(); closeErr != nil {
				return closeErr
			}
			return a.partly(c.Context(), 1, err)
		},
	}
	creds.add(c.Flags(), true)
	targets.add(c.Flags())
	record.add(c.Flags())
	how.add(c.Flags())
	whom.add(c.Flags())
	c.Flags().DurationVar(&targets.interval, "interval", queryInterval, "time between two requests to one agent")
	c.Flags().Uint16Var(&port, "port", snmpPort, "UDP port of the agents")
	c.Flags().StringVarP(&out, "output", "o", "", "evidence file to append to (default: standard output)")
	c.Flags().StringVar(&vantage, "vantage", "", "where in the network this is, in your words")
	return c
}

// snmpPlan says in a line what is asked of an agent.
const snmpPlan = "SNMP GET, GETNEXT and GETBULK, read only: the system group, interfaces, addresses, neighbours, routes, forwarding tables, LLDP, CDP, entities"

// snmpPort is the port of SNMP agents (RFC 3417, 3.2).
const snmpPort = 161

// portPlan says in a line where requests go, and how often.
func portPlan(port uint16) string {
	return fmt.Sprintf("to UDP port %d: one request at a time to each agent, and each once more where no answer comes", port)
}

func (t *targetFlags) add(f *pflag.FlagSet) {
	f.StringSliceVar(&t.exclude, "exclude", nil, "addresses and prefixes that are never sent to")
	f.Float64Var(&t.rate, "rate", 0, "packets a second in all (default 10)")
	f.BoolVar(&t.plan, "plan", false, "say what would be sent, and send nothing")
}

// tell prints a plan.
func (a *app) tell(p discover.Plan) error {
	_, err := p.WriteTo(a.Stdout)
	return err
}

// spellVersion rewrites net-snmp's -v2c and -v 2c, since -v is --verbose in
// every other command.
func spellVersion(args []string) []string {
	if len(args) == 0 || args[0] != "snmp" {
		return args
	}
	joined, alone := regexp.MustCompile(`^-v(1|2c|3)$`), regexp.MustCompile(`^(1|2c|3)$`)
	out := []string{args[0]}
	for i := 1; i < len(args); i++ {
		switch {
		case joined.MatchString(args[i]):
			out = append(out, "--snmp-version="+args[i][2:])
		case args[i] == "-v" && i+1 < len(args) && alone.MatchString(args[i+1]):
			out = append(out, "--snmp-version="+args[i+1])
			i++
		default:
			out = append(out, args[i])
		}
	}
	return out
}
