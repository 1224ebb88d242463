#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# TCP reset: curl sees its connection refused, or reset in the middle, over IPv4 and IPv6.
. "$(dirname "$0")/tap.sh"

conf "" ""
lab_up "$CONF" || exit 1
tcp_intact "a download" 10.77.0.2
curl_says() { # EXIT-CODE HOST
	lab_in a curl -sS --max-time 20 -o "$LAB_DIR/copy" "http://$2:8000/random" 2>"$LAB_DIR/curl"
	is "curl to $2 ends with $1" $? "$1"
}

# 7: could not connect.
ok "connections are refused" lab_ctl set wan ab reset.on=syn
curl_says 7 10.77.0.2
curl_says 7 "[fd77::2]"
contains "and it says so" "$LAB_DIR/curl" 'refused|Could.* connect'

# 56: failure in receiving: the reset comes for the number that is expected, after 100 kB.
ok "no more" lab_ctl set wan ab reset=null
ok "the data of b resets, later" lab_ctl set wan ba scope=flow reset.after_bytes=100kB
for host in 10.77.0.2 "[fd77::2]"; do
	curl_says 56 "$host"
	contains "reset by peer ($host)" "$LAB_DIR/curl" 'reset by peer'
	within "what came before is there ($host)" "$(stat -c %s "$LAB_DIR/copy")" 90000 110000
done
ok "the server has been told too" lab_await "$LAB_DIR/httpd" 'ConnectionResetError|BrokenPipe' "${LAB_PIDS[0]}" 5
ok "enough of it" lab_ctl set wan ba reset=null
tcp_intact "a download" 10.77.0.2
conserved
finish
