#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Jumbo frames cross where the driver can; one too long for the output port is counted, not sent.
. "$(dirname "$0")/tap.sh"

full() { lab_ping 10.77.0.2 -c 5 -i 0.02 -W 1 -M "do" -s 8972 | cut -d ' ' -f 1,2; }

PORT_KEYS='mtu = 9000;' conf "" ""
lab_up "$CONF" || exit 1
lab_in a ip link set wfa mtu 9000
lab_in b ip link set wfb mtu 9000
is "TAP: 9000 bytes" "$(full)" "5 5"
conserved
lab_stop

DEVICE_A=net_af_packet0,iface=pa DEVICE_B=net_af_packet1,iface=pb PORT_KEYS='mtu = 9000;' conf "" ""
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
ok "af_packet: ready" lab_start "$CONF"
lab_in a ip link set wfa mtu 9000
lab_in b ip link set wfb mtu 9000
is "af_packet: 9000 bytes" "$(full)" "5 5"
conserved
lab_stop

# The far port takes 1500 bytes only.
sed -i '/name = "b"/s/mtu = 9000/mtu = 1500/' "$CONF"
ok "MTU 9000 to 1500: ready" lab_start "$CONF"
is "too long: nothing comes back" "$(full)" "5 0"
is "too long: counted" "$(lab_stat '.links[0].ab.dropped.too_long.packets')" 5
is "what fits still crosses" "$(lab_ping 10.77.0.2 -c 5 -i 0.02 | cut -d ' ' -f 2)" 5
conserved
finish
