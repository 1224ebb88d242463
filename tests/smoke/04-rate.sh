#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Rate: iperf3 gets what is configured, within 3 %, by UDP and by TCP.
. "$(dirname "$0")/tap.sh"

conf 'rate = "20Mbit"; queue = "20ms";' ""
lab_up "$CONF" || exit 1

# The rate counts frames: 14 Ethernet + 20 IPv4 + 8 UDP around 1400 bytes.
got=$(lab_iperf 5201 -u -b 30M -t 4 -l 1400 --get-server-output |
	jq '.server_output_json.end.sum.bits_per_second // .end.sum_received.bits_per_second' 2>/dev/null)
stats=$LAB_DIR/stats.json
lab_ctl stats -o json >"$stats"
want=$(calc "20e6 * 1400 / 1442")
within_timed "UDP, 30 Mbit/s offered: within 3 %" "$got" "$(calc "$want * 0.97")" "$(calc "$want * 1.03")"
within "what is over it, the queue drops" \
	"$(jq '.links[0].ab.dropped.queue_full.packets' "$stats")" 100 99999
within "the queue holds 20 ms" "$(jq '.links[0].ab.delay_ns.max' "$stats")" 15000000 99999999

# 14 + 20 + 32 TCP with time stamps around 1448.
got=$(lab_iperf 5202 -t 4 -O 1 | jq .end.sum_received.bits_per_second)
want=$(calc "20e6 * 1448 / 1514")
within_timed "TCP: within 3 %" "$got" "$(calc "$want * 0.97")" "$(calc "$want * 1.03")"
conserved
finish
