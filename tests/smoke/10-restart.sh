#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# After kill -9, a restart cleans up what was left; a second one on a socket in use is refused.
. "$(dirname "$0")/tap.sh"

conf "" ""
lab_up "$CONF" || exit 1
lab_in m timeout 20 "$WIREFAULT" run -c "$CONF" --socket "$LAB_SOCK" >"$LAB_DIR/second" 2>&1
status=$?
within "a second one on the same socket is refused" $status 1 2
ok "and the first still answers" lab_ctl status

kill -KILL "$LAB_PID"
wait "$LAB_PID" 2>/dev/null
LAB_PID=
lab_ctl status >/dev/null 2>&1
is "wfctl without a daemon: exit code" $? 3
ok "the socket is still there" test -S "$LAB_SOCK"

ok "restart" lab_start "$CONF"
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
is "packets cross" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.02)" "5 5"
ok "wfctl works" lab_ctl status
finish
