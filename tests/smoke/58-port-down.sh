#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Ports of DPDK's drivers (net_af_packet, net_af_xdp, net_tap) whose interface goes down, loses its
# carrier, is moved or deleted: said within two seconds by stats, log and verdict; packets into it
# are drops as port_down, never sent, and it comes back by itself where the driver can.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

quiet() { # HOST...: nobody speaks unasked
	local host
	for host; do
		lab_in "$host" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
}
got_by() { lab_in "$1" ip -s -j link show "wf$1" | jq '.[0].stats64.rx.packets'; }
stat_of() { lab_stat ".links[0].ab.$1"; }
state_of_b() { lab_stat '.ports[1].state'; }
await_state() { # STATE: within two seconds, and the machine's own
	local i
	for ((i = 0; i < 80; i++)); do
		[ "$(state_of_b)" = "$1" ] && return
		sleep 0.05
	done
	state_of_b
	false
}
sent=0
flood() { # COUNT [PAYLOAD]
	lab_in a python3 - "$1" "${2:-100}" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		for _ in range(int(sys.argv[1])):
		    s.send(b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x88\xb5" + bytes(int(sys.argv[2])))
	END
	sent=$((sent + $1))
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(lab_stat '.links[0].ab | [.queued.packets, .rx.packets] | @csv')" = "0,$sent" ] && return
		sleep 0.05
	done
	false
}
dead() { # WHAT STATE
	local tx down
	ok "$1: the port is $2" await_state "$2"
	is "$1: no packet can go out" "$(lab_stat '.ports[1].link_up')" false
	tx=$(stat_of tx.packets) down=$(stat_of dropped.port_down.packets)
	flood 500
	is "$1: nothing is sent" "$(stat_of tx.packets)" "$tx"
	is "$1: each packet is a drop" "$(($(stat_of dropped.port_down.packets) - down))" 500
	is "$1: no packet counts twice" "$(lab_stat '.ports[1].tx_errors')" "$tx_errors"
	ok "$1: the verdict says so" grep -q 'port_down' <<<"$(lab_stat '.verdict.reasons | tostring')"
	conserved
}
alive() { # WHAT
	local tx seen
	ok "$1: the port is up" await_state up
	tx=$(stat_of tx.packets) seen=$(got_by b)
	flood 500
	is "$1: everything is sent" "$(($(stat_of tx.packets) - tx))" 500
	is "$1: the other host got what was sent" "$(($(got_by b) - seen))" 500
	tx_errors=$(lab_stat '.ports[1].tx_errors')
	conserved
}

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
	sent=0
	lab_veth "$LAB_NS_A" wfa pa
	lab_veth "$LAB_NS_B" wfb pb
	lab_attach a wfa
	lab_attach b wfb
	DEVICE_A=$1"0,iface=pa" DEVICE_B=$1"1,iface=pb" conf 'delay = "1ms";' ""
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
	ok "$1: the MTU is known" await_mtu 1400
	tx=$(stat_of tx.packets)
	flood 200 1450
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
await_mtu() {
	local i
	for ((i = 0; i < 80; i++)); do
		[ "$(lab_stat '.ports[1].mtu')" = "$1" ] && return
		sleep 0.05
	done
	false
}
on_tap() {
	sent=0
	conf 'delay = "1ms";' ""
	lab_start "$CONF" || return
	lab_attach a wfa
	lab_attach b wfb
	alive "tap, as it begins"
	is "tap: no send errors while it is up" "$tx_errors" 0
	lab_in b ip link set wfb down
	dead "tap, its host side down" down
	lab_in b ip link set wfb up
	alive "tap, up again"
	lab_in b ip link del wfb
	dead "tap, deleted" gone
	lab_stop
	is "tap: wirefault's exit code" $? 0
}

tx_errors=0
lab_hosts
quiet a b m
on_tap
on_veth net_af_packet
on_veth net_af_xdp
finish
