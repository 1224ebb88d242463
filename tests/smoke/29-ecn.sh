#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# ECN: a queue marks instead of dropping, and the receiving kernel counts what arrives marked.
. "$(dirname "$0")/tap.sh"

conf 'rate = "10Mbit"; queue = { aqm = "pie"; burst = "0ms"; ecn = true; };' 'delay = "10ms";'
lab_up "$CONF" || exit 1
for host in a b; do
	lab_in $host sh -c 'echo 1 > /proc/sys/net/ipv4/tcp_ecn'
done
marked() { # COUNTER
	# shellcheck disable=SC2016 # awk's own fields
	lab_in b awk -v key="$1" '/^IpExt:/ { if (!n) n = split($0, name); else for (i = 1; i <= n; i++)
		if (name[i] == key) print $i }' /proc/net/netstat
}
ce=$(marked InCEPkts)
ok "codel, under the same load" lab_ctl set wan ab queue.aqm=codel queue.interval=20ms queue.ecn=true
lab_iperf 5201 -t 2 -P 4 >"$LAB_DIR/bulk"
within "codel: the receiver's kernel sees marks" $(($(marked InCEPkts) - ce)) 5 99999
within "the rate is used" \
	"$(jq '.end.sum_received.bits_per_second / 1e6' "$LAB_DIR/bulk")" 5 10
arrived=$(($(marked InCEPkts) - ce))
within "codel: they are those that the queue has counted" "$(lab_stat '.links[0].ab.marked.packets')" \
	$arrived $((arrived + 50)) # some may be on their way
ce=$(marked InCEPkts)
ok "pie" lab_ctl set wan ab queue.aqm=pie queue.burst=0ms queue.ecn=true
lab_iperf 5202 -t 2 -P 4 >"$LAB_DIR/bulk"
within "pie: the receiver's kernel sees marks" $(($(marked InCEPkts) - ce)) 1 99999
is "no marked header is wrong: the kernel counts no checksum errors" "$(marked InCsumErrors)" 0
conserved
finish
