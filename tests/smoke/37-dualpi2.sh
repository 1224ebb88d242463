#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# DualPI2: beside a bulk TCP flow, pings with ECT(1) hardly wait where those without do; and a flood
# with ECT(1) arrives marked, as the receiving kernel counts.
. "$(dirname "$0")/tap.sh"

conf 'rate = "10Mbit"; queue = { aqm = "dualpi2"; limit = "200ms"; };' ""
lab_up "$CONF" || exit 1

lab_iperf 5201 -t 3 -P 4 >/dev/null &
bulk=$!
sleep 1 # the queue is to fill
pings() { lab_in a ping -n -i 0.05 -c 30 10.77.0.2 "$@" | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n | sed -n 15p; }
pings -Q 1 >"$LAB_DIR/l4s" &
classic=$(pings)
wait $!
l4s=$(cat "$LAB_DIR/l4s")
wait $bulk
echo "# median ping under load: classic $classic ms, L4S $l4s ms"
ok "L4S waits less than half as long" awk "BEGIN { exit !($l4s * 2 < $classic) }"
within "drops have a name" "$(lab_stat '.links[0].ab.dropped.aqm.packets')" 1 99999

received() { # COUNTER of the receiving kernel
	# shellcheck disable=SC2016 # awk's own fields
	lab_in b awk -v key="$1" '/^IpExt:/ { if (!n) n = split($0, name); else for (i = 1; i <= n; i++)
		if (name[i] == key) print $i }' /proc/net/netstat
}
lab_ctl reset >/dev/null
ce=$(received InCEPkts)
# 12 Mbit/s for a second. Not by iperf3, whose first packet may be among the dropped.
lab_in a python3 - <<-'END'
	import socket, time
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 1)
	start = time.monotonic()
	for i in range(1070):
	    while time.monotonic() < start + i / 1070:
	        pass
	    s.sendto(bytes(1400), ("10.77.0.2", 9))
END
arrived=$(($(received InCEPkts) - ce))
within "a flood of L4S is marked" "$arrived" 100 1070
within "and the marks are counted" "$(lab_stat '.links[0].ab.marked.packets')" $arrived $((arrived + 50))
conserved
finish
