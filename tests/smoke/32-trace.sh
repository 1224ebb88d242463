#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Bandwidth traces: iperf3 gets what they offer, and second by second a different share of it.
. "$(dirname "$0")/tap.sh"

echo 1 >"$LAB_DIR/constant" # an opportunity of 1500 bytes each ms
printf '0s 4Mbit\n2s 16Mbit\n4s 4Mbit\n' >"$LAB_DIR/steps"
conf 'rate = { trace = "constant"; }; queue = "20ms";' ""
lab_up "$CONF" || exit 1

# What the server got in each whole second, sorted.
seconds() { # PORT
	sed -n 's/^\[ *[0-9]*\] *[0-3]\.[0-9]*-.* \([0-9.]*\) Mbits.*/\1/p' "$LAB_DIR/iperf-$1" | sort -n
}
lab_iperf 5201 -u -b 20M -t 1 -l 1400 >/dev/null
within_timed "mahimahi's \"1\" is 12 Mbit/s (of which 97 % payload)" \
	"$(seconds 5201 | tail -n 1)" 10.5 12

ok "rows instead, under way" lab_ctl set wan ab rate.trace=steps
lab_iperf 5202 -u -b 20M -t 4 -l 1400 >/dev/null
# Whenever it began, one of its seconds lies wholly within each half of the period.
slow=$(seconds 5202 | head -n 1) fast=$(seconds 5202 | tail -n 1)
within_timed "half of the time 4 Mbit/s (of which 97 % payload)" "$slow" 3.4 4.2
within_timed "half of the time 16 Mbit/s" "$fast" 13.5 16.5
within "what is over it, the queue drops" "$(lab_stat '.links[0].ab.dropped.queue_full.packets')" 100 99999
conserved
finish
