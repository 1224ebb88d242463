#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Whatever clients do to the control thread, workers do not notice: busy ones, readers that are stuck,
# bodies of 1 MiB, 1500 connections, requests letter by letter. WF_TEST_LONG=1: for a minute, and
# 10,000 connections.
. "$(dirname "$0")/tap.sh"

TOKEN=admin-token-0123456789
echo $TOKEN >"$LAB_DIR/tokens"
chmod 600 "$LAB_DIR/tokens"
DEVICE_A=net_null0 DEVICE_B=net_null1 conf "" ""
echo "control = { http = \"127.0.0.1:0\"; token_file = \"$LAB_DIR/tokens\"; };" >>"$CONF"
lab_hosts
lab_start "$CONF" --no-huge || exit 1
connections=$([ -z "${WF_TEST_LONG-}" ] && echo 1500 || echo 10000)
HTTP=$(sed -n 's/^.*API on http:\/\///p' "$LAB_LOG")

lab_in m timeout 250 /usr/bin/python3 "$(dirname "$0")/control_load.py" "$LAB_SOCK" "$HTTP" $TOKEN "$LAB_PID" \
	"$([ -z "${WF_TEST_LONG-}" ] && echo 2 || echo 120)" "$connections" >"$LAB_DIR/load" 2>"$LAB_DIR/load.err"
of() { jq "$1" "$LAB_DIR/load"; }
is "it was done" "$(tail -n 3 "$LAB_DIR/load.err")" ""
sed 's/^/# /' "$LAB_DIR/load"
within "requests were answered" "$(of .replies)" 50 inf
is "as many connections came as were to" "$(of .connections)" "$connections"
# A worker is slower by less than 1 %, or than three times what one quiet second differs from another.
within_timed "workers do not notice" "$(of .slower)" -1 "$(jq '[0.01, 3 * .noise] | max' "$LAB_DIR/load")"
within "memory stays" "$(of '.memory / 1048576')" -100 20
within_timed "who comes behind them is answered" "$(of .answer_s)" 0 3
is "nothing is unaccounted for" "$(of .unaccounted)" 0
ok "it lives" lab_ctl status
finish
