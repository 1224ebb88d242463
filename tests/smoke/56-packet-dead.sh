#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Packet ports whose interface is down, unplugged or gone: the port says so, packets into it are drops
# with that cause and never sent, and with the interface everything comes back.
# shellcheck disable=SC2317 # functions that `ok` and `fails` call
. "$(dirname "$0")/tap.sh"

lab_hosts
for ns in "$LAB_NS_A" "$LAB_NS_B" "$LAB_NS_M"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa
lab_attach b wfb
DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb conf 'delay = "1ms";' ""
lab_start "$CONF" || exit 1

got_by() { lab_in "$1" ip -s -j link show "wf$1" | jq '.[0].stats64.rx.packets'; }
stat_of() { lab_stat ".links[0].ab.$1"; }
sent=0
flood() { # COUNT
	lab_in a python3 - "$1" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		for _ in range(int(sys.argv[1])):
		    s.send(b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x88\xb5" + bytes(100))
	END
	sent=$((sent + $1))
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(lab_stat '.links[0].ab | [.queued.packets, .rx.packets] | @csv')" = "0,$sent" ] && return
		sleep 0.05
	done
	false
}
link_is() { lab_stat '.ports[1].link_up'; }
await_link() { # true|false
	local i
	for ((i = 0; i < 100; i++)); do
		[ "$(link_is)" = "$1" ] && return
		sleep 0.05
	done
	false
}
await_stat() { # EXPRESSION VALUE
	local i
	for ((i = 0; i < 100; i++)); do
		[ "$(lab_stat "$1")" = "$2" ] && break
		sleep 0.05
	done
	lab_stat "$1"
}
# Nothing more is sent, everything more is dropped because of the port.
dead() { # WHAT
	local tx down
	ok "$1: the port is down" await_link false
	tx=$(stat_of tx.packets) down=$(stat_of dropped.port_down.packets)
	flood 500
	is "$1: nothing is sent" "$(stat_of tx.packets)" "$tx"
	is "$1: each packet is a drop" "$(($(stat_of dropped.port_down.packets) - down))" 500
	is "$1: the verdict" "$(lab_stat '.verdict.trustworthy')" false
	conserved
}
alive() { # WHAT
	local tx
	ok "$1: the port is up" await_link true
	tx=$(stat_of tx.packets)
	flood 500
	is "$1: everything is sent" "$(($(stat_of tx.packets) - tx))" 500
	is "$1: the other host got what was sent" "$(got_by b)" "$(stat_of tx.packets)"
	conserved
}

alive "as it begins"
lab_in b ip link set wfb down
dead "the far end is down"
lab_in b ip link set wfb up
alive "the far end is up again"
lab_in m ip link set pb down
dead "our end is down"
lab_in m ip link set pb up
alive "our end is up again"
for _ in {1..1000}; do
	printf 'link set pb down\nlink set pb up\n'
done >"$LAB_DIR/flaps"
lab_in m ip -batch "$LAB_DIR/flaps"
alive "after many flaps"
lab_in m ip link set pb netns "$LAB_NS_B"
dead "the interface is in another namespace"
lab_in b ip link set pb netns "$LAB_NS_M"
lab_in m ip link set pb up
alive "the interface is back from there"
lab_in m ip link set pb name other
lab_in m ip link set other up
alive "the interface has another name"
lab_in m ip link set other down
lab_in m ip link set other name pb
lab_in m ip link set pb up
lab_in m ip link del pb
dead "the interface is gone"
is "gone: the port says so" "$(lab_stat '.ports[1].gone')" true
contains "gone: a message" "$LAB_LOG" 'interface pb is gone'
lab_veth "$LAB_NS_B" wfb pb
lab_attach b wfb
again=$(stat_of tx.packets)
got_by() { echo $(($(lab_in "$1" ip -s -j link show "wf$1" | jq '.[0].stats64.rx.packets') + again)); }
alive "an interface of its name is there again"
lab_in m ip link set pb mtu 1400
is "the MTU as it is now" "$(await_stat '.ports[1].mtu' 1400)" 1400
lab_ctl stats >"$LAB_DIR/stats"
contains "the MTU has changed: the verdict" "$LAB_DIR/stats" 'MTU has changed from 1500 to 1400'
lab_ctl ports >"$LAB_DIR/ports"
contains "wfctl ports: the rings" "$LAB_DIR/ports" "1 queue pair of [0-9]+ slots to receive and [0-9]+ to send, on pb"
is "wfctl ports: no line is longer than 100 columns" "$(awk "length > 100" "$LAB_DIR/ports")" ""
is "how often it went down" "$(lab_stat '.ports[1].downs > 5')" true
lab_stop
is "wirefault's exit code" $? 0

# Several workers: sockets of a group, which can't be bound again.
if [ "$(nproc)" -ge 2 ]; then
	sed -i '1i workers = [ 0, 1 ];' "$CONF"
	lab_start "$CONF" || exit 1
	sent=0 again=$((-$(lab_in b ip -s -j link show wfb | jq '.[0].stats64.rx.packets')))
	alive "two workers"
	lab_in m ip link del pb
	dead "two workers: the interface is gone"
	lab_veth "$LAB_NS_B" wfb pb
	lab_attach b wfb
	again=$(stat_of tx.packets)
	alive "two workers: it is there again"
	lab_stop
	is "wirefault's exit code" $? 0
else
	skip "two workers" "one core"
fi
finish
