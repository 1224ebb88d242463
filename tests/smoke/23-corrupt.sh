#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Flipped bits as the host's kernel, ping and tcpdump see them: with the checksum as it was, with a
# repaired one, and frames cut short.
. "$(dirname "$0")/tap.sh"

# Behind the time stamp at the start of ping's payload; ARP has none.
conf 'corrupt = { p = "100%"; bits = 2; layer = "payload"; offset = 16; };' ""
lab_up "$CONF" || exit 1

wrong() { lab_in b nstat -asz IcmpInCsumErrors | awk '$1 == "IcmpInCsumErrors" { print $2 }'; }
n=20
pings() { # FILE: what tcpdump says of the echo requests that reach host b
	lab_bg b "$1" timeout 20 tcpdump -l -n -vv -c $n -i wfb 'icmp[0] == 8'
	lab_await "$1" 'listening on' $! 10
	lab_in a ping -n -c $n -i 0.01 -W 1 -p 55 10.77.0.2 >"$1.ping"
	received=$(grep -oE '[0-9]+ received' "$1.ping" | cut -d ' ' -f 1)
	lab_await "$1" 'packets captured' "${LAB_PIDS[-1]}" 5
}

before=$(wrong)
pings "$LAB_DIR/keep"
is "kept checksum: nobody answers" "$received" 0
is "tcpdump finds each of them wrong" "$(grep -c 'wrong icmp cksum' "$LAB_DIR/keep")" $n
is "the kernel counts them" $(($(wrong) - before)) $n

ok "repair" lab_ctl set wan ab corrupt.checksum=repair
before=$(wrong)
pings "$LAB_DIR/repair"
is "repaired checksum: all are answered" "$received" $n
is "tcpdump finds nothing wrong" "$(grep -c 'wrong icmp cksum' "$LAB_DIR/repair")" 0
is "nor does the kernel" $(($(wrong) - before)) 0
is "ping finds the damage" "$(grep -c 'wrong data byte' "$LAB_DIR/repair.ping")" $n

ok "truncate" lab_ctl set wan ab corrupt.truncate=60 corrupt.checksum=keep corrupt.bits=null \
	corrupt.layer=null corrupt.offset=null
lab_ctl reset >/dev/null
pings "$LAB_DIR/cut"
is "cut short: nobody answers" "$received" 0
is "tcpdump misses the rest" "$(grep -c 'truncated-ip - 38 bytes missing' "$LAB_DIR/cut")" $n
is "the stats say how much was cut" "$(lab_stat '.links[0].ab.cut.bytes')" $((n * 38))
conserved
finish
