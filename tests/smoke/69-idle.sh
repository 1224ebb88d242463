#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# idle: a worker with nothing to do spins, pauses or sleeps. What packets live through is the same;
# the processor's time is not.
# shellcheck disable=SC2317 # functions that `ok` and `fails` call
. "$(dirname "$0")/ports.sh"

quiet_hosts
veth_pairs
lab_in a ip addr add 10.77.0.1/24 dev wfa
lab_in b ip addr add 10.77.0.2/24 dev wfb

# Two seconds without a packet: turns and processor's time, a second each.
idle_costs() {
	lab_ctl reset >/dev/null
	sleep 2
	lab_stat '.workers[0] as $w | .since_reset_ns / 1e9
		| "\($w.loops / . | floor) \($w.cpu_ns / . / 1e9)"'
}
FLOOD='.links[0].ab.classes[] | select(.name == "flood")'
declare -A turns cpu fates
run_with() { # IDLE
	DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb
	conf 'delay = "5ms";' 'delay = "2ms";' '{ name = "flood"; match = { dport = 9; };
		ab = { loss = "20%"; delay = { mean = "5ms"; stddev = "1ms"; }; }; }'
	sed -i "1a idle = \"$1\";" "$CONF"
	lab_start "$CONF" || exit 1
	is "$1: the statistics say so" "$(lab_stat '.workers[0].idle')" "$1"
	# Traffic with gaps, in which a worker comes to rest.
	flood 300 100 4 a 0.001
	ok "$1: all of it has passed" await_stat "$FLOOD | .rx.packets == 300 and .tx.packets + .dropped.loss.packets == 300" true
	fates[$1]=$(lab_stat "$FLOOD | [.rx, .tx, .dropped.loss | .packets, .bytes] | @csv")
	conserved
	within "$1: never early" "$(lab_stat '.links[0].ab.release_error_ns.min')" 0 1000000000
	within_timed "$1: released on time" "$(lab_stat '.links[0].ab.release_error_ns.p50')" 0 60000
	lab_ctl reset >/dev/null
	lab_ping 10.77.0.2 -c 50 -i 0.02 >"$LAB_DIR/ping"
	echo "# $1: ping $(cut -d ' ' -f 1-4 "$LAB_DIR/ping") ms (7 ms configured)"
	read -r "turns[$1]" "cpu[$1]" < <(idle_costs)
	echo "# $1: ${turns[$1]} turns/s, ${cpu[$1]} of a core while idle"
	conserved
}
stop() {
	lab_stop
	is "$1: wirefault's exit code" $? 0
}

run_with spin
stop spin
run_with pause
stop pause
run_with sleep

is "pause: the same fates" "${fates[pause]}" "${fates[spin]}"
is "sleep: the same fates" "${fates[sleep]}" "${fates[spin]}"
within "sleep: naps are as long as they may be" "${turns[sleep]}" 100 12000
within "sleep: leaves the core to others" "${cpu[sleep]}" 0 0.25
ok "spin: looks far more often" [ "${turns[spin]}" -gt $((5 * turns[sleep])) ]
ok "pause: looks less often than spin" [ "${turns[pause]}" -lt "${turns[spin]}" ]
ok "sleep: takes less of it than spin got" [ "$(calc "(${cpu[sleep]} < ${cpu[spin]})")" = 1 ]

# While it runs it stays as it is.
sed 's/idle = "sleep"/idle = "spin"/' "$CONF" >"$LAB_DIR/other.conf"
cp "$LAB_DIR/other.conf" "$CONF"
fails "it can't change while it runs" lab_ctl reload
contains "... and that is said" "$LAB_DIR/ok.out" 'idle: cannot change while wirefault runs'
stop sleep
sed -i 's/idle = "spin"/idle = "nap"/' "$CONF"
fails "another word is refused" "$WIREFAULT" check -c "$CONF"
contains "... with those there are" "$LAB_DIR/ok.out" 'spin'
finish
