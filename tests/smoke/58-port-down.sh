#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Ports of DPDK's drivers (net_af_packet, net_af_xdp, net_tap) whose interface goes down, loses its
# carrier, is moved or deleted: said within two seconds by stats, log and verdict; packets into it
# are drops as port_down, never sent, and it comes back by itself where the driver can.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/ports.sh"

# What can't be taken is said, with the reason, and tried again when the interface changes.
unfit_for_a_while() {
	lab_in m ip link del pb
	dead "net_af_xdp, deleted again" gone
	lab_in m ip link add pb numrxqueues 2 numtxqueues 2 type veth peer name wfb \
		numrxqueues 2 numtxqueues 2 netns "$LAB_NS_B"
	lab_attach b wfb
	lab_in m ip link set pb up
	dead "net_af_xdp, one with too many queues" replaced
	contains "... the log says that" "$LAB_LOG" "pb was made again, but can't be taken"
	contains "... why" "$LAB_LOG" "pb receives on 2 queues, of which 1 worker would poll 1 only"
	lab_in m ip link set pb down
	lab_in m ip link set pb up
	dead "net_af_xdp, still too many" replaced
	lab_in b ethtool -L wfb rx 1 tx 1
	lab_in m ethtool -L pb rx 1 tx 1
	lab_in m ip link set pb down
	lab_in m ip link set pb up
	alive "net_af_xdp, with as many as it can poll"
}

on_veth() { # DRIVER
	offered=0
	veth_pairs
	conf_of "$1" 'delay = "1ms";' ""
	lab_start "$CONF" || return
	alive "$1, as it begins"
	lab_in b ip link set wfb down
	dead "$1, the far end down" "no carrier"
	lab_in b ip link set wfb up
	alive "$1, the far end up"
	lab_in m ip link set pb down
	dead "$1, our end down" down
	lab_in m ip link set pb up
	alive "$1, our end up"
	for _ in {1..50}; do
		lab_in m ip link set pb down
		lab_in m ip link set pb up
	done
	alive "$1, after many flaps"
	lab_in m ip link set pb mtu 1400
	ok "$1: the MTU is known" await_stat '.ports[1].mtu' 1400
	tx=$(stat_of tx.packets)
	more 200 1464
	is "$1: what is too long for it now is not sent" "$(stat_of tx.packets)" "$tx"
	is "$1: but a drop" "$(stat_of dropped.too_long.packets)" 200
	ok "$1: and in the verdict" grep -q 'MTU has changed' <<<"$(lab_stat '.verdict.reasons | tostring')"
	lab_in m ip link set pb name other
	alive "$1, under another name"
	lab_in m ip link set other netns "$LAB_NS_A"
	dead "$1, moved" moved
	lab_in a ip link del other
	for again in 1 2; do
		lab_veth "$LAB_NS_B" wfb pb
		lab_attach b wfb
		alive "$1, another one under its name, time $again"
		is "$1: the far end has lost its offloads, time $again" \
			"$(lab_in b ethtool -k wfb | grep -c '^tx-checksumming: on')" 0
		[ $again = 2 ] || lab_in m ip link del pb
		[ $again = 2 ] || dead "$1, deleted" gone
	done
	[ "$1" != net_af_xdp ] || unfit_for_a_while
	lab_in m ip link set pb netns "$LAB_NS_A"
	dead "$1, moved again" moved
	lab_in a ip link set pb netns "$LAB_NS_M"
	alive "$1, back from there"
	lab_stop
	is "$1: wirefault's exit code" $? 0
	contains "$1: the log tells of it" "$LAB_LOG" "interface pb is without a carrier"
	lab_in a ip link del wfa
	lab_in m ip link del pb
}
address() { lab_in b ip -j link show wfb | jq -r '.[0].address'; }
# It is made where wirefault is.
await_made_anew() { # DOWNS
	local i
	for ((i = 0; i < 80; i++)); do
		lab_in m ip link show wfb >/dev/null 2>&1 && await_stat ".ports[1].downs >= $1" true && return
		sleep 0.05
	done
	lab_stat '.ports[1]'
	false
}
# Meanwhile somebody else has made an interface of its name: a tap with several queues is as good, any
# other is in the way until it is gone.
name_taken() {
	kill -STOP "$LAB_PID"
	lab_in b ip link del wfb
	lab_in m ip tuntap add wfb mode tap
	kill -CONT "$LAB_PID"
	dead "tap, its name taken" replaced
	contains "... the log says that" "$LAB_LOG" "wfb is gone, and can't be made anew: Invalid argument"
	lab_in m ip link del wfb
	ok "tap, its name free again" await_stat '.ports[1].state' up
	kill -STOP "$LAB_PID"
	lab_in m ip link del wfb
	lab_in m ip tuntap add wfb mode tap multi_queue
	kill -CONT "$LAB_PID"
	ok "tap, made by somebody else" await_stat '.ports[1].state' up
	lab_attach b wfb
	alive "tap, made by somebody else"
	is "tap: it is the one that was made" "$(lab_in b ip -d link show wfb | grep -c 'persist on')" 1
}
on_tap() {
	offered=0
	conf 'delay = "1ms";' ""
	lab_start "$CONF" || return
	lab_attach a wfa
	lab_attach b wfb
	alive "tap, as it begins"
	is "tap: no send errors while it is up" "$(lab_stat '.ports[1].tx_errors')" 0
	lab_in b ip link set wfb down
	dead "tap, its host side down" down
	lab_in b ip link set wfb up
	alive "tap, up again"
	mac=$(address)
	for again in 1 2 3; do
		lab_in b ip link del wfb
		ok "tap, deleted: it is there again, time $again" await_made_anew $((1 + again))
		lab_attach b wfb
		alive "tap, deleted and made anew, time $again"
	done
	is "tap: its address is what it was" "$(address)" "$mac"
	contains "tap: the log says that it was gone" "$LAB_LOG" "interface wfb is gone"
	contains "tap: ... and is back" "$LAB_LOG" "interface wfb is back"
	name_taken
	ip netns del "$LAB_NS_B"
	ip netns add "$LAB_NS_B"
	ok "tap, its namespace gone: it is there again" await_made_anew 6
	lab_attach b wfb
	alive "tap, its namespace gone"
	lab_stop
	is "tap: wirefault's exit code" $? 0
}

quiet_hosts
on_tap
on_veth net_af_packet
on_veth net_af_xdp
finish
