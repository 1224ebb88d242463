#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers share the flows of kernel ports: what the one host sent is received or missed, and what
# is sent is what the other host got.
# shellcheck disable=SC2317 # functions that `ok` and `fails` call
. "$(dirname "$0")/ports.sh"

[ "$(nproc)" -ge 2 ] || { skip "two workers" "one core" && finish; }
# 60,000 frames of 64 flows; then the process stands still while more come than its rings can hold.
shared() { # WHAT
	local got
	two_workers
	lab_start "$CONF" || exit 1
	lab_attach a wfa
	lab_attach b wfb
	lab_ctl reset >/dev/null
	got=$(got_by b)
	flood 60000 106 64
	exact "$1" 60000 "$got"
	is "$1: two queue pairs" "$(lab_stat '.ports[0].queues')" 2
	is "$1: how it spreads flows is said" "$(lab_stat ".ports[0].spread")" kernel
	kill -STOP "$LAB_PID"
	flood 30000 106 64
	kill -CONT "$LAB_PID"
	flood 10000 106 64
	exact "$1, stopped" 100000 "$got"
	is "$1, stopped: some were missed" "$(lab_stat '.ports[0].rx_missed > 0')" true
	lab_stop
	is "$1: wirefault's exit code" $? 0
}

quiet_hosts
conf 'delay = "1ms";' ""
shared tap
veth_pairs
for kind in packet net_af_packet; do
	conf_of $kind 'delay = "1ms";' ""
	shared $kind
done

conf_of net_af_xdp "" ""
two_workers
# With all cores, where hosts have but some.
refused() { ip netns exec "$LAB_NS_M" timeout 20 "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/refused.sock" --duration 1s; }
fails "net_af_xdp: an interface with one queue has none for a second worker" refused
contains "... and says so" "$LAB_DIR/ok.out" 'ports.a: pa has 1 queue for AF_XDP, too few for 2 workers'
lab_in m ip link add pc numrxqueues 2 numtxqueues 2 type veth peer name pd numrxqueues 2 numtxqueues 2
sed -i 's/iface=pa/iface=pc/; s/iface=pb/iface=pd/' "$CONF"
fails "net_af_xdp: nor has one with two that are not combined" refused
contains "... and says so" "$LAB_DIR/ok.out" 'ports.a: pc has 1 queue for AF_XDP, too few for 2 workers.*a veth has none that are combined'
finish
