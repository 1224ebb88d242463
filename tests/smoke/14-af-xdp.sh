#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# veth and net_af_xdp: ping and TCP cross; the XDP program and the offloads are gone afterwards.
# shellcheck disable=SC2317 # what `carries` calls
. "$(dirname "$0")/ports.sh"

attached() { contains "XDP is attached" <(lab_in m ip link show pa) 'xdp'; }
carries net_af_xdp attached

# A queue that nobody polls would swallow its flows.
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
