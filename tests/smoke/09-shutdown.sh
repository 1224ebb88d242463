#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# TERM and INT drain and report within 2 s, exit 0 and leave nothing behind; so does --duration.
. "$(dirname "$0")/tap.sh"

conf 'delay = "300ms";' ""
lab_up "$CONF" || exit 1

ends() { # SIGNAL
	local before status
	lab_in a ping -n -q -c 20 -i 0.005 -W 0.1 10.77.0.2 >/dev/null # 300 ms of it are held now
	before=$(date +%s%N)
	kill -"$1" "$LAB_PID"
	timeout 10 tail --pid="$LAB_PID" -s 0.05 -f /dev/null
	wait "$LAB_PID"
	status=$?
	LAB_PID=
	within_timed "$1: over within 2 s" "$(calc "($(date +%s%N) - $before) / 1e9")" 0 2
	is "$1: exit code" $status 0
	contains "$1: a verdict on stdout" "$LAB_OUT" '[Tt]rustworthy'
	ok "$1: the socket is gone" test ! -e "$LAB_SOCK"
	fails "$1: the TAP interfaces are gone" lab_in a ip link show wfa
}
ends TERM

lab_start "$CONF" && lab_attach a wfa 10.77.0.1/24 fd77::1/64 &&
	lab_attach b wfb 10.77.0.2/24 fd77::2/64
ends INT

before=$(date +%s%N)
lab_start "$CONF" --duration 1s
wait "$LAB_PID"
is "--duration: exit code" $? 0
LAB_PID=
within_timed "--duration 1s: lasts 1 s" "$(calc "($(date +%s%N) - $before) / 1e9")" 1 6
contains "--duration: a verdict" "$LAB_OUT" '[Tt]rustworthy'
finish
