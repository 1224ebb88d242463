#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Classes: each kind of traffic its own delay, by DSCP, prefix, protocol and port, IPv4 and IPv6.
. "$(dirname "$0")/tap.sh"

conf 'delay = "2ms";' "" '
	{ name = "voice"; match = { dscp = 46; }; ab = { delay = "40ms"; }; },
	{ name = "branch"; match = { src = "10.77.0.128/25"; }; ab = { delay = "30ms"; }; },
	{ name = "six"; match = { src = "fd77::/64"; proto = "icmpv6"; }; ab = { delay = "20ms"; }; },
	{ name = "web"; match = { proto = "tcp"; dport = "8000-8099"; }; ab = { delay = "60ms"; }; }'
lab_up "$CONF" || exit 1
lab_in a ip addr add 10.77.0.200/24 dev wfa

rtt() { lab_ping "$@" -c 20 -i 0.02 | cut -d ' ' -f 3; }
rtt 10.77.0.2 >/dev/null
within_timed "default: 2 ms" "$(rtt 10.77.0.2)" 2 5
within_timed "DSCP 46: 40 ms" "$(rtt 10.77.0.2 -Q 0xb8)" 40 43
within_timed "source prefix: 30 ms" "$(rtt 10.77.0.2 -I 10.77.0.200)" 30 33
within_timed "IPv6 prefix: 20 ms" "$(rtt fd77::2)" 20 23

# One way of two is delayed: connecting takes one delay.
lab_bg b "$LAB_DIR/web" python3 -u -m http.server --bind 10.77.0.2 8080
lab_await "$LAB_DIR/web" 'Serving' $! 10
lab_bg b "$LAB_DIR/other" python3 -u -m http.server --bind 10.77.0.2 9000
lab_await "$LAB_DIR/other" 'Serving' $! 10
connect() { lab_in a curl -s -o /dev/null -w '%{time_connect}' "http://10.77.0.2:$1/"; }
within_timed "TCP port 8080: 60 ms" "$(connect 8080)" 0.060 0.066
within_timed "TCP port 9000: default" "$(connect 9000)" 0.002 0.010

for class in voice branch six web; do
	within "class $class has matched" \
		"$(lab_stat ".links[0].ab.classes[] | select(.name == \"$class\") | .rx.packets")" 1 999
done
conserved
finish
