#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Rewritten headers as tcpdump, traceroute and TCP see them.
. "$(dirname "$0")/tap.sh"

conf 'rewrite = { ttl_decrement = 3; from = "10.77.9.9"; from6 = "fd77:9::9"; dscp = 46; ecn = "clear"; };' ""
lab_up "$CONF" || exit 1

capture() { # FILE COUNT FILTER
	: >"$1"
	lab_bg b "$1" timeout 20 tcpdump -l -n -e -vv -c "$2" -i wfb "$3"
	lab_await "$1" 'listening on' $! 10
}
seen() { # FILE: in full
	lab_await "$1" 'packets captured' "${LAB_PIDS[-1]}" 10
}
# shellcheck disable=SC2317 # ok and fails call it
pings() { lab_in a ping -n -c 1 -W 2 "$@" >"$LAB_DIR/ping" 2>&1; }

capture "$LAB_DIR/v4" 1 'icmp[0] == 8'
ok "ping passes" pings -Q 0x03 10.77.0.2
seen "$LAB_DIR/v4"
contains "TTL and DSCP are others, ECN is bleached" "$LAB_DIR/v4" 'tos 0xb8, ttl 61'
fails "the header's checksum is right" grep -q 'bad cksum' "$LAB_DIR/v4"
capture "$LAB_DIR/v6" 1 'icmp6[0] == 128'
ok "ping passes, IPv6" pings -Q 0x03 fd77::2
seen "$LAB_DIR/v6"
contains "traffic class and hop limit are others" "$LAB_DIR/v6" 'class 0xb8.*hlim 61'

hops() { # OPTION ADDRESS: one a line
	lab_in a traceroute -n -q 1 -N 1 -w 2 -m 6 "$1" "$2" | awk 'NR > 1 { print $1, $2 }' | paste -sd ' '
}
is "traceroute sees the routers" "$(hops -4 10.77.0.2)" "1 10.77.9.9 2 10.77.9.9 3 10.77.9.9 4 10.77.0.2"
is "IPv6 too" "$(hops -6 fd77::2)" "1 fd77:9::9 2 fd77:9::9 3 fd77:9::9 4 fd77::2"
is "counted" "$(lab_stat '.links[0] | "\(.ab.dropped.ttl_exceeded.packets) \(.ba.forged.packets)"')" "6 6"
ok "in silence" lab_ctl set wan ab rewrite.time_exceeded=false rewrite.from=null rewrite.from6=null
fails "a short TTL gets no answer" pings -t 3 10.77.0.2
fails "nor any error" grep -qi 'exceeded' "$LAB_DIR/ping"

ok "the other way" lab_ctl set wan ba rewrite.ttl_decrement=1 rewrite.dscp=10 rewrite.ecn=mark
tcp_intact "TCP goes on, IPv4" 10.77.0.2
tcp_intact "TCP goes on, IPv6" "[fd77::2]"

frames() { # TAG: five frames out of wfa, tagged so if it is not empty
	lab_in a python3 - "$1" <<-'END'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		udp = struct.pack(">HHHH", 9, 9, 8 + 64, 0) + bytes(64)
		ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, 0x0a4e0001, 0x0a4e0002)
		tag = bytes.fromhex(sys.argv[1])
		for _ in range(5):
		    s.send(b"\xff" * 6 + b"\x02\0\0\0\0\1" + tag + b"\x08\0" + ip + udp)
	END
}
tags() { # DESCRIPTION TAG-SENT FILTER WHAT-TCPDUMP-SAYS
	capture "$LAB_DIR/tag" 5 "$3"
	frames "$2"
	seen "$LAB_DIR/tag"
	is "$1" "$(grep -cE -- "$4" "$LAB_DIR/tag")" 5
}
ok "push" lab_ctl set wan ab rewrite.vlan=push rewrite.vlan_id=42 rewrite.vlan_priority=5
tags "a tag is pushed" "" 'vlan 42 and udp port 9' 'vlan 42, p 5'
tags "a second one" 81000007 'vlan 42 and vlan 7' 'vlan 42, p 5.*vlan 7, p 0'
ok "set" lab_ctl set wan ab rewrite.vlan=set rewrite.vlan_id=43 rewrite.vlan_priority=null
tags "its identifier is another" 81006007 'vlan 43 and udp port 9' 'vlan 43, p 3'
ok "pop" lab_ctl set wan ab rewrite.vlan=pop rewrite.vlan_id=null
tags "the tag is gone" 81000007 'udp port 9' 'ethertype IPv4 \(0x0800\), length 106:'
within "what grew and shrank is counted" \
	"$(lab_stat '.links[0].ab | .grown.bytes - .cut.bytes')" 20 400
conserved
finish
