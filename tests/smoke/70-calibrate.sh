#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# test calibrate: what it measures, of the machine alone and of two ports that are joined outside; not
# how much that is: it depends on the machine.
. "$(dirname "$0")/ports.sh"

stat() { jq -r "$1" "$LAB_DIR/out.json"; }
calibrate() { # OPTION...
	lab_in m timeout 60 "$WIREFAULT" test calibrate --no-huge --force --duration 1s "$@" \
		>"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
}
ended() { # DESCRIPTION CODE
	is "$1: exit code and verdict agree" "$2 $(stat .verdict.trustworthy)" \
		"$([ "$2" = 3 ] && echo 3 false || echo 0 true)"
}

quiet_hosts
calibrate -o json --pps 2000 --save "$LAB_DIR/saved.json"
ended "alone" $?
is "schema" "$(stat .schema)" wirefault.calibration/1
within "packets that passed" "$(stat .packets.sent)" 100 2400
is "what it adds, in order" "$(stat '.added_ns | .count > 100 and .p50 > 0 and .p50 <= .p99 and .p99 <= .max')" true
within "a look at the clock takes nanoseconds" "$(stat .clock.read_ns)" 1 500
is "of the core" "$(stat '.core | .seconds >= 0.5 and .longest_ns > 0 and .wait_p99_ns >= 0')" true
within "a turn of the loop" "$(stat .turn.mean_ns)" 10 100000000
is "no path without ports" "$(stat .path_ns)" null
ok "the saved one is the same" cmp "$LAB_DIR/out.json" "$LAB_DIR/saved.json"

lab_in m timeout 60 "$WIREFAULT" test self --no-huge --force --duration 200ms --rounds 1 --traffic pps=1000 \
	--calibration "$LAB_DIR/saved.json" -o json >"$LAB_DIR/self.json" 2>"$LAB_DIR/err"
is "test self shows it beside" "$(jq --slurpfile c "$LAB_DIR/saved.json" '.own | .added_ns == $c[0].added_ns and .same_cpu and (.subtracted | not)' \
	"$LAB_DIR/self.json")" true
lab_in m timeout 60 "$WIREFAULT" test latency --set delay=1ms --profile lte --no-huge --force -q --duration 100ms --repeat 1 --sizes 64 \
	--calibration "$LAB_DIR/saved.json" -o json >"$LAB_DIR/load.json" 2>"$LAB_DIR/err"
is "so does test latency" "$(jq --slurpfile c "$LAB_DIR/saved.json" '.own.added_ns == $c[0].added_ns' "$LAB_DIR/load.json")" true
timeout 20 "$WIREFAULT" test self --calibration "$LAB_DIR/load.json" >"$LAB_DIR/out" 2>&1
is "what is none is refused" $? 2
contains "... with what makes one" "$LAB_DIR/out" 'this is no calibration'

# The two ends of a pair: what leaves by the one comes in at the other.
lab_in m ip link add pa type veth peer name pb
lab_in m ip link set pa up
lab_in m ip link set pb up
calibrate -o json --ports pa,pb
ended "ports" $?
is "ports: named" "$(stat .ports)" pa,pb
is "ports: they came back" "$(stat '.packets.came_back > 100')" true
is "ports: the way takes longer than what wirefault adds" \
	"$(stat '.path_ns.count == .packets.came_back and .path_ns.p50 > 0 and .path_ns.p50 * 2 > .added_ns.p50')" true
calibrate --ports pa,pb
contains "as a table" "$LAB_DIR/out.json" '^out and back in +half within '
contains "... with a verdict" "$LAB_DIR/out.json" '^Verdict: '

# Two that are not joined.
lab_in m ip link add pc type veth peer name pd
lab_in m ip link set pc up
lab_in m ip link set pd up
calibrate --ports pa,pc
is "not joined: exit code" $? 1
contains "... and why" "$LAB_DIR/err" 'nothing of what was sent on the first of pa,pc came in on the second'

for wrong in "--ports pa|two names with a comma" "--pps 0|from 1 to 100000" "--core 9999|no core that this process may use" \
	"--duration soon|is no time" "--duration 1ms|from 100 ms" "--huge --no-huge|Choose one" "-o xml|xml"; do
	# shellcheck disable=SC2086 # words
	timeout 20 "$WIREFAULT" test calibrate ${wrong%%|*} >"$LAB_DIR/out" 2>&1
	is "refused: test calibrate ${wrong%%|*}" $? 2
	contains "... and why" "$LAB_DIR/out" "${wrong##*|}"
done
timeout 20 "$WIREFAULT" test calibrat >"$LAB_DIR/out" 2>&1
is "another word is refused" $? 2
contains "... with the one that is meant" "$LAB_DIR/out" 'Did you mean .calibrate.'
timeout 20 "$WIREFAULT" test calibrate --help >"$LAB_DIR/out"
contains "help" "$LAB_DIR/out" '^Usage: wirefault test calibrate '
finish
