#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A change that is not valid changes nothing and says why.
. "$(dirname "$0")/tap.sh"

conf 'delay = "5ms";' ""
lab_up "$CONF" || exit 1
before=$(lab_ctl config)
generation=$(lab_stat .generation)
err=$LAB_DIR/err

unchanged() {
	is "$1: same configuration" "$(lab_ctl config)" "$before"
	is "$1: same generation" "$(lab_stat .generation)" "$generation"
}
lab_ctl set wan ab delay=10ms loss=150% >/dev/null 2>"$err"
is "set: exit code" $? 1
contains "set: names the key" "$err" 'loss'
unchanged "set"

lab_ctl set wan ab dealy=10ms >/dev/null 2>"$err"
contains "unknown key: did you mean" "$err" 'delay'
unchanged "unknown key"

lab_ctl set lan ab delay=10ms >/dev/null 2>"$err"
is "no such link: exit code" $? 1
unchanged "no such link"

sed -i 's/ab = {.*/ab = { delay = "20 parsecs"; los = "1%"; };/' "$CONF"
lab_ctl reload >/dev/null 2>"$err"
is "reload: exit code" $? 1
contains "reload: file and line" "$err" 'lab.conf:[0-9]+'
contains "reload: the second error too" "$err" 'los'
kill -HUP "$LAB_PID"
ok "HUP: says so" lab_await "$LAB_LOG" 'not reloaded' "$LAB_PID" 5
contains "HUP: file and line" "$LAB_LOG" 'lab.conf:[0-9]+'
unchanged "reload and HUP"
is "and packets still cross" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.02)" "5 5"
finish
