#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# veth and packet ports: ping, TCP, UDP, IPv6 and VLAN cross although the hosts' offloads were on,
# and the host gets back what it had.
. "$(dirname "$0")/tap.sh"

DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb conf "" 'delay = "1ms";'
lab_hosts
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
host_state() {
	lab_in a ethtool -k wfa
	lab_in b ethtool -k wfb
	lab_in m ethtool -k pa
	lab_in m ethtool -k pb
	lab_in m ip -d -o link | sed 's/ qlen [0-9]*//; s/state [A-Z]*//'
}
host_state >"$LAB_DIR/before"
lab_start "$CONF" || exit 1

is "ping" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
is "ping over IPv6" "$(lab_ping_all fd77::2 -c 20 -i 0.02)" "20 20"
tcp_intact "TCP carries every byte" 10.77.0.2
tcp_intact "TCP over IPv6" '[fd77::2]'
lost=$(lab_iperf 5202 -u -b 5M -t 1 -l 1000 | jq .end.sum.lost_packets)
is "UDP at a quiet rate loses nothing" "$lost" 0
vlan_crosses "VLAN tags"
conserved
lab_stop
is "wirefault's exit code" $? 0
host_state >"$LAB_DIR/after"
ok "offloads and flags are as they were" diff "$LAB_DIR/before" "$LAB_DIR/after"
finish
