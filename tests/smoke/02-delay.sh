#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Delay: the mean round trip is what is configured plus what the plain wire takes.
. "$(dirname "$0")/tap.sh"

conf 'bypass = true; delay = "20ms";' 'bypass = true; delay = "10ms";'
lab_up "$CONF" || exit 1

rtt() { lab_ping 10.77.0.2 -c 200 -i 0.01 | cut -d ' ' -f 3; }
base=$(rtt)
ok "bypass off" lab_ctl set wan ab bypass=false
ok "bypass off" lab_ctl set wan ba bypass=false
lab_ctl reset
mean=$(rtt)
within_timed "20 ms + 10 ms: mean RTT within 0.3 ms of base $base + 30 ms" "$mean" \
	"$(calc "$base + 29.7")" "$(calc "$base + 30.3")"
within_timed "the stats agree on ab" "$(lab_stat '.links[0].ab.delay_ns.mean')" 20000000 20200000
within "never early" "$(lab_stat '.links[0].ab.delay_ns.min')" 19999000 20100000
within_timed "release error: p50 below 50 us" \
	"$(lab_stat '.links[0].ab.release_error_ns.p50')" 0 50000

# 300 draws of sd 2 ms: 4 standard errors are 0.46 ms.
ok "to a normal distribution" lab_ctl set wan ab delay.mean=15ms delay.stddev=2ms
lab_ctl reset
lab_ping 10.77.0.2 -c 300 -i 0.01 >/dev/null
within_timed "normal: mean" "$(lab_stat '.links[0].ab.delay_ns.mean')" 14500000 15700000
within_timed "normal: sd" "$(lab_stat '.links[0].ab.delay_ns.stddev')" 1500000 2600000
conserved
finish
