#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# test self: generator -> link -> sink in one process, what it counts and how it ends. Not what it
# measures: that depends on the machine.
. "$(dirname "$0")/tap.sh"

self() { # OPTION...; the document in $LAB_DIR/out.json
	timeout 100 "$WIREFAULT" test self --no-huge --force --duration 600ms --seed 7 "$@" \
		>"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
}
# It ran; its verdict, which the machine may have spoilt, is what the exit code says.
ended() { # DESCRIPTION CODE
	is "$1: exit code and verdict agree" "$2 $(stat .verdict.trustworthy)" \
		"$([ "$2" = 3 ] && echo 3 false || echo 0 true)"
}
stat() { jq -r "$1" "$LAB_DIR/out.json"; }

self -o json
ended "plain link" $?
is "schema" "$(stat .schema)" wirefault.self/1
is "rounds" "$(stat '.rounds | length')" 3
ok "it measured something" jq -e '.wire.ns_per_packet > 0 and .run.ns_per_packet > 0 and .run.packets_per_s > 1000' "$LAB_DIR/out.json"
is "nothing is dropped" "$(stat '.packets.dropped | length')" 0

self -o json --set loss=10% --set ab.delay=1ms --traffic flows=50000,order=shuffle,size=imix --rounds 1
ended "loss" $?
within "one in ten is lost" "$(stat '100 * .packets.dropped.loss / .packets.rx')" 9 11
within "delay" "$(stat '.delay_ns.p50')" 1000000 200000000
is "every flow has found room" "$(stat '.packets.flow_fallback')" 0

self -o json --both --traffic pps=20000,ip=6,size=100 --rounds 1
ended "at a rate, both ways" $?
within "... of two generators" "$(stat '.run.packets_per_s')" 4000 41000

# Of a file with real ports: one link of two, and nothing that it names is touched.
cat >"$LAB_DIR/two.conf" <<-END
	seed = 1; max_flows = 100;
	ports = ( { name = "a"; device = "nowhere0"; }, { name = "b"; device = "packet,iface=nowhere1"; },
		{ name = "c"; device = "net_tap0,iface=nowhere2"; }, { name = "d"; device = "0000:ff:1f.7"; } );
	links = ( { name = "one"; ports = [ "a", "b" ]; }, { name = "two"; ports = [ "c", "d" ];
		classes = ( { name = "udp"; match = { proto = "udp"; }; scope = "flow"; ab = { loss = "50%"; }; } ); } );
END
self -c "$LAB_DIR/two.conf" --link two -o json --rounds 1 --traffic flows=1000
ended "a link of a file" $?
is "... by its name" "$(stat .link)" two
within "... with its class" "$(stat '100 * .packets.dropped.loss / .packets.rx')" 40 60
ok "... and its max_flows, which are too few" jq -e '.packets.flow_fallback > 0' "$LAB_DIR/out.json"

self --profile lte --rounds 1 --traffic pps=1000
contains "as a table" "$LAB_DIR/out.json" '^a plain wire +[0-9,]+ +[0-9.]+$'
contains "... of the profile" "$LAB_DIR/out.json" '^lte +[0-9,]+'
contains "... with a verdict" "$LAB_DIR/out.json" '^Verdict: '

for wrong in "|one test is wanted" "sel|Did you mean .self." "self --traffic flow=1|Did you mean .flows." \
	"self --traffic size=9|60 to 9216" "self --rounds 33|from 1 to 32" "self --duration 5ms|less than 10 ms" \
	"self --duration soon|is no time" "self -c $LAB_DIR/two.conf|Write --link NAME" \
	"self -c $LAB_DIR/two.conf --link tow|Did you mean .two." "self --huge --no-huge|Choose one" \
	"self --set dely=1ms|delay"; do
	# shellcheck disable=SC2086 # words
	timeout 20 "$WIREFAULT" test ${wrong%%|*} >"$LAB_DIR/out" 2>&1
	is "refused: test ${wrong%%|*}" $? 2
	contains "... and why" "$LAB_DIR/out" "${wrong##*|}"
done

# An interrupt ends it, and says so.
"$WIREFAULT" test self --no-huge --force --duration 100s >"$LAB_DIR/out" 2>"$LAB_DIR/err" &
pid=$!
LAB_PIDS+=("$pid")
until grep -qs '^rte-worker' "/proc/$pid/task/"*/comm; do
	kill -0 "$pid" 2>/dev/null || break
done
kill -TERM "$pid"
wait "$pid"
is "TERM: exit code" $? 1
contains "... and why" "$LAB_DIR/err" 'interrupted after 0 of 3 rounds'
finish
