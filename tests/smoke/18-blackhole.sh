#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A blackhole swallows one direction, or one class, and says how much.
. "$(dirname "$0")/tap.sh"

conf "" "" '{ name = "dns"; match = { proto = "udp"; dport = 53; }; ab = { blackhole = true; }; }'
lab_up "$CONF" || exit 1
pinged() { lab_ping 10.77.0.2 -c 10 -i 0.02 -W 1 | cut -d ' ' -f 2; }
is "ping passes" "$(lab_ping_all 10.77.0.2 -c 10 -i 0.02)" "10 10"
lab_in a bash -c 'for i in 1 2 3 4 5; do echo x >/dev/udp/10.77.0.2/53; done'
is "UDP port 53 doesn't" "$(lab_stat '.links[0].ab.dropped.blackhole.packets')" 5

ok "now all of ab" lab_ctl set wan ab blackhole=true
is "no ping passes" "$(pinged)" 0
within "counted" "$(lab_stat '.links[0].ab.dropped.blackhole.packets')" 15 99
is "the other direction has none" "$(lab_stat '.links[0].ba.dropped.blackhole.packets // 0')" 0
ok "and back" lab_ctl set wan ab blackhole=null
is "ping passes again" "$(lab_ping_all 10.77.0.2 -c 10 -i 0.02)" "10 10"
conserved
is "the verdict doesn't mind the model's own losses" \
	"$(lab_stat '[.verdict.reasons[] | select(test("loss|lost|blackhole|drop"))] | length')" 0
finish
