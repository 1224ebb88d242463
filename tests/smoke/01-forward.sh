#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A plain wire: ping, TCP, UDP, IPv6 and VLAN simply cross.
. "$(dirname "$0")/tap.sh"

conf "" ""
ok "wirefault becomes ready" lab_up "$CONF"
[ -n "$LAB_PID" ] || exit 1

is "ping" "$(lab_ping 10.77.0.2 -c 20 -i 0.02 | cut -d ' ' -f 1,2)" "20 20"
is "ping over IPv6" "$(lab_ping fd77::2 -c 20 -i 0.02 | cut -d ' ' -f 1,2)" "20 20"
is "full frames" "$(lab_ping 10.77.0.2 -c 5 -i 0.02 -M "do" -s 1472 | cut -d ' ' -f 1,2)" "5 5"

sent=$(lab_iperf 5201 -n 2M | jq .end.sum_received.bytes)
within "TCP carries every byte" "$sent" 2097152 9999999
sent=$(lab_iperf 5202 -6 -c fd77::2 -n 2M | jq .end.sum_received.bytes)
within "TCP over IPv6" "$sent" 2097152 9999999
lost=$(lab_iperf 5203 -u -b 5M -t 1 -l 1000 | jq .end.sum.lost_packets)
is "UDP at a quiet rate loses nothing" "$lost" 0

lab_vlan 7
is "VLAN" "$(lab_ping 10.78.0.2 -c 10 -i 0.02 | cut -d ' ' -f 1,2)" "10 10"
conserved
finish
