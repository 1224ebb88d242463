#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# An outage that pulls the cable: the host's kernel sees its carrier go and come back, keeps its
# addresses, and gets nothing meanwhile. On a tap that has moved to the host, and on a veth.
. "$(dirname "$0")/tap.sh"

# Waits for it, told by the kernel (ip monitor); nothing is assumed of how soon.
link_becomes() { # DESCRIPTION FILE REGEX
	ok "$1" lab_await "$2" "wfa.*$3" "$LAB_MONITOR" 10
}
# Listens to the kernel; back when it does, which an event made here tells.
monitor() { # FILE
	local i
	: >"$1"
	lab_bg a "$1" stdbuf -oL ip -o monitor link
	LAB_MONITOR=$!
	for i in {1..50}; do
		lab_in a ip link set wfa alias "event $i"
		lab_await "$1" wfa "$LAB_MONITOR" 0.3 && return
	done
}
pull() { # KIND
	local out=$LAB_DIR/$1
	monitor "$out.down"
	# Down for good, as far as this test lasts.
	ok "$1: outage" lab_ctl set wan ab outage.period=24h outage.down=23h outage.carrier=true
	link_becomes "$1: host a has no carrier" "$out.down" 'NO-CARRIER.*state DOWN'
	is "its port is down" "$(lab_stat '.ports[0].link_up, .ports[1].link_up' | paste -sd ' ')" "false true"
	fails "nothing comes through" lab_in a ping -n -c 1 -W 1 10.77.0.2
	lab_in b ping -n -c 3 -i 0.1 -W 1 10.77.0.1 >/dev/null
	within "what is sent to it is the outage's" \
		"$(lab_stat '.links[0].ba.dropped.outage.packets')" 1 1000
	is "it has kept its addresses" \
		"$(lab_in a ip -br addr show wfa | grep -cE '10.77.0.1/24.*fd77::1/64')" 1
	monitor "$out.up"
	ok "$1: the outage ends" lab_ctl set wan ab outage=null
	link_becomes "the carrier is back" "$out.up" 'LOWER_UP.*state (UP|UNKNOWN)'
	is "its port is up" "$(lab_stat '.ports[0].link_up')" true
	lab_bg a "$out.ping" stdbuf -oL ping -n -i 0.2 -c 50 10.77.0.2 # a link takes its time
	ok "packets flow" lab_await "$out.ping" 'bytes from' $! 15
	conserved
}

conf "" ""
lab_up "$CONF" || exit 1
pull tap
# And by itself, again and again; the kernel tells of it once a second at most.
monitor "$LAB_DIR/flap"
ok "a flapping link" lab_ctl set wan ab outage.period=1500ms outage.down=750ms outage.carrier=true
link_becomes "goes down" "$LAB_DIR/flap" 'NO-CARRIER.*state DOWN'
monitor "$LAB_DIR/flap2"
link_becomes "comes back" "$LAB_DIR/flap2" 'LOWER_UP.*state (UP|UNKNOWN)'
lab_stop
is "wirefault's exit code" $? 0
for ns in "${LAB_NAMESPACES[@]}"; do
	ip netns del "$ns"
done
LAB_NAMESPACES=()
DEVICE_A=net_af_packet0,iface=pa DEVICE_B=net_af_packet1,iface=pb conf "" "delay = \"1ms\";"
lab_up_veth "$CONF" || exit 1
lab_ctl reset >/dev/null
pull veth
ok "pulled when wirefault stops" lab_ctl set wan ab outage.period=24h outage.down=23h outage.carrier=true
lab_stop
is "wirefault's exit code" $? 0
contains "the interface is as it was" <(ip -n "$LAB_NS_M" -br link show pa) 'UP'
DEVICE_A=net_null0 DEVICE_B=net_null1 conf "outage = { at = \"1s+1s\"; carrier = true; };" ""
"$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/other.sock" >"$LAB_DIR/refused" 2>&1
contains "a device without a carrier is refused" "$LAB_DIR/refused" 'net_null0 cannot show its host a pulled cable'
"$WIREFAULT" check -c "$CONF" >"$LAB_DIR/refused" 2>&1
is "check: exit code" $? 2
contains "check says the same, and where" "$LAB_DIR/refused" 'lab.conf:[0-9]+: ports.a: net_null0 cannot show its host'
finish
