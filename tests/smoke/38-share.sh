#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Classes share one rate: two iperf3 flows get it by weight, then the one with priority all of it, then up to
# its cap.
. "$(dirname "$0")/tap.sh"

conf 'rate = "12Mbit"; queue = "50pkt";' "" \
	'{ name = "heavy"; match = { dport = "5201-5203"; }; ab = { share = 3; }; }'
lab_up "$CONF" || exit 1

# Two floods at once; what each got in its last second, in Mbit/s: HEAVY LIGHT.
both() { # HEAVY-PORT LIGHT-PORT
	lab_iperf "$1" -u -b 16M -t 2 -l 1400 >/dev/null &
	local heavy=$!
	lab_iperf "$2" -u -b 16M -t 2 -l 1400 >/dev/null
	wait $heavy
	for port in "$1" "$2"; do
		sed -n 's/^\[ *[0-9]*\] *1\.[0-9]*-2.* \([0-9.]*\) \([KM]*\)bits.*/\1 \2/p' "$LAB_DIR/iperf-$port" |
			awk '{ print $2 == "M" ? $1 : $1 / 1000 }'
	done
}
read -r heavy light <<<"$(both 5201 5211 | xargs)"
within_timed "weight 3 against 1: three quarters of 11.65 Mbit/s" "$heavy" 7.9 9.1
within_timed "and one quarter" "$light" 2.4 3.2
within "nothing is lost but by the queue" "$(lab_stat '.links[0].ab.dropped.queue_full.packets')" 100 99999

ok "priority for the rest" lab_ctl set wan ab share.priority=1
read -r heavy light <<<"$(both 5203 5213 | xargs)"
within_timed "all of it" "$light" 10.8 12
within_timed "and nothing is left" "${heavy:-0}" 0 0.3
ok "a cap for what has priority" lab_ctl set wan ab share.rate=3Mbit
read -r heavy light <<<"$(both 5202 5212 | xargs)"
within_timed "3 Mbit/s on the wire, 2.91 of payload" "$light" 2.7 3.1
within_timed "the other gets the rest" "$heavy" 8.2 9.1
conserved
finish
