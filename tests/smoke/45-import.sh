#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What `import` writes is a configuration that loads, and does what the other program's words say.
. "$(dirname "$0")/tap.sh"

LAB_DIR=$(mktemp -d)
trap 'rm -rf "$LAB_DIR"' EXIT
number=0
emulator=netem
loads() { # ARGUMENTS...
	number=$((number + 1))
	ok "$emulator ${*//$'\n'/ }" "$WIREFAULT" import $emulator "$@" -o "$LAB_DIR/$number.conf"
	ok "loads" "$WIREFAULT" check --no-simulate -c "$LAB_DIR/$number.conf"
}

loads delay 20ms
loads 'delay 20ms 5ms 25%'
loads 'delay 5ms 20ms'
for law in normal pareto paretonormal experimental; do
	loads "delay 50ms 5ms distribution $law"
done
loads 'loss 1%'
loads 'loss random 1% 25% ecn'
loads 'loss state 1% 30% 5% 40% 1%'
loads 'loss gemodel 1% 10% 70% 0.1%'
loads 'corrupt 0.1% 10% duplicate 2% 50%'
loads 'delay 10ms reorder 25% 50% gap 5'
loads 'rate 10mbit 20 48 5 limit 50'
loads 'slot 10ms 20ms packets 5 bytes 3000'
loads 'slot distribution normal 10ms 2ms'
loads tc qdisc add dev eth0 root netem delay 100ms 10ms loss 2% seed 7 limit 100

"$WIREFAULT" check --json -c "$LAB_DIR/$number.conf" >"$LAB_DIR/json"
within "the mean is what tc was told" "$(jq '.links[0].ab.classes[0].delay_mean_ns' "$LAB_DIR/json")" 99999999 100000001

loads 'tc qdisc add dev eth0 root handle 1: tbf rate 20mbit burst 15k latency 50ms
tc qdisc add dev eth0 parent 1:1 netem delay 30ms loss 0.2% duplicate 1%'
"$WIREFAULT" check --json -c "$LAB_DIR/$number.conf" >"$LAB_DIR/json"
is "tbf's rate is there" "$(jq '.links[0].ab.classes[0].rate_bps' "$LAB_DIR/json")" 20000000
within "and netem's delay" "$(jq '.links[0].ab.classes[0].delay_mean_ns' "$LAB_DIR/json")" 29999999 30000001
loads 'seed 18446744073709551615 delay 1ms'
echo 'qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 100ms' >"$LAB_DIR/shown"
ok "from standard input" bash -c "'$WIREFAULT' import netem - -o '$LAB_DIR/input.conf' <'$LAB_DIR/shown'"
ok "loads" "$WIREFAULT" check --no-simulate -c "$LAB_DIR/input.conf"
fails "a line that one direction cannot say" "$WIREFAULT" import netem 'tc qdisc add dev eth0 root handle 1: prio'

emulator=mahimahi
seq 10 >"$LAB_DIR/up"
cp "$LAB_DIR/up" "$LAB_DIR/down"
loads 'mm-delay 40'
loads 'mm-loss uplink 0.01 mm-onoff downlink 10 1 mm-link up down --once -- sh -c ls'
loads 'mm-link up down --uplink-queue=drophead --uplink-queue-args="bytes=90000"'
args="packets=100, target=5, interval=100, qdelay_ref=20, max_burst=100"
loads "mm-link up down --uplink-queue=codel --uplink-queue-args='$args' --downlink-queue=pie --downlink-queue-args='$args'"
"$WIREFAULT" check --json -c "$LAB_DIR/$number.conf" >"$LAB_DIR/json"
is "the rate is the trace's" "$(jq '.links[0].ab.classes[0].rate_bps' "$LAB_DIR/json")" 12000000
fails "a trace that is missing" "$WIREFAULT" import mahimahi 'mm-link up missing' -o "$LAB_DIR/missing.conf"
fails "so nothing is written" test -e "$LAB_DIR/missing.conf"
ok "unless it is asked for" "$WIREFAULT" import mahimahi 'mm-link up missing' --unchecked -o "$LAB_DIR/missing.conf"
fails "no shell" "$WIREFAULT" import mahimahi mm-webreplay x

emulator=dummynet
printf 'samples 100\nloss-level 0.9\ndelay prob\n0 0\n10 1\n' >"$LAB_DIR/profile"
loads ipfw pipe 1 config bw 10Mbit/s delay 50ms plr 0.01 queue 50KBytes burst 10K mask all
loads bw 10Mbit/s red 0.002/5/15/0.1 ecn noerror
loads bw 300KByte/s codel target 5ms interval 100ms
loads 'sudo ipfw pipe 1 config bw 10Mbit/s; ipfw sched 1 config pipe 1 type fq_codel target 7ms'
loads bw 300KByte/s pie tupdate 15ms max_burst 150ms
loads bw 1M delay 20 profile "$LAB_DIR/profile" --samples "$LAB_DIR/samples"
"$WIREFAULT" check --json -c "$LAB_DIR/$number.conf" >"$LAB_DIR/json"
within "the mean is the pipe's and the profile's" \
	"$(jq '.links[0].ab.classes[0].delay_mean_ns' "$LAB_DIR/json")" 24400000 24600000
within "so is the loss" "$(jq '.links[0].ab.classes[0].loss' "$LAB_DIR/json")" 0.0999 0.1001
fails "a profile, and nowhere to put it" "$WIREFAULT" import dummynet bw 1M profile "$LAB_DIR/profile"

fails "no netem word" "$WIREFAULT" import netem delay 5ms 5%5
fails "no such emulator" "$WIREFAULT" import dumbnet 'delay 5ms'
finish
