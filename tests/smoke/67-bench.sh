#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/bench works: every kind of row is measured against its baseline. Not what it measures: that
# depends on the machine.
. "$(dirname "$0")/tap.sh"

bench() { timeout 200 "$LAB_ROOT/tools/bench" --build "$WF_BUILD" --quick --no-huge "$@"; }
of() { jq -c "$1" "$LAB_DIR/bench.json"; }

bench --json --flows 100 --sizes '64 imix' null flows wire per-flow >"$LAB_DIR/bench.json" 2>"$LAB_DIR/err"
is "it runs" $? 0
is "rows of net_null, in order" "$(of '[.rows[] | select(.set == "null") | [.case, .size]]')" '[["wire",64]]'
is "rows of many flows, in order" "$(of '[.rows[] | select(.set == "flows") | [.case, .size, .flows]]')" \
	'[["wire",64,100],["wire","imix",100],["per-flow",64,100],["per-flow","imix",100]]'
is "each has figures" "$(of '[.rows[] | .ns > 0 and .base_ns > 0 and .lost >= 0 and .error_p99_ns >= .error_p50_ns] | all')" true
is "what stands above its baseline" "$(of '[.rows[] | (.ns - .base_ns - .above_ns) | fabs < 0.001] | all')" true
is "bars where there are any" "$(of '[.rows[] | select(.bar_ns) | [.case, .flows, .bar_ns, (.ratio - .above_ns / .bar_ns | fabs < 0.001)]]')" \
	'[["wire",1,6,true],["per-flow",100,60,true]]'
bench --orders 'shuffle random' --flows 50 flows per-flow >"$LAB_DIR/table" 2>/dev/null
contains "a table" "$LAB_DIR/table" '^\| per-flow, 64 B, 50 flows \(random\) \| [0-9.]+ \| '
bench --json load offline delay >"$LAB_DIR/bench.json" 2>"$LAB_DIR/err"
is "it runs under load and offline, too" $? 0
is "rows of both" "$(of '[.rows[] | [.set, .case]]')" \
	'[["load","delay"],["offline","delay-loss-rate"]]'
is "80 % of the rate that was found" "$(of '[.rows[] | select(.set == "load") | .rate_pps > 0 and (.offered_pps / .rate_pps - 0.8 | fabs < 0.001)
	and .error_p99_ns >= .error_p50_ns and .bar_p50_ns == 1000] | all')" true
is "packets a second offline" "$(of '[.rows[] | select(.set == "offline") | (.mpps * .ns - 1000 | fabs < 0.001)] | all')" true
bench offline >"$LAB_DIR/table" 2>/dev/null
contains "a table of it" "$LAB_DIR/table" '^\| delay-loss-rate, 64 B, 100 flows \| [0-9.]+ \| [0-9.]+ \| 5 \|$'
for bad in --sizes\ x --rounds\ 0 --seconds\ y --foo smoke-signals; do
	# shellcheck disable=SC2086 # words
	fails "refused: $bad" bench $bad
done
finish
