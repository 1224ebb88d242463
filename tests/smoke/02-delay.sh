#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Delay: the mean round trip is what is configured plus what the plain wire takes.
. "$(dirname "$0")/tap.sh"

conf 'bypass = true; delay = "20ms";' 'bypass = true; delay = "10ms";'
lab_up "$CONF" || exit 1

rtt() { lab_ping 10.77.0.2 -c 120 -i 0.01 | cut -d ' ' -f 3; }
bypass() { lab_ctl set wan ab bypass="$1" && lab_ctl set wan ba bypass="$1"; }

# Both within seconds; a machine that was busy with something else gets a second and third chance.
for attempt in 1 2 3; do
	bypass true >/dev/null
	base=$(rtt)
	bypass false >/dev/null
	lab_ctl reset >/dev/null
	mean=$(rtt)
	echo "# attempt $attempt: plain wire $base ms, 20 ms + 10 ms: $mean ms"
	above=$(calc "$mean - $base - 30")
	[ "$(calc "($above < 0.3 && $above > -0.3)")" = 0 ] || break
done
within_timed "20 ms + 10 ms: mean RTT within 0.3 ms of the plain wire + 30 ms" "$above" -0.3 0.3
within_timed "the stats agree on ab" "$(lab_stat '.links[0].ab.delay_ns.mean')" 20000000 20300000
within "never early" "$(lab_stat '.links[0].ab.delay_ns.min')" 19999000 20100000
within_timed "release error: p50 below 50 us" \
	"$(lab_stat '.links[0].ab.release_error_ns.p50')" 0 50000

# 200 draws of sd 2 ms: 4 standard errors are 0.57 ms.
ok "to a normal distribution" lab_ctl set wan ab delay.mean=15ms delay.stddev=2ms
lab_ctl reset >/dev/null
lab_ping 10.77.0.2 -c 200 -i 0.01 >/dev/null
within_timed "normal: mean" "$(lab_stat '.links[0].ab.delay_ns.mean')" 14430000 15800000
within_timed "normal: sd" "$(lab_stat '.links[0].ab.delay_ns.stddev')" 1500000 2600000
conserved
finish
