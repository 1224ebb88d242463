#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Time in a port's ring is lateness: after a worker stood still for half a second under traffic that its
# ring could hold, nothing is missed, and what waited is late by as much. Packet ports know by how much
# (frames are stamped); of all others it is an upper bound.
# shellcheck disable=SC2317 # functions that `ok` calls
. "$(dirname "$0")/ports.sh"

late() { lab_stat ".links[0].ab.release_error_ns.$1 / 1e6 | floor"; } # ms
stalled_under_traffic() { # WHAT ARRIVAL
	lab_ctl reset >/dev/null
	flood 900 100 1 a 0.001 &
	local sender=$!
	settled_above 100
	kill -STOP "$LAB_PID"
	sleep 0.5 # the stall itself
	kill -CONT "$LAB_PID"
	wait $sender
	settled 900
	is "$1: nothing is missed" "$(lab_stat '.ports[0].rx_missed')" 0
	is "$1: when frames came is known as" "$(lab_stat '.ports[0].arrival')" "$2"
	within "$1: late at p99, ms" "$(late p99)" "$3" 60000
	within "$1: late at most, ms" "$(late max)" "$4" 60000
	contains "$1: the verdict" <(lab_stat '.verdict.reasons[]') 'of the 900 packets sent left .* (ms|s) late or more'
	contains "$1: ... and whose fault it is" <(lab_stat '.verdict.reasons[]') 'the worker on core [0-9]+ stood still for'
	# Nobody leaves early for that.
	is "$1: no packet has got less than its delay" "$(lab_stat '.links[0].ab.delay_ns.min >= 20e6')" true
	conserved
	lab_ctl reset >/dev/null
	flood 300 100 1 a 0.001
	settled 300
	within_timed "$1: undisturbed, late at p50, us" "$(lab_stat '.links[0].ab.release_error_ns.p50 / 1e3 | floor')" 0 199
}
settled_above() { # COUNT: so many have come
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(lab_stat ".links[0].ab.rx.packets >= $1")" = true ] && return
		sleep 0.05
	done
	false
}

quiet_hosts
conf 'delay = "20ms";' ""
lab_start "$CONF" || exit 1
lab_attach a wfa
lab_attach b wfb
stalled_under_traffic tap polled 400 430
lab_ctl ports >"$LAB_DIR/ports"
not_stamped() { ! grep -q stamped "$LAB_DIR/ports"; }
ok "tap: wfctl ports says of no stamps" not_stamped
lab_stop
veth_pairs
for kind in net_af_packet net_af_xdp packet; do
	conf_of $kind 'delay = "20ms";' ""
	lab_start "$CONF" || exit 1
	if [ $kind = packet ]; then # from the stamps, delay included
		stalled_under_traffic $kind stamped 400 430
		lab_ctl ports >"$LAB_DIR/ports"
		contains "packet: wfctl ports says of stamps" "$LAB_DIR/ports" 'slots to receive .* on pa, frames stamped$'
	else
		stalled_under_traffic $kind polled 400 430
	fi
	lab_stop
done
finish
