#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Load tests with several workers, and through devices that DPDK drives: a wire between two
# interfaces (net_af_packet, net_af_xdp, packet), and net_null, behind which nothing is. Trials are so
# short that rings hold all of their packets: none is lost however busy the machine.
. "$(dirname "$0")/tap.sh"

load() { # TEST OPTION...; the document in $LAB_DIR/out.json
	nsenter --net="/run/netns/$LAB_NS_M" -- timeout 60 "$WIREFAULT" test "$@" --no-huge --force -q -o json \
		>"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
}
stat() { jq -r "$1" "$LAB_DIR/out.json"; }
# What the trial says of itself decides, and the exit code says the same.
ended() { # DESCRIPTION CODE
	local whole
	whole=$(stat '[.trials[].packets | .sent >= 0.999 * .offered and .missed_by_us == 0] | all')
	is "$1: it counts if all was sent and nothing missed" "$2 $(stat .verdict)" \
		"$([ "$whole" = true ] && echo 0 passed || echo 4 tester limited)"
	[ "$2" = 0 ] || [ "$2" = 4 ] || sed 's/^/# /' "$LAB_DIR/err"
}
lab_hosts
CONF=$LAB_DIR/null.conf

# ---- One worker and two: the same fates ----
cat >"$CONF" <<-END
	ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
	links = ( { name = "wan"; ports = [ "a", "b" ]; ab = { delay = "2ms"; loss = "10%"; duplicate = "5%"; }; } );
END
fates() { # WORKERS
	load latency -c "$CONF" --seed 7 --workers "$1" --sizes 64 --traffic flows=100,probe=flow --line 10Mbit \
		--load 30% --duration 300ms --wait 500ms --window 4096
	ended "workers $1" $?
	is "... every packet has come, or is lost" "$(stat '.trials[0].packets | .received + .lost - .sent')" 0
	within "... delay" "$(stat '.trials[0].delay_ns.min')" 2000000 3900000
	fates=$(stat '.trials[0].packets | [.offered, .sent, .missed_by_us, .lost, .duplicated] | @csv')
}
fates 0
one=$fates
if [ "$(nproc)" -ge 2 ]; then
	fates 0,1
	if [[ $one == *,0,*,* && $fates == *,0,*,* && ${one%%,*} = "$(cut -d , -f 2 <<<"$one")" && ${fates%%,*} = "$(cut -d , -f 2 <<<"$fates")" ]]; then
		is "... the same are lost and doubled by two workers as by one" "$fates" "$one"
	else
		skip "the same fates" "the machine was too busy"
	fi
else
	skip "two workers" "one core"
fi

# ---- Devices ----
lab_in m ip link add pa type veth peer name pb
lab_in m ip link set pa up
lab_in m ip link set pb up
wire() { # DESCRIPTION TX RX [OPTION...]
	load latency --tx "$2" --rx "$3" --sizes 200 --line 2Mbit --load 100% --duration 200ms \
		--catch-up 5s --wait 1500ms --traffic flows=20,probe=flow "${@:4}"
	ended "$1" $?
	is "... all come back, once and in order" "$(stat '.trials[0].packets | [.sent - .received, .lost, .duplicated, .reordered] | @csv')" 0,0,0,0
}
wire net_af_packet net_af_packet0,iface=pa net_af_packet1,iface=pb
wire net_af_xdp net_af_xdp0,iface=pa net_af_xdp1,iface=pb
[ "$(nproc)" -lt 2 ] || wire "packet, two workers" packet,iface=pa packet,iface=pb --workers 0,1

load latency --load 100% --tx net_null0,no-rx=1 --sizes 64 --line 2Mbit --duration 100ms --catch-up 5s --wait 100ms
ended "net_null" $?
is "... takes all, and nothing comes back" "$(stat '.trials[0].packets | [.offered - .sent, .received] | @csv')" 0,0

for wrong in '0,x|not a list of cores' '0,0|two workers on core 0'; do
	load loss -c "$CONF" --workers "${wrong%|*}"
	is "--workers ${wrong%|*} is refused" $? 2
	contains "... and says why" "$LAB_DIR/err" "${wrong#*|}"
done
finish
