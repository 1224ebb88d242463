#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Ports that are only an interface's name: the best driver that works is taken, and said; check
# warns of what is not on this machine.
. "$(dirname "$0")/tap.sh"

DEVICE_A=pa DEVICE_B=pb conf "" 'delay = "1ms";'
"$WIREFAULT" check -c "$CONF" 2>"$LAB_DIR/check" >/dev/null
is "check without the interfaces" $? 0
contains "check warns" "$LAB_DIR/check" 'this machine has no network interface pa'
lab_hosts
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
lab_in m "$WIREFAULT" check -c "$CONF" 2>"$LAB_DIR/check" >/dev/null
is "no warnings with them" "$(cat "$LAB_DIR/check")" ""
lab_start "$CONF" || exit 1
contains "the driver is said" "$LAB_LOG" 'port a: pa is taken by net_af_xdp0,iface=pa'
is "ping" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
tcp_intact "TCP carries every byte" 10.77.0.2
vlan_crosses "VLAN tags"
conserved
lab_stop
is "wirefault's exit code" $? 0

lab_in m ip link set pa mtu 9000
lab_in m ip link set pb mtu 9000
lab_in a ip link set wfa mtu 9000
lab_in b ip link set wfb mtu 9000
lab_start "$CONF" || exit 1
contains "jumbo frames go another way, and why" "$LAB_LOG" 'packet0,iface=pa; AF_XDP carries no MTU over 3000'
is "a jumbo ping" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.02 -s 8000 -M 'do')" "5 5"
lab_stop
is "wirefault's exit code" $? 0
finish
