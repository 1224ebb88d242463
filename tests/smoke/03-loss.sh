#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Loss: as many as the law says, as often in a row as the chain says, and all of it counted.
. "$(dirname "$0")/tap.sh"

class='{ name = "ping"; match = { proto = "icmp"; }; ab = { loss = "10%"; }; }'
conf "" "" "$class"
lab_up "$CONF" || exit 1

n=1000
lab_in a ping -n -c 1 -W 1 10.77.0.2 >/dev/null # the neighbour is known now
lab_ctl reset >/dev/null
read -r sent received _ < <(lab_ping 10.77.0.2 -c $n -i 0.002 -W 1)
lost=$((sent - received))
# Binomial(1000, 0.1): 4 standard deviations are 38.
within "Bernoulli 10 %: lost of $n" $lost 62 138
is "the stats count the same" "$(lab_stat '.links[0].ab.dropped.loss.packets')" $lost
is "none in the other direction" "$(lab_stat '.links[0].ba.dropped.loss.packets // 0')" 0
conserved

# Gilbert-Elliott, 10 % in bursts of 4, the other way: what reaches a are the replies.
sed -i 's/ab = { loss = "10%"; }/ba = { loss = { model = "gilbert-elliott"; plr = "10%"; mean_burst = 4.0; }; }/' "$CONF"
ok "reload" lab_ctl reload
lab_ctl reset >/dev/null
n=2000
lab_in a ping -n -c $n -i 0.002 -W 1 10.77.0.2 >"$LAB_DIR/replies"
read -r lost runs < <(grep -oE 'icmp_seq=[0-9]+' "$LAB_DIR/replies" | cut -d = -f 2 |
	awk -v n=$n '{ if ($1 > last + 1) { lost += $1 - last - 1; runs++ } last = $1 }
		END { if (last < n) { lost += n - last; runs++ } print lost + 0, runs + 0 }')
# Correlation 1 - p - r widens the binomial's sd from 13 to 34; 4 of them are 138.
within "Gilbert-Elliott 10 %: lost of $n" "$lost" 62 338
# 50 runs of mean 4: standard error 0.5.
within "mean burst 4" "$(calc "$lost / ($runs > 0 ? $runs : 1)")" 2.5 6.5
is "the stats count the same" "$(lab_stat '.links[0].ba.dropped.loss.packets')" "$lost"
conserved

# Forty pings at once at 100 kbit/s, 7.84 ms each; every second is lost, behind the rate or before it.
slowest() { # AT
	conf "" "" "{ name = \"ping\"; match = { proto = \"icmp\"; };
		ab = { rate = \"100kbit\"; loss = { model = \"every\"; every = 2; at = \"$1\"; }; }; }"
	lab_ctl reload >/dev/null || return
	lab_in a ping -n -c 40 -l 40 -W 1 10.77.0.2 | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n | tail -n 1
}
within "what is lost has used the link (ms)" "$(slowest egress)" 300 5000
within_timed "what is lost at the ingress has not" "$(slowest ingress)" 150 250
conserved
finish
