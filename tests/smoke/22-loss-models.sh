#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Loss without chance: ping misses exactly the packets that the configuration numbers.
. "$(dirname "$0")/tap.sh"

class='{ name = "ping"; match = { proto = "icmp"; }; ab = { loss = { model = "list"; packets = "2 5-7 10"; }; }; }'
conf "" "" "$class"
lab_up "$CONF" || exit 1

answered() { # N
	lab_in a ping -n -c "$1" -i 0.01 -W 1 10.77.0.2 | grep -oE 'icmp_seq=[0-9]+' |
		cut -d = -f 2 | tr '\n' ' '
}
is "2, 5 to 7 and 10 are lost" "$(answered 12)" "1 3 4 8 9 11 12 "
is "the stats count 5" "$(lab_stat '.links[0].ab.dropped.loss.packets')" 5

sed -i 's/model = "list"; packets = "2 5-7 10";/model = "every"; every = 3;/' "$CONF"
ok "reload" lab_ctl reload
is "every third is lost" "$(answered 9)" "1 2 4 5 7 8 "
conserved
finish
