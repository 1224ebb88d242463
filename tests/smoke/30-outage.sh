#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A flapping link: ping gets through while it is up, and only then.
. "$(dirname "$0")/tap.sh"

conf "" ""
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null
ok "flaps from now on" lab_ctl set wan ab outage.period=1s outage.down=500ms
lab_ctl reset >/dev/null
lab_in a ping -n -D -c 150 -i 0.02 -W 1 10.77.0.2 >"$LAB_DIR/ping"
received=$(grep -c 'icmp_seq' "$LAB_DIR/ping")
within "three periods of one half each" "$received" 55 95
within "the rest is the outage's" "$(lab_stat '.links[0].ab.dropped.outage.packets')" \
	$((150 - received)) $((155 - received))
# Losses come in runs as long as the outage: the longest gap in the numbers of the replies.
gap=$(sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$LAB_DIR/ping" |
	awk '{ if (NR > 1 && $1 - before > gap) gap = $1 - before; before = $1 } END { print gap + 0 }')
within "in one piece" "$gap" 15 40
ok "and no more" lab_ctl set wan ab outage=null
is "ping passes" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
conserved
finish
