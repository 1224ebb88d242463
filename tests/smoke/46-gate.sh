#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Gates: a path of 150 ms fails Y.1541's class 0, as measured by wirefault itself on pings; 20 of them
# cannot show class 1, but what they can show, they do; exit codes for scripts.
. "$(dirname "$0")/tap.sh"
gates=$(dirname "$0")/../../config/gates

conf 'delay = "150ms";' 'delay = "10ms";'
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null
# Again where the machine took the core away for so long that the path was another one.
for _ in {1..10}; do
	lab_ctl reset >/dev/null
	lab_in a ping -n -q -c 20 -i 0.05 10.77.0.2 >/dev/null
	lab_ctl stats -o json >"$LAB_DIR/stats"
	[ "$(jq '[.links[0] | (.ab, .ba).delay_ns | .max - .min] | max < 9000000' "$LAB_DIR/stats")" != true ] || break
done

"$WIREFAULT" gate "$gates/y1541-0.gate" "$LAB_DIR/stats" >"$LAB_DIR/out"
is "class 0: exit code" $? 1
contains "for its mean delay" "$LAB_DIR/out" 'FAIL +mean +15[0-9]\.[0-9]+ ms +<= 100\.0 ms +5[0-9]\.[0-9]+ ms above'
contains "20 packets show little of a loss" "$LAB_DIR/out" \
	'few +loss +0 % +<= 0.1 % +too few packets: 2[0-9] show <= 1[0-9.]+ %, 2,995 could'
"$WIREFAULT" gate --allow-untrustworthy "$gates/y1541-1.gate" - <"$LAB_DIR/stats" >"$LAB_DIR/out"
is "class 1, from standard input: exit code" $? 3
contains "and why" "$LAB_DIR/out" '^Result: too few packets'
"$WIREFAULT" gate --allow-untrustworthy --allow-few "$gates/y1541-1.gate" "$LAB_DIR/stats" >"$LAB_DIR/out"
is "allowed in words: exit code" $? 0
contains "and said" "$LAB_DIR/out" '^Result: pass.*, although too few packets show it'
echo 'mean = "200ms"; loss = "20%"; classes = ( { name = "default"; loss = "20%"; } );' >"$LAB_DIR/small.gate"
ok "limits that 20 packets can show" \
	"$WIREFAULT" gate --allow-untrustworthy "$LAB_DIR/small.gate" "$LAB_DIR/stats"
"$WIREFAULT" gate --json "$gates/y1541-0.gate" "$LAB_DIR/stats" >"$LAB_DIR/json"
is "as JSON: ab fails, ba passes" \
	"$(jq -c '[.outcome, (.links[0] | [.ab, .ba] | map(.[0] | .measure, .outcome))]' "$LAB_DIR/json")" \
	'["fail",["mean","fail","mean","pass"]]'
"$WIREFAULT" gate --link nope "$gates/y1541-0.gate" "$LAB_DIR/stats" 2>"$LAB_DIR/err"
is "no such link: exit code" $? 2
echo '{}' >"$LAB_DIR/empty"
"$WIREFAULT" gate "$gates/y1541-0.gate" "$LAB_DIR/empty" 2>"$LAB_DIR/err"
is "no stats: exit code" $? 2
contains "and why" "$LAB_DIR/err" 'not a stats document'
for gate in "$gates"/*.gate; do
	"$WIREFAULT" gate "$gate" "$LAB_DIR/stats" >/dev/null 2>"$LAB_DIR/err"
	ok "$(basename "$gate") loads" test ! -s "$LAB_DIR/err"
done
conserved
finish
