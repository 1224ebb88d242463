#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Load tests on the real clock: through a link in this process, through a loop, and through a device,
# which here is another wirefault whose loss and delay are known and who counts for itself.
. "$(dirname "$0")/tap.sh"

load() { # TEST OPTION...; the document in $LAB_DIR/out.json
	timeout 120 "$WIREFAULT" test "$@" --no-huge --force -o json >"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
}
stat() { jq -r "$1" "$LAB_DIR/out.json"; }
# The outcome is what the exit code says: passed, or limited where the machine was busy.
ended() { # DESCRIPTION CODE
	is "$1: exit code and verdict agree" "$2 $(stat .verdict)" \
		"$([ "$2" = 4 ] && echo 4 tester limited || echo 0 passed)"
}

# In this process: what the link's queue lets through, by the times at which packets are due.
load throughput --set 'ab.rate.rate=50Mbit' --set ab.rate.overhead=ethernet --set ab.queue.limit=20pkt \
	--profile lte --set ab.delay=1ms --set ab.loss=0 --sizes 1250 --line 100Mbit --duration 200ms --resolution 1% -q
code=$?
[ $code != 2 ] || sed 's/^/# /' "$LAB_DIR/err"
ended "a link of a profile" $code
is "... in process" "$(stat '.target | "\(.kind), \(.clock)"')" "in process, TSC"
is "... of the whole line too much is lost" "$(stat '.trials[0].packets | .lost > 0.4 * .sent')" true
is "... nothing of ours" "$(stat '[.trials[].packets.missed_by_us] | add')" 0
[ $code = 4 ] || within "... half of it passes" "$(stat '.findings[0].value')" 4900 5050

load soak --set delay=3ms --profile lte --set ab.rate.rate=1Gbit --set ab.loss=0 --set ab.delay.stddev=0 \
	--traffic flows=500,probe=flow --sizes 200 --line 10Mbit --load 20% --duration 200ms --total 600ms
ended "soak with 500 streams" $?
is "... three trials" "$(stat '.trials | length')" 3
is "... a line for each" "$(grep -c '^[123] of 3: soak, 200 bytes, ' "$LAB_DIR/err")" 3
is "... nothing is lost" "$(stat '[.trials[].packets | .lost + .duplicated] | add')" 0
is "... nor reordered within a flow" "$(stat '[.trials[].packets.reordered] | add')" 0
within "... delay" "$(stat '.trials[0].delay_ns.min')" 3000000 3100000

# A loop, on one port.
load loss --tx net_ring0 --sizes 64 --line 2Mbit --duration 300ms --catch-up 5s -q
ended "a ring" $?
is "... device" "$(stat '.target | "\(.kind), \(.name)"')" "device, net_ring0 to net_ring0"
is "... all comes back" "$(stat '.trials[0].packets | .received + .lost - .sent')" 0

# Another wirefault between two interfaces of ours.
lab_hosts
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_A" wfb pb
lab_attach a wfa
lab_attach a wfb
# shellcheck disable=SC2034 # read by conf
DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb conf 'delay = "20ms"; loss = "10%"; duplicate = "5%";' ''
lab_start "$CONF" -q --force || exit 1
lab_ctl reset >/dev/null
device() {
	timeout 120 taskset -c "$LAB_CPUS" nsenter --net="/run/netns/$LAB_NS_A" -- "$WIREFAULT" test "$@" --no-huge --force \
		--catch-up 5s --tx packet,iface=wfa --rx packet,iface=wfb >"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
}
device latency --sizes 128 --line 10Mbit --load 10% --duration 3s --wait 1s -o json -q
code=$?
[ $code = 0 ] || [ $code = 4 ] || sed 's/^/# /' "$LAB_DIR/err"
ended "a device" $code
within "... one in ten is lost" "$(stat '100 * .trials[0].loss.share')" 7 13
within "... one in twenty comes twice" "$(stat '.trials[0].packets | 100 * .duplicated / .received')" 2 8
within "... delay" "$(stat '.trials[0].delay_ns.min')" 20000000 22000000
if [ "$(stat '.trials[0].packets | .sent == .offered and .missed_by_us == 0')" = true ]; then
	# The kernel says a few things of its own on an interface.
	came=$(stat '.trials[0].packets | .received + .duplicated')
	within "... as many came as the device has sent by its own count" "$(lab_stat '.links[0].ab.tx.packets')" "$came" $((came + 30))
else
	skip "as many as the device has sent" "the machine was too busy"
fi
conserved
lab_stop
finish
