#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# veth and net_af_xdp: ping and TCP cross; the XDP program and the offloads are gone afterwards.
. "$(dirname "$0")/tap.sh"

DEVICE_A=net_af_xdp0,iface=pa DEVICE_B=net_af_xdp1,iface=pb conf "" 'delay = "1ms";'
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
	lab_in m ip -o link | sed 's/ qlen [0-9]*//; s/state [A-Z]*//'
}
host_state >"$LAB_DIR/before"
lab_start "$CONF" || exit 1
contains "XDP is attached" <(lab_in m ip link show pa) 'xdp'

is "ping" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
is "ping over IPv6" "$(lab_ping_all fd77::2 -c 20 -i 0.02)" "20 20"
tcp_intact "TCP carries every byte" 10.77.0.2
tcp_intact "TCP over IPv6" '[fd77::2]'
conserved
lab_stop
is "wirefault's exit code" $? 0
host_state >"$LAB_DIR/after"
ok "XDP, offloads and flags are as they were" diff "$LAB_DIR/before" "$LAB_DIR/after"

# A queue that nobody polls would swallow its flows.
lab_stop
lab_in m ip link add pc numrxqueues 2 numtxqueues 2 type veth peer name pd numrxqueues 2 numtxqueues 2
DEVICE_A=net_af_xdp0,iface=pc DEVICE_B=net_af_xdp1,iface=pd conf "" ""
lab_in m timeout 20 "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/two.sock" >"$LAB_DIR/two" 2>&1
is "two queues for one worker are refused" $? 1
contains "... and said" "$LAB_DIR/two" 'pc receives on 2 queues, of which 1 worker would poll 1 only'
lab_in m ethtool -L pc rx 1 tx 1
lab_in m ethtool -L pd rx 1 tx 1
ok "with one it starts" lab_start "$CONF"
lab_stop
finish
