#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Link-layer retransmission: ping sees delay where the link loses frames, replies that wait for an
# earlier one come together with it, and out of order they overtake.
. "$(dirname "$0")/tap.sh"

conf 'arq = { p = "30%"; rtt = "60ms"; max_retries = 2; };' ""
lab_up "$CONF" || exit 1
pings() { lab_in a ping -n -D -c 100 -i 0.01 -W 1 10.77.0.2 >"$LAB_DIR/ping"; }
sequence() { sed -n 's/.*icmp_seq=\([0-9]*\) ttl.*/\1/p' "$LAB_DIR/ping"; }
lab_in a ping -n -q -c 2 10.77.0.2 >/dev/null
lab_ctl reset >/dev/null

pings
# A frame is given up with 0.3^3 = 2.7 %.
within "hosts see next to no loss" "$(sequence | wc -l)" 85 100
within "frames were sent again" "$(lab_stat '.links[0].ab.resent.packets')" 20 90
within "late replies" "$(sed -n 's/.*time=\([0-9.]*\) ms/\1/p' "$LAB_DIR/ping" | awk '$1 >= 30' | wc -l)" 30 100
is "all replies in order" "$(sequence)" "$(sequence | sort -n)"
within "many waited for an earlier one" "$(lab_stat '.links[0].ab.clamped.packets')" 15 100

ok "out of order, live" lab_ctl set wan ab arq.in_order=false
pings
within "replies overtake" "$(sequence | awk 'NR > 1 && $1 < before { n++ } { before = $1 } END { print n + 0 }')" 5 100
ok "given up at once" lab_ctl set wan ab arq.max_retries=0 arq.rtt=null arq.in_order=null arq.p=100%
lab_ctl reset >/dev/null
fails "nothing comes" lab_in a ping -n -q -c 2 -i 0.1 -W 0.2 10.77.0.2
within "counted as arq" "$(lab_stat '.links[0].ab.dropped.arq.packets')" 2 99
fails "an order that delay would restore is refused" \
	lab_ctl set wan ab arq.p=10% arq.max_retries=2 arq.rtt=8ms arq.in_order=false delay=5ms
conserved
finish
