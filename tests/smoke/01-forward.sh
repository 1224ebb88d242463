#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A plain wire: ping, TCP, UDP, IPv6 and VLAN simply cross.
. "$(dirname "$0")/tap.sh"

conf "" ""
ok "wirefault becomes ready" lab_up "$CONF"
[ -n "$LAB_PID" ] || exit 1

is "ping" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
is "ping over IPv6" "$(lab_ping_all fd77::2 -c 20 -i 0.02)" "20 20"
is "full frames" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.02 -M "do" -s 1472)" "5 5"

tcp_intact "TCP carries every byte" 10.77.0.2
tcp_intact "TCP over IPv6" '[fd77::2]'
lost=$(lab_iperf 5203 -u -b 5M -t 1 -l 1000 | jq .end.sum.lost_packets)
is "UDP at a quiet rate loses nothing" "$lost" 0

vlan_crosses "VLAN tags"
conserved
finish
