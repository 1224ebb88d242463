#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Reordering: replies of ping overtake where they may, and only there; held ones come late.
. "$(dirname "$0")/tap.sh"

conf 'delay = "60ms"; reorder = { p = "20%"; gap = 3; };' ""
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 2 10.77.0.2 >/dev/null
pings() { lab_in a ping -n -D -c 100 -i 0.01 -W 1 10.77.0.2 >"$LAB_DIR/ping"; }
sequence() { sed -n 's/.*icmp_seq=\([0-9]*\) ttl.*/\1/p' "$LAB_DIR/ping"; }
slower() { sed -n 's/.*time=\([0-9.]*\) ms/\1/p' "$LAB_DIR/ping" | awk -v ms="$1" '$1 >= ms' | wc -l; }
overtaking() { sequence | awk 'NR > 1 && $1 < most { n++ } $1 > most { most = $1 } END { print n + 0 }'; }

pings
is "all answered" "$(sequence | wc -l)" 100
# 0.2 / (1 + 2 * 0.2) = 14 % skip the delay.
within "most have the delay" "$(slower 59)" 70 97
within "others overtook" "$(overtaking)" 20 97

ok "held back instead, live" lab_ctl set wan ab delay=null reorder.gap=null reorder.model=hold reorder.time=100ms
pings
is "all answered" "$(sequence | wc -l)" 100
within "a fifth is held" "$(slower 99)" 6 40
within "and overtaken" "$(overtaking)" 6 40
ok "swapped by two places, live" lab_ctl set wan ab scope=flow reorder.time=null \
	reorder.model=swap reorder.p=15% reorder.distance=2 reorder.max_wait=2s
pings
within "all answered, but the last maybe" "$(sequence | wc -l)" 99 100
# 0.15 / (1 + 2 * 0.15) = 12 %.
within "some fell back" "$(overtaking)" 2 30
is "each by two places" "$(sequence | awk '{ s[NR] = $1 }
	END { for (i = 1; i + 2 <= NR; i++) { if (s[i] == i) continue
		if (s[i] == i + 1 && s[i + 1] == i + 2 && s[i + 2] == i) i += 2; else bad++ } print bad + 0 }')" 0
ok "in order again" lab_ctl set wan ab reorder=null
pings
is "nobody overtakes" "$(overtaking)" 0
conserved
finish
