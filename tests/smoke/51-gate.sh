#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Gates: a path of 150 ms fails Y.1541's class 0 and passes class 1, as measured by wirefault itself on
# pings; exit codes for scripts.
. "$(dirname "$0")/tap.sh"
gates=$(dirname "$0")/../../config/gates

conf 'delay = "150ms";' 'delay = "10ms";'
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null
lab_ctl reset >/dev/null
lab_in a ping -n -q -c 20 -i 0.05 10.77.0.2 >/dev/null
lab_ctl stats -o json >"$LAB_DIR/stats"

"$WIREFAULT" gate "$gates/y1541-0.gate" "$LAB_DIR/stats" >"$LAB_DIR/out"
is "class 0: exit code" $? 1
contains "for its mean delay" "$LAB_DIR/out" 'FAIL +mean +15[0-9]\.[0-9]+ ms +<= 100\.0 ms +5[0-9]\.[0-9]+ ms above'
contains "the loss is fine" "$LAB_DIR/out" 'pass +loss +0 %'
"$WIREFAULT" gate "$gates/y1541-1.gate" - <"$LAB_DIR/stats" >"$LAB_DIR/out"
is "class 1, from standard input: exit code" $? 0
"$WIREFAULT" gate --json "$gates/y1541-0.gate" "$LAB_DIR/stats" >"$LAB_DIR/json"
is "as JSON: ab fails, ba passes" \
	"$(jq -c '[.pass, (.links[0] | [.ab, .ba] | map(all(.pass)))]' "$LAB_DIR/json")" "[false,[false,true]]"
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
