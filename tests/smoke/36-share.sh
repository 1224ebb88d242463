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
			awk '{ got = $2 == "M" ? $1 : $1 / 1000 } END { print got + 0 }' # none: no line
	done
}
read -r heavy light <<<"$(both 5201 5211 | xargs)"
within_timed "weight 3 against 1: three quarters of 11.65 Mbit/s" "$heavy" 7.9 9.1
within_timed "and one quarter" "$light" 2.4 3.2
within "nothing is lost but by the queue" "$(lab_stat '.links[0].ab.dropped.queue_full.packets')" 100 99999

# Who is starved can't even begin: so the flow that is to be starved begins alone, and what each class sends is
# counted while both flood.
sent() { # CLASS
	lab_stat ".links[0].ab.classes[] | select(.name == \"$1\").tx.packets"
}
# shellcheck disable=SC2317 # called by ok
await_sent() { # CLASS PACKETS
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(sent "$1")" -lt "$2" ] || return 0
		sleep 0.02
	done
	return 1
}
ok "priority for the rest" lab_ctl set wan ab share.priority=1
lab_ctl reset >/dev/null
lab_iperf 5203 -u -b 16M -t 4 -l 1400 >/dev/null &
flows=($!)
ok "alone it has the rate" await_sent heavy 300
lab_iperf 5213 -u -b 16M -t 2 -l 1400 >/dev/null &
flows+=($!)
ok "the other one comes" await_sent default 300
lab_ctl reset >/dev/null
ok "and has all of it" await_sent default 900
within "nothing is left" "$(sent heavy)" 0 20
wait "${flows[@]}"
ok "a cap for what has priority" lab_ctl set wan ab share.rate=3Mbit
read -r heavy light <<<"$(both 5202 5212 | xargs)"
within_timed "3 Mbit/s on the wire, 2.91 of payload" "$light" 2.7 3.1
within_timed "the other gets the rest" "$heavy" 8.2 9.1
conserved
finish
