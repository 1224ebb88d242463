#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Jumbo frames cross where the driver can (not net_tap and net_af_xdp of DPDK 22.11); a frame too
# long for the output port is counted, not sent.
. "$(dirname "$0")/tap.sh"

full() { lab_ping 10.77.0.2 -c 5 -i 0.02 -W 1 -M "do" -s 8972 | cut -d ' ' -f 1,2; }
jumbo_hosts() {
	lab_in a ip link set wfa mtu 9000
	lab_in b ip link set wfb mtu 9000
}
DEVICE_A=net_af_packet0,iface=pa DEVICE_B=net_af_packet1,iface=pb PORT_KEYS='mtu = 9000;' \
	conf 'delay = "2ms";' ""
lab_up_veth "$CONF" || exit 1
jumbo_hosts
is "9000 bytes cross" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.02 -M "do" -s 8972)" "5 5"
conserved
lab_stop

# The far port takes 1500 bytes only.
sed -i '/name = "b"/s/mtu = 9000/mtu = 1500/' "$CONF"
ok "9000 on one side, 1500 on the other: ready" lab_start "$CONF"
jumbo_hosts
is "too long: nothing comes back" "$(full)" "5 0"
is "too long: counted" "$(lab_stat '.links[0].ab.dropped.too_long.packets')" 5
is "what fits still crosses" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.02)" "5 5"
conserved
lab_stop

DEVICE_A=net_tap0,iface=wft DEVICE_B=net_tap1,iface=wfu PORT_KEYS='mtu = 9000;' conf "" ""
lab_in m timeout 20 "$WIREFAULT" run -c "$CONF" --socket "$LAB_SOCK" >"$LAB_DIR/out" 2>&1
within "a driver that cannot is refused" $? 1 2
contains "and named" "$LAB_DIR/out" 'net_tap0.*9000'
finish
