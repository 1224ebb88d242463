#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# As a service: its manager is told when packets flow, that it lives, and when it ends (sd_notify); the
# unit leaves little open; when ports are up no thread has a capability that it does not need; the log
# is in a file that may be moved away.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

conf "" ""
lab_hosts
cat >"$LAB_DIR/listen.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)
END
lab_bg m "$LAB_DIR/notes" timeout 60 python3 "$LAB_DIR/listen.py" "$LAB_DIR/notify"
listener=$!
lab_await "$LAB_DIR/notes" listening $listener 10
export NOTIFY_SOCKET=$LAB_DIR/notify
ok "ready" lab_start "$CONF" --log-file "$LAB_DIR/log"
ok "READY=1" lab_await "$LAB_DIR/notes" '^READY=1' $listener 5
ok "WATCHDOG=1, again and again" lab_await "$LAB_DIR/notes" '^WATCHDOG=1' $listener 5

# Of every thread: "CapEff CapPrm NoNewPrivs", once.
rights() {
	local task
	for task in "/proc/$LAB_PID/task"/*; do
		awk '/^Cap[EPIA]/ || /^NoNewPrivs:/ { printf "%s ", $2 } END { print "" }' "$task/status"
	done | sort | uniq -c | tr -s ' '
}
threads=$(find "/proc/$LAB_PID/task" -mindepth 1 -maxdepth 1 | wc -l)
# Inheritable, permitted, effective, ambient, and whether programs it runs could get more: taps take no
# CAP_NET_RAW.
is "with taps every thread keeps CAP_NET_ADMIN and CAP_SYS_ADMIN alone" "$(rights)" \
	" $threads 0000000000000000 0000000000201000 0000000000201000 0000000000000000 1 "
ok "... and taps go and come as before" ip -n "$LAB_NS_M" link del wfb
ok "... a tap is made anew" lab_await "$LAB_DIR/log" 'port_back' "$LAB_PID" 10
mv "$LAB_DIR/log" "$LAB_DIR/log.1"
kill -HUP "$LAB_PID"
ok "the log goes on in another file" lab_await "$LAB_DIR/log" ' reload reloaded, generation' "$LAB_PID" 10
contains "... a line an event, with its time" "$LAB_DIR/log.1" '^20[0-9-]+T[0-9:.]+Z start '
is "... and nothing on stderr" "$(cat "$LAB_LOG")" ""
lab_stop
ok "STOPPING=1" lab_await "$LAB_DIR/notes" '^STOPPING=1' $listener 5
unset NOTIFY_SOCKET
DEVICE_A=net_null0 DEVICE_B=net_null1 conf "" ""
lab_in m timeout 20 "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/n.sock" --no-huge -d 300ms --log-level debug >"$LAB_DIR/debug" 2>&1
contains "the end is in the log, if it is told everything" "$LAB_DIR/debug" '^wirefault: shutting down$'
fails "a level that there is not" lab_in m "$WIREFAULT" run -c "$CONF" --log-level loud
contains "... is told" "$LAB_DIR/ok.out" '"loud" is not warning, info or debug'
fails "a log that cannot be written" lab_in m "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/n.sock" --log-file "$LAB_DIR/none/log"
contains "... is told" "$LAB_DIR/ok.out" 'the log cannot be written'

lab_start "$CONF" --no-huge
is "without host interfaces no capability is left" "$(rights | awk '{ print $3, $4, $6 }' | uniq)" "0000000000000000 0000000000000000 1"
lab_stop

unit=$LAB_DIR/wirefault@lab.service
sed "s|@bindir@|$(dirname "$WIREFAULT")|" "$LAB_ROOT/config/systemd/wirefault@.service.in" >"$unit"
ok "the unit is one that systemd understands" systemd-analyze verify --man=no "$unit"
is "... wholly" "$(cat "$LAB_DIR/ok.out")" ""
ok "its exposure is 3.0 at most" systemd-analyze security --offline=true --threshold=30 --no-pager "$unit"
finish
