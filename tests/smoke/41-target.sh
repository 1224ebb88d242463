#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Targeted loss: a real TCP server sends the segment that was aimed at again, as its kernel counts,
# a client its SYN, and what they carry arrives whole.
. "$(dirname "$0")/tap.sh"

conf "" ""
lab_up "$CONF" || exit 1
tcp_intact "a download" 10.77.0.2
lab_ctl reset >/dev/null

retransmitted() { # HOST
	lab_in "$1" nstat -asz TcpRetransSegs | awk '$1 == "TcpRetransSegs" { print $2 }'
}
aimed() { lab_stat ".links[0].$1.dropped.target.packets // 0"; }

before=$(retransmitted b)
ok "data segment 5 of the server and two retransmissions of it" \
	lab_ctl set wan ba scope=flow target.segment=5 target.retransmissions=2
tcp_intact "the download is whole" 10.77.0.2
is "three segments were lost" "$(aimed ba)" 3
within "the server's kernel has retransmitted" $(($(retransmitted b) - before)) 3 99999
tcp_intact "so is another, over IPv6" "[fd77::2]"
is "each connection loses its own" "$(aimed ba)" 6
ok "enough of it" lab_ctl set wan ba target=null

before=$(retransmitted a)
ok "the first SYN of every connection" lab_ctl set wan ab scope=flow target.on=syn target.times=1
lab_in a curl -sS --max-time 20 -o /dev/null -w '%{time_connect}' http://10.77.0.2:8000/random >"$LAB_DIR/connect"
# RFC 6298: the first timeout is a second.
within "connecting takes a timeout" "$(cat "$LAB_DIR/connect")" 0.9 15
is "one SYN was lost" "$(aimed ab)" 1
within "the client's kernel has sent it again" $(($(retransmitted a) - before)) 1 99999

ok "a fifth of the pure ACKs" lab_ctl set wan ab target.on=ack target.times=null target.p=20%
tcp_intact "TCP lives without each fifth acknowledgement" 10.77.0.2
within "many were lost" "$(aimed ab)" 5 99999
fails "a segment's number without scope = flow" lab_ctl set wan ab scope=class 'target={"segment":3}'
conserved
finish
