#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Bufferbloat: a bulk TCP flow fills a tail-drop queue, and ping waits behind it. With CoDel it waits
# much less, with FQ-CoDel hardly at all.
. "$(dirname "$0")/tap.sh"

conf 'rate = "10Mbit"; queue = "200ms";' 'delay = "10ms";'
lab_up "$CONF" || exit 1

# Median round trip in ms of pings beside a bulk flow.
loaded_ping() { # PORT
	lab_iperf "$1" -t 3 -P 6 >"$LAB_DIR/bulk" &
	local bulk=$!
	sleep 1.4 # the queue is to fill
	lab_in a ping -i 0.05 -c 24 10.77.0.2 | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n | sed -n 12p
	wait $bulk
}
tail=$(loaded_ping 5201)
within "tail drop: ping waits for the queue (ms)" "$tail" 80 2000
ok "CoDel instead, under traffic" lab_ctl set wan ab queue.aqm=codel queue.interval=20ms
codel=$(loaded_ping 5202)
ok "FQ-CoDel instead" lab_ctl set wan ab queue.aqm=fq-codel
fq=$(loaded_ping 5203)
echo "# median ping under load: tail $tail ms, codel $codel ms, fq-codel $fq ms"
ok "CoDel: less than half of that" awk "BEGIN { exit !($codel * 2 < $tail) }"
ok "FQ-CoDel: less than half of that" awk "BEGIN { exit !($fq * 2 < $tail) }"
within "the bulk flow had its rate all the same (Mbit/s)" \
	"$(jq '.end.sum_received.bits_per_second / 1e6' "$LAB_DIR/bulk")" 7 10
within "CoDel's drops have a name" "$(lab_stat '.links[0].ab.dropped.aqm.packets')" 1 99999
conserved
finish
