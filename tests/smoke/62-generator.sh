#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Generator and sink: a link in one process, without any device; and onto a real interface, where
# tcpdump finds every checksum right.
. "$(dirname "$0")/tap.sh"

run() { # SECONDS; the document in $LAB_DIR/out.json
	timeout 60 "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/s" --no-huge --force -q -o json --duration "$1s" \
		2>"$LAB_DIR/err" >"$LAB_DIR/out.json"
}
stat() { jq -r "$1" "$LAB_DIR/out.json"; }

# shellcheck disable=SC2034 # read by conf
DEVICE_A=generator,flows=50,packets=20000,pps=100000,size=imix DEVICE_B=sink \
	conf 'delay = "5ms"; loss = "10%";' ''
run 1
is "exit code" $? 0
is "all packets are received, or missed on a busy machine" \
	"$(stat '.links[0].ab.rx.packets + .ports[0].rx_missed')" 20000
is "... and sent or lost" "$(stat '.links[0].ab | .tx.packets + .dropped.loss.packets - .rx.packets')" 0
within "one in ten is lost" "$(stat '.links[0].ab | 100 * .dropped.loss.packets / .rx.packets')" 9 11
is "the sink got what was sent" "$(stat '.ports[1].sunk.packets')" "$(stat '.links[0].ab.tx.packets')"
is "... in bytes as well" "$(stat '.ports[1].sunk.bytes')" "$(stat '.links[0].ab.tx.bytes')"
is "kinds" "$(stat '[.ports[].kind] | join(" ")')" "generator sink"
is "nothing is unaccounted for" "$(stat '.unaccounted.packets')" 0

# shellcheck disable=SC2034
DEVICE_A=generator,packets=5000 DEVICE_B=generator,packets=3000,ip=6,size=100 conf '' ''
run 1
is "two generators: both directions" "$(stat '[.links[0].ab.rx.packets, .links[0].ba.tx.packets] | @csv')" 5000,3000
is "... each is the other's sink" "$(stat '[.ports[].sunk.packets] | @csv')" 3000,5000

# The same seed, the same fates: again, and whoever carries which flow.
# shellcheck disable=SC2034
DEVICE_A=generator,packets=2000,flows=50 DEVICE_B=sink conf 'loss = "10%"; duplicate = "5%";' ''
run 0.5
fates=$(stat '.links[0].ab | [.rx.packets, .tx.packets, .dropped.loss.packets, .dup_created.packets] | @csv')
run 0.5
is "the same fates again" "$(stat '.links[0].ab | [.rx.packets, .tx.packets, .dropped.loss.packets, .dup_created.packets] | @csv')" "$fates"
if [ "$(nproc)" -ge 2 ]; then
	sed -i '1a workers = [ 0, 1 ];' "$CONF"
	run 0.5
	is "... with two workers" "$(stat '.links[0].ab | [.rx.packets, .tx.packets, .dropped.loss.packets, .dup_created.packets] | @csv')" "$fates"
	is "... and two queues" "$(stat '.ports[0].queues')" 2
else
	skip "two workers" "one core"
fi

for wrong in 'generator,size=12|60 to 9216' 'generator,flow=1|Did you mean' 'sink,x=1|takes no arguments'; do
	# shellcheck disable=SC2034
	DEVICE_A=${wrong%|*} DEVICE_B=sink conf '' ''
	"$WIREFAULT" check -c "$CONF" >"$LAB_DIR/out" 2>&1
	is "check refuses ${wrong%|*}" $? 2
	contains "... and says why" "$LAB_DIR/out" "${wrong#*|}"
done

# Several streams of a port.
streams() { # STREAMS [DEVICE]
	cat >"$CONF" <<-END
		ports = ( { name = "a"; device = "${2-generator}"; streams = ( $1 ); }, { name = "b"; device = "sink"; } );
		links = ( { name = "wan"; ports = [ "a", "b" ]; } );
	END
}
streams '{ pps = 2000; packets = 200; size = "imix"; }, { rate = "1Mbit"; layer = 1; arrival = "poisson"; packets = 100; flows = 10; }'
run 1
is "streams: exit code" $? 0
is "... of both, or missed on a busy machine" "$(stat '.links[0].ab.rx.packets + .ports[0].rx_missed')" 300
refused() { # STREAMS WHY [DEVICE]
	streams "$1" "${3-generator}"
	"$WIREFAULT" check -c "$CONF" >"$LAB_DIR/out" 2>&1
	is "check refuses streams ( $1 )" $? 2
	contains "... and says why" "$LAB_DIR/out" "$2"
}
refused '{ pps = 1; }, { flows = 2; }' 'stream 1 has no rate'
refused '{ pps = 1; }, 5' 'a group of a generator.s arguments'
refused '{ pps = 1; }, { pps = 2; flws = 1; }' 'Did you mean "flows"'
refused '{ pps = 1; size = "64,65"; }' 'without , ;'
refused '{ pps = 1; }' 'without other arguments' generator,flows=2
refused '{ pps = 1; probe = "flow"; flows = 9; }, { pps = 1; probe = "all"; stream = 8; }' 'the numbers of stream 0'

# Onto an interface: what is made here is what others take.
lab_hosts
lab_veth "$LAB_NS_B" wfb pb
lab_attach b wfb
: >"$LAB_DIR/dump"
lab_bg b "$LAB_DIR/dump" timeout 20 tcpdump -l -n -vv -c 300 -i wfb udp
lab_await "$LAB_DIR/dump" 'listening on' $! 10
dump=$!
# shellcheck disable=SC2034
DEVICE_A=generator,packets=300,flows=7,size=60+61+1514+700 DEVICE_B=packet,iface=pb conf '' ''
lab_start "$CONF" -q || exit 1
lab_await "$LAB_DIR/dump" 'packets captured' "$dump" 20
is "tcpdump: 300 packets" "$(grep -c 'UDP, length' "$LAB_DIR/dump")" 300
is "... with right checksums" "$(grep -c 'udp sum ok' "$LAB_DIR/dump")" 300
is "... of IP as well" "$(grep -c 'bad cksum' "$LAB_DIR/dump")" 0
is "... of 7 flows" "$(grep -o '[0-9.]* > 198.19.0.1.9' "$LAB_DIR/dump" | sort -u | wc -l)" 7
conserved
lab_stop
finish
