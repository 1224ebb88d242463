#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What `import netem` writes is a configuration that loads, and does what tc's words say.
. "$(dirname "$0")/tap.sh"

LAB_DIR=$(mktemp -d)
trap 'rm -rf "$LAB_DIR"' EXIT
number=0
loads() { # ARGUMENTS...
	number=$((number + 1))
	ok "netem $*" "$WIREFAULT" import netem "$@" -o "$LAB_DIR/$number.conf"
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
fails "no netem word" "$WIREFAULT" import netem delay 5ms 5%5
fails "no such emulator" "$WIREFAULT" import dumbnet 'delay 5ms'
finish
