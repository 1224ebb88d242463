#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/bench-store works: each size and time is measured both ways, and where they cross follows
# from the figures. Not what it measures: that depends on the machine.
. "$(dirname "$0")/tap.sh"

bench() { timeout 200 "$LAB_ROOT/tools/bench-store" --build "$WF_BUILD" --quick --no-huge "$@"; }
of() { jq -c "$1" "$LAB_DIR/bench.json"; }

bench --json --sizes '64 512' --holds '100us 2ms' >"$LAB_DIR/bench.json" 2>"$LAB_DIR/err"
is "it runs" $? 0
is "each size for each time" "$(of '[.rows[] | [.size, .hold]]')" \
	'[[64,"100us"],[512,"100us"],[64,"2ms"],[512,"2ms"]]'
is "both ways" "$(of '[.rows[] | (.reference, .value) | .above_ns > 0 and .lost >= 0] | all')" true
is "what pays is what costs less" \
	"$(of '[.rows[] | select(.by_value_pays != null) | .by_value_pays == (.value.above_ns < .reference.above_ns)] | all')" true
# shellcheck disable=SC2016 # jq's own variables
is "the crossover is the last size that pays before one that does not" "$(of '. as $d | [.crossover[] | . as $c |
	[$d.rows[] | select(.hold == $c.hold)] | (map(.by_value_pays != false) | index(false)) as $no |
	.[:($no // length)] | map(select(.by_value_pays)) | (last.size // 0) == $c.up_to_bytes] | all')" true
bench --free --sizes 64 --holds '1ms' >"$LAB_DIR/table" 2>/dev/null
contains "a table, of jitter" "$LAB_DIR/table" '^\| jitter, free to overtake \| 1ms \|'
contains "... with both figures" "$LAB_DIR/table" '^\| 64 B \| -?[0-9.]+, -?[0-9.]+ \|'
contains "... and where they cross" "$LAB_DIR/table" '^\| by value pays up to \| (64 B|no size) \|'
for bad in --sizes\ 9000 --sizes\ x --holds\ 5 --rounds\ 0 --seconds\ y --foo smoke; do
	# shellcheck disable=SC2086 # words
	fails "refused: $bad" bench $bad
done
finish
