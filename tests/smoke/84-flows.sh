#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The largest flows of real traffic: downloads by TCP and echoes, against what the statistics have;
# what a class loses; and counting that is switched off and on while packets flow.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

conf 'delay = "2ms";' 'delay = "5ms";' \
	'{ name = "lossy"; match = { proto = "udp"; dport = "9"; }; ab = { loss = "100%"; }; }'
echo 'count_flows = true;' >>"$CONF"
lab_up "$CONF" || exit 1
# What a reset finds held counts as received for the direction, but for no flow: none may be.
from_nothing() {
	for _ in $(seq 50); do
		lab_ctl reset >/dev/null
		[ "$(lab_stat '.links[0] | .ab.rx.packets + .ba.rx.packets')" != 0 ] || return 0
		sleep 0.1
	done
	return 1
}
ok "both count from nothing" from_nothing
lab_in a ping -n -c 3 -i 0.2 -W 2 10.77.0.2 >/dev/null
tcp_intact "a download passes" 10.77.0.2
lab_in a python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.0.1", 4444))
for _ in range(20): s.sendto(bytes(100), ("10.77.0.2", 9))'

flows() { lab_ctl -o json flows "$@" >"$LAB_DIR/flows.json"; }
# Both are of one instant only when nothing comes between them: acknowledgements may, and ARP.
agree() {
	for _ in $(seq 50); do
		lab_ctl -o json stats >"$LAB_DIR/before"
		flows top=1000
		lab_ctl -o json stats >"$LAB_DIR/after"
		[ "$(jq -c "$1" "$LAB_DIR/before")" != "$(jq -c "$1" "$LAB_DIR/after")" ] || return 0
		sleep 0.1
	done
	return 1
}
of() { jq -r "[.flows[] | select($1)] | $2" "$LAB_DIR/flows.json"; }

ok "nothing comes any more" agree '[.links[0] | .ab, .ba | .rx]'
stat() { jq "$1" "$LAB_DIR/after"; }
for side in ab ba; do
	is "all bytes of $side are some flow's" "$(of ".direction == \"$side\"" 'map(.bytes) | add')" "$(stat ".links[0].$side.rx.bytes")"
	is "... and all packets" "$(of ".direction == \"$side\"" 'map(.packets) | add')" "$(stat ".links[0].$side.rx.packets")"
done
is "the total says so" "$(jq .total.bytes "$LAB_DIR/flows.json")" "$(stat '.links[0] | .ab.rx.bytes + .ba.rx.bytes')"
down='.direction == "ba" and .protocol == "tcp" and .source == "10.77.0.2" and .source_port == 8000'
is "the download is there" "$(of "$down" length)" 1
within "... with its bytes" "$(of "$down" '.[0].bytes')" 3000000 3600000
is "... the longest of all" "$(jq -r '.flows[0].source_port' "$LAB_DIR/flows.json")" 8000
is "... delayed as it should be" "$(of "$down" '.[0].delay_ns | .mean, .max' | xargs)" "5000000 5000000"
is "the class is named" "$(of '.destination_port == 9' '.[0].class')" lossy
is "... and what it lost" "$(of '.destination_port == 9' '.[0] | .packets, .dropped, .delay_ns.packets' | xargs)" "20 20 0"
is "echoes are a flow each way" "$(of '.protocol == "icmp"' 'map(.packets) | sort | unique | map(tostring) | join(" ")')" 3
flows top=1 by=loss
is "one can ask for losses" "$(jq -r '.flows[].destination_port' "$LAB_DIR/flows.json")" 9
lab_ctl flows top=2 by=delay >"$LAB_DIR/table"
contains "people get a table" "$LAB_DIR/table" '^wan ba default +[a-z0-9]+ +.* 5.* ms'
lab_ctl -o csv flows >"$LAB_DIR/csv"
contains "... or CSV" "$LAB_DIR/csv" '^wan,ab,lossy,udp,10.77.0.1,4444,10.77.0.2,9,,,20,2840,20,0,0,0,'

ok "it can be switched off" lab_ctl flows off
fails "... and then there is no list" lab_ctl flows
contains "... but it is said how to get one" "$LAB_DIR/ok.out" 'wfctl flows on'
ok "and on again" lab_ctl flows on
lab_in a ping -n -c 1 -W 2 10.77.0.2 >/dev/null
flows
is "it begins anew" "$(of '.protocol == "icmp"' 'map(.packets) | unique | map(tostring) | join(" ")')" 1
is "the download before is not in it" "$(of "$down" 'map(.packets) | add')" null
fails "what can't be asked for is refused" lab_ctl flows by=size
fails "... before it is sent, too" lab_ctl flows size
finish
