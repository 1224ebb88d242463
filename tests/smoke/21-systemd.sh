#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A service manager is told when packets flow and when it ends (sd_notify).
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
ok "ready" lab_start "$CONF"
ok "READY=1" lab_await "$LAB_DIR/notes" '^READY=1' $listener 5
lab_stop
ok "STOPPING=1" lab_await "$LAB_DIR/notes" '^STOPPING=1' $listener 5
finish
