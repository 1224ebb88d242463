#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Loss by a pattern from a file, and marks instead of losses, as ping and the kernel count them.
. "$(dirname "$0")/tap.sh"

# shellcheck disable=SC2034 # read by conf
class='{ name = "ping"; match = { proto = "icmp"; }; ab = { loss = { model = "pattern"; pattern = "losses"; }; }; }'
conf "" "" "$class"
echo '# one in four, then one in two
0001 0101' >"$(dirname "$CONF")/losses"
lab_up "$CONF" || exit 1

lab_in a ping -n -c 32 -i 0.02 -W 1 10.77.0.2 >"$LAB_DIR/pattern"
is "ping misses what the pattern says" \
	"$(grep -oE 'icmp_seq=[0-9]+' "$LAB_DIR/pattern" | cut -d = -f 2 | tr '\n' ' ')" \
	"1 2 3 5 7 9 10 11 13 15 17 18 19 21 23 25 26 27 29 31 "
is "and the stats count it" "$(lab_stat '.links[0].ab.dropped.loss.packets')" 12

sed -i 's/model = "pattern"; pattern = "losses";/p = "100%"; action = "mark";/' "$CONF"
ok "mark everything" lab_ctl reload
lab_ctl reset >/dev/null
congestion() { # packets that arrived at b marked
	lab_in b nstat -asz IpExtInCEPkts | awk '$1 == "IpExtInCEPkts" { print $2 }'
}
before=$(congestion)
read -r _ received _ < <(lab_ping 10.77.0.2 -c 20 -i 0.01 -W 1 -Q 2)
is "what is ECN-capable arrives" "$received" 20
is "and is marked: the kernel counts it" $(($(congestion) - before)) 20
is "the stats too" "$(lab_stat '.links[0].ab.marked.packets')" 20
read -r _ received _ < <(lab_ping 10.77.0.2 -c 10 -i 0.01 -W 1)
is "what is not is lost" "$received" 0
sed -i 's/action = "mark";/action = "mark"; not_capable = "pass";/' "$CONF"
ok "or passes" lab_ctl reload
read -r _ received _ < <(lab_ping 10.77.0.2 -c 10 -i 0.01 -W 1)
is "none is lost" "$received" 10
conserved
finish
