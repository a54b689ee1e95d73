// Package syslog reads who a log message comes from (RFC 5424, 6.2; RFC 3164,
// 4.1): the host, and the program. The message itself is not read.
package syslog

import (
	"strings"
	"time"

	"kanmon/discover/internal/wire/said"
)

// Decode reads the header of a message, and returns false where there is none.
func Decode(b []byte) (said.Message, bool) {
	s := string(b[:min(len(b), 512)])
	if !strings.HasPrefix(s, "<") {
		return said.Message{}, false
	}
	priority, rest, ok := strings.Cut(s[1:], ">")
	if !ok || len(priority) == 0 || len(priority) > 3 || strings.Trim(priority, "0123456789") != "" {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "syslog", Sender: said.Client}
	if after, ok := strings.CutPrefix(rest, "1 "); ok {
		modern(&m, after)
	} else {
		classic(&m, rest)
	}
	return m, true
}

// modern reads TIMESTAMP, HOSTNAME and APP-NAME of RFC 5424.
func modern(m *said.Message, s string) {
	parts := strings.SplitN(s, " ", 4)
	if len(parts) < 4 {
		return
	}
	if parts[0] != "-" {
		if _, err := time.Parse(time.RFC3339Nano, parts[0]); err != nil {
			return
		}
	}
	host(m, parts[1])
	if parts[2] != "-" && program(parts[2]) {
		m.Add("app-name", parts[2])
	}
}

// classic reads TIMESTAMP, HOSTNAME and TAG of RFC 3164. Many senders leave some
// of it out; where it is not plain what a word is, nothing is kept.
func classic(m *said.Message, s string) {
	if len(s) < 16 || s[15] != ' ' {
		return
	}
	if _, err := time.Parse(time.Stamp, s[:15]); err != nil {
		return
	}
	name, rest, ok := strings.Cut(s[16:], " ")
	if !ok {
		return
	}
	tag, _, ok := strings.Cut(rest, ":")
	if !said.HostName(name) || strings.HasSuffix(name, ":") || !ok || strings.Contains(tag, " ") {
		return
	}
	tag, _, numbered := strings.Cut(tag, "[")
	if !numbered && !program(tag) { // any words
		return
	}
	host(m, name)
	if program(tag) {
		m.Add("app-name", tag)
	}
}

func host(m *said.Message, name string) {
	if said.HostName(name) {
		m.Add("host-name", name)
	}
}

// program reports whether s is a program that is known here. Others are not
// kept: logger(1) writes the name of its user there.
func program(s string) bool {
	s, _, _ = strings.Cut(strings.ToLower(s), "/")
	switch s {
	case "apache", "apache2", "asterisk", "auditd", "avahi-daemon", "bgpd", "charon", "chillispot", "chronyd", "clamd", "cron", "crond", "cupsd",
		"dbus", "dbus-daemon", "dhclient", "dhcpd", "dnsmasq", "dnsmasq-dhcp", "docker", "dockerd", "dovecot", "dropbear", "esxupdate", "evntslog",
		"fail2ban", "filebeat", "filterlog", "firewalld", "freeradius", "haproxy", "hostapd", "hostd", "httpd", "ipsec", "kernel", "keepalived",
		"kubelet", "l2tpd", "login", "mgd", "miniupnpd", "mysqld", "named", "nbd", "networkmanager", "nginx", "nmbd", "ntpd", "openvpn", "opendkim",
		"ospfd", "pfsense", "php-fpm", "pluto", "postfix", "postgres", "pppd", "pptpd", "proftpd", "pureftpd", "racoon", "radiusd", "rsyslogd",
		"sendmail", "slapd", "smartd", "smbd", "snmpd", "snort", "squid", "sshd", "strongswan", "su", "sudo", "suricata", "syslog-ng", "syslogd",
		"systemd", "systemd-logind", "systemd-networkd", "systemd-resolved", "systemd-timesyncd", "tailscaled", "telnetd", "udhcpc", "udhcpd", "udevd",
		"unbound", "vmkernel", "vmkwarning", "vpxa", "vpxd", "vsftpd", "winbindd", "wpa_supplicant", "xinetd", "xl2tpd", "zabbix_agentd", "zebra":
		return true
	}
	return false
}
