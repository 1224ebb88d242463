#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Slots: a lone ping waits for a window, and pings that wait together come back together.
. "$(dirname "$0")/tap.sh"

conf 'slot = { min = "20ms"; max = "40ms"; };' ""
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null
rtt=$(lab_in a ping -n -c 30 -i 0.045 10.77.0.2 | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n)
# A few may join a window that a packet of the hosts' own has asked for.
within "nine of ten wait for the shortest time at least (ms)" "$(sed -n 4p <<<"$rtt")" 20 40
within_timed "the median is about 30 ms" "$(sed -n 15p <<<"$rtt")" 23 38

ok "windows of three packets" lab_ctl set wan ab slot.min=200ms slot.max=200ms slot.packets=3
# Six at once: two windows.
lab_in a ping -n -D -c 6 -l 6 -W 2 10.77.0.2 | sed -n 's/^\[\([0-9.]*\)\].*icmp_seq.*/\1/p' >"$LAB_DIR/back"
groups=$(awk 'NR == 1 || $1 - before > 0.1 { groups++ } { before = $1 } END { print groups }' "$LAB_DIR/back")
is "all are back" "$(wc -l <"$LAB_DIR/back")" 6
is "in two groups" "$groups" 2
ok "another law of the time between them" lab_ctl set wan ab slot.distribution=exponential slot.mean=20ms
rtt=$(lab_in a ping -n -c 40 -i 0.1 10.77.0.2 | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n)
# The median of an exponential law is ln 2 of its mean: 13.9 ms.
within_timed "the median is about 14 ms" "$(sed -n 20p <<<"$rtt")" 7 24
conserved
finish
