#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Whatever clients do to the control thread, workers do not notice: 64 that are busy, stuck, long-winded or
# slow, and a crowd of connections. How much less a worker forwards is measured in short stretches that take
# turns (control_load.py says against what), and told with its interval. It fails if the interval is wholly above
# 1 %; if it reaches from below to above, that is said, and nothing is shown. WF_TEST_LONG=1: for a minute, and
# 10,000 connections; without it there are few rounds, of which one interval in forty lies wholly above the truth,
# and it fails above a tenth only.
. "$(dirname "$0")/tap.sh"

[ "$(nproc)" -gt 1 ] || { skip "workers do not notice" "one core is both theirs and the clients'" && finish; }
echo admin-token-0123456789 >"$LAB_DIR/tokens"
chmod 600 "$LAB_DIR/tokens"
control="control = { http = \"127.0.0.1:0\"; token_file = \"$LAB_DIR/tokens\"; };"
http_of() { sed -n 's/^.*API on http:\/\///p' "$1"; }

# The decoy: its worker sleeps on the first core.
DEVICE_A=net_ring0 DEVICE_B=net_ring1 conf "" ""
printf '%s\nidle = "sleep";\n' "$control" >>"$CONF"
lab_hosts
taskset -c "$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')" nsenter --net="/run/netns/$LAB_NS_M" -- "$WIREFAULT" run -c "$CONF" \
	--socket "$LAB_DIR/decoy.sock" --no-huge >"$LAB_DIR/decoy" 2>"$LAB_DIR/decoy.err" </dev/null &
LAB_PIDS+=($!)
ok "the decoy is there" lab_await "$LAB_DIR/decoy" '^READY' $! 30

DEVICE_A=net_null0 DEVICE_B=net_null1 conf "" ""
echo "$control" >>"$CONF"
lab_start "$CONF" --no-huge || exit 1
plan=(8 0.2 1500) # rounds, seconds, connections
too_much=0.1
[ -z "${WF_TEST_LONG-}" ] || { plan=(100 0.6 10000) && too_much=0.01; }
lab_in m timeout 280 /usr/bin/python3 "$(dirname "$0")/control_load.py" "$LAB_SOCK" "$(http_of "$LAB_LOG")" "$LAB_PID" \
	"$LAB_DIR/decoy.sock" "$(http_of "$LAB_DIR/decoy.err")" "${plan[@]}" >"$LAB_DIR/load" 2>"$LAB_DIR/load.err"
of() { jq -r "$1" "$LAB_DIR/load"; }
is "it was done" "$(tail -n 3 "$LAB_DIR/load.err")" ""
sed 's/^/# /' "$LAB_DIR/load"
within "requests were answered" "$(of .counts.loaded.replies)" 50 inf
within "the decoy's, too" "$(of .counts.decoy.replies)" 50 inf
is "as many connections came as were to" "$(of .counts.loaded.connections)" "${plan[2]}"

said() { of ".$1 | \"\(.median * 100) % slower, \(.low * 100) to \(.high * 100) % (95 %, \(.n) rounds)\"" | sed -E 's/(\.[0-9]{2})[0-9]*/\1/g'; }
echo "# than when nobody asks: $(said slower_than_quiet)"
noticed="$(said slower_than_decoy)"
if [ -n "${WF_UNTIMED-}" ]; then
	skip "workers do not notice" "not timed in this build"
elif inside "$(of .slower_than_decoy.high)" -99 0.01; then
	result yes "workers do not notice: $noticed"
elif inside "$(of .slower_than_decoy.low)" -99 "$too_much"; then
	skip "workers do not notice" "not shown here: $noticed"
else
	result no "workers do not notice: $noticed"
fi
within "memory stays" "$(of '.memory / 1048576')" -100 20
within_timed "who comes behind them is answered" "$(of .answer_s)" 0 3
is "nothing is unaccounted for" "$(of .unaccounted)" 0
ok "it lives" lab_ctl status
finish
