#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Classes by tcpdump expressions: packets of one conversation are told apart by their size and flags.
. "$(dirname "$0")/tap.sh"

conf "" "" '
	{ name = "large"; match = { proto = "icmp"; }; filter = "greater 500"; ab = { delay = "40ms"; }; },
	{ name = "hello"; filter = "tcp[tcpflags] & tcp-syn != 0 and dst port 8080"; ab = { delay = "30ms"; }; },
	{ name = "none"; filter = "udp port 9"; ab = {}; }'
lab_up "$CONF" || exit 1

rtt() { lab_ping "$@" -c 20 -i 0.02 | cut -d ' ' -f 3; }
rtt 10.77.0.2 >/dev/null
within_timed "small pings: at once" "$(rtt 10.77.0.2)" 0 5
within_timed "large pings: 40 ms" "$(rtt 10.77.0.2 -s 600)" 40 45
lab_bg b "$LAB_DIR/web" python3 -u -m http.server --bind 10.77.0.2 8080
lab_await "$LAB_DIR/web" 'Serving' $! 10
# Only the SYN is delayed, not the request that follows it.
read -r connect total < <(lab_in a curl -s -o /dev/null -w '%{time_connect} %{time_total}\n' http://10.77.0.2:8080/)
within_timed "connecting: 30 ms" "$connect" 0.030 0.036
within_timed "the request: at once" "$(calc "$total - $connect")" 0 0.025
packets() { lab_stat ".links[0].ab.classes[] | select(.name == \"$1\") | .rx.packets"; }
is "large has matched its pings" "$(packets large)" 20
within "hello has matched" "$(packets hello)" 1 9

sed -i 's/greater 500/greater 5000/' "$CONF"
ok "a live change" lab_ctl reload
within_timed "large pings: at once" "$(rtt 10.77.0.2 -s 600)" 0 5
sed -i 's/greater 5000/grater 5000/' "$CONF"
fails "a bad expression is refused" lab_ctl reload
lab_ctl reload >"$LAB_DIR/refused" 2>&1
contains "with its line, and what libpcap says" "$LAB_DIR/refused" 'lab.conf:[0-9]+: .*large.filter: .*(syntax error|grater)'
lab_ctl stats >"$LAB_DIR/stats"
contains "a class that matched nothing is warned of" "$LAB_DIR/stats" 'WARNING: wan ab: class .none. has matched none of [0-9]+ packets'
conserved
finish
