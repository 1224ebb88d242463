#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/bench-ports works: every kind carries what it is asked to, whatever the speed.
. "$(dirname "$0")/tap.sh"

bench() { LAB_NS_A=wf-ba LAB_NS_B=wf-bb LAB_NS_M=wf-bm "$LAB_ROOT/tools/bench-ports" --build "$WF_BUILD" --quick "$@"; }
bench --json bridge packet >"$LAB_DIR/bench.json" 2>/dev/null
is "it runs" $? 0
is "each kind has carried TCP" "$(jq '[.kinds[].tcp_bps > 0] | all' "$LAB_DIR/bench.json")" true
is "each kind is there" "$(jq -c '[.kinds[].kind]' "$LAB_DIR/bench.json")" '["bridge","packet"]'
is "lateness at three paces" "$(jq -c '[.packet_lateness[].pps]' "$LAB_DIR/bench.json")" '[1000,10000,100000]'
fails "a kind that isn't there" bench smoke-signals
finish
