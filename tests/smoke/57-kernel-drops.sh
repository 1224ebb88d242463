#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# DPDK's drivers for the kernel's interfaces, judged by the hosts: what the kernel dropped before they
# could receive it is missed, exactly; each packet that can't be sent counts once.
# shellcheck disable=SC2317 # functions that `ok` and `fails` call
. "$(dirname "$0")/ports.sh"

worker_core() { lab_stat '.workers[0].lcore'; }
# Stopped while a sends, then going on.
stalled() { # WHAT
	lab_ctl reset >/dev/null
	got0=$(got_by b)
	kill -STOP "$LAB_PID"
	flood 20000 & # more than any of the rings holds
	sleep 0.5     # the stall itself
	wait $!
	flood 10000 & # it comes back amidst them
	kill -CONT "$LAB_PID"
	wait $!
	flood 170000
	exact "$1, stopped for half a second" 200000 "$got0"
	is "$1: frames were missed" "$(lab_stat '.ports[0].rx_missed > 1000')" true
	is "$1: which the verdict says" "$(lab_stat '.verdict.trustworthy, any(.verdict.reasons[]; test("missed before"))' | xargs)" "false true"
	lab_ctl reset >/dev/null
	is "$1: none since the reset" "$(lab_stat '.ports[0].rx_missed')" 0
	got0=$(got_by b)
	flood 1000
	exact "$1, undisturbed" 1000 "$got0"
	hogs=()
	for _ in 1 2 3; do
		timeout 60 taskset -c "$(worker_core)" sh -c 'while :; do :; done' &
		hogs+=($!)
	done
	flood 50000
	exact "$1, with hogs on its core" 51000 "$got0"
	kill "${hogs[@]}"
	wait "${hogs[@]}" 2>/dev/null
}

# The interface is served by a thread of the kernel's, which has to wait for the sender's core: so
# the far end's interface finds no room. It is its kernel that counts that.
threaded() { # WHAT
	ip netns exec "$LAB_NS_M" bash -c 'echo 1 >/sys/class/net/pa/threaded' || return 0
	lab_ctl reset >/dev/null
	got0=$(got_by b) far0=$(lab_in a ip -s -j link show wfa | jq '.[0].stats64.tx.dropped')
	floods=()
	for _ in 1 2 3 4; do
		flood 20000 &
		floods+=($!)
	done
	wait "${floods[@]}"
	exact "$1, in a thread" 80000 "$got0"
	echo "# of those the far end has dropped $(($(lab_in a ip -s -j link show wfa | jq '.[0].stats64.tx.dropped') - far0))"
}

# What its host has to say while it is down never came as far as a port.
down_and_up() { # WHAT
	lab_ctl reset >/dev/null
	lab_in m ip link set pa down
	await_stat '.ports[0].link_up' false
	flood 100
	lab_in m ip link set pa up
	await_stat '.ports[0].link_up' true
	is "$1, down and up again: nothing is missed" "$(lab_stat '[.ports[0].link_up, .ports[0].rx_missed] | @csv')" true,0
	got0=$(got_by b)
	flood 100
	exact "$1, up again" 100 "$got0"
}

# Taps, which are in other namespaces than wirefault.
quiet_hosts
conf 'delay = "1ms";' ""
lab_start "$CONF" || exit 1
lab_attach a wfa
lab_attach b wfb
is "tap: a healthy start has no send errors" "$(lab_stat '[.ports[].tx_errors] | add')" 0
stalled tap
lab_in a ip link set wfa down
lab_in a ip link set wfa name elsewhere
lab_in a ip link set elsewhere name wfa up
stalled "tap, renamed and back"

# Its host takes nothing: each packet is a drop.
lab_in b ip link set wfb down
lab_ctl reset >/dev/null
flood 1000
settled 1000
is "tap, its host down: each packet is dropped once, or missed" \
	"$(lab_stat '([.links[0].ab.dropped[].packets] | add) + .ports[0].rx_missed')" 1000
is "... all of them for one of these causes" \
	"$(lab_stat '.links[0].ab.dropped | .tx_full.packets + .port_down.packets')" "$(lab_stat .links[0].ab.rx.packets)"
is "... and none counts as a send error" "$(lab_stat '.ports[1].tx_errors')" 0
conserved
lab_in b ip link set wfb up
lab_stop
is "wirefault's exit code" $? 0

# A host without a carrier is not heard, which is not wirefault's doing.
conf 'outage = { period = "24h"; down = "23h"; carrier = true; };' ""
lab_start "$CONF" || exit 1
lab_attach a wfa
lab_attach b wfb
flood 100
within "tap without a carrier: its host's kernel has dropped what it had to say" \
	"$(lab_in a ip -s -j link show wfa | jq '.[0].stats64.tx.dropped')" 1 100
is "... but nothing is missed" "$(lab_stat '.ports[0].rx_missed')" 0
lab_stop

lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_in a ip link set wfa mtu 1600
lab_in m ip link set pa mtu 1600
lab_attach a wfa
lab_attach b wfb
for driver in net_af_xdp net_af_packet; do
	conf_of "$driver" 'delay = "1ms";' ""
	lab_start "$CONF" || exit 1
	is "$driver: a healthy start has no send errors" "$(lab_stat '[.ports[].tx_errors] | add')" 0
	stalled "$driver"
	down_and_up "$driver"
	got0=$(got_by b)
	lab_ctl reset >/dev/null
	double_tags 50
	exact "$driver, two tags on an MTU of 1500" 50 "$got0"
	contains "... which the verdict says" <(lab_ctl stats) 'port b: 50 packets count as sent, but were not'
	flood 100
	exact "$driver, after that" 150 "$got0"
	[ "$driver" = net_af_packet ] || threaded "$driver"
	lab_stop
done
finish
