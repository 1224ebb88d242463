#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Laws of delay: an exponential law has its mean, and ping sees the samples of a file and nothing else.
. "$(dirname "$0")/tap.sh"

conf 'delay = { distribution = "exponential"; mean = "10ms"; order = "free"; };' ''
lab_up "$CONF" || exit 1

# 400 draws: 4 standard errors are 2 ms, and a busy machine is late.
lab_ping 10.77.0.2 -c 400 -i 0.005 >/dev/null
within_timed "exponential: mean" "$(lab_stat '.links[0].ab.delay_ns.mean')" 8000000 13000000
within_timed "exponential: sd is the mean" "$(lab_stat '.links[0].ab.delay_ns.stddev')" 7000000 14500000

printf '# ms\n5\n20ms\n60\n' >"$(dirname "$CONF")/measured.txt"
sed -i 's/distribution = "exponential"; mean = "10ms";/distribution = "samples"; file = "measured.txt";/' "$CONF"
ok "to samples of a file" lab_ctl reload
times=$(lab_in a ping -n -c 60 -i 0.01 -W 1 10.77.0.2 | grep -oE 'time=[0-9.]+' | cut -d = -f 2)
is "all answered" "$(wc -w <<<"$times")" 60
is "never early" "$(awk '$1 < 4.99' <<<"$times" | wc -l)" 0
# A busy machine is late, but hardly by 15 ms: to the next sample.
while read -r value next; do
	within_timed "$value ms: about a third" "$(awk -v v="$value" -v n="$next" '$1 > v - 0.01 && $1 < n - 0.01' <<<"$times" | wc -l)" 6 36
done <<-END
	5 20
	20 60
	60 1000
END
# On the virtual clock nothing is late: these and nothing else.
"$WIREFAULT" offline -q -c "$CONF" --ab "$LAB_ROOT/tests/cases/jump.pcap" --stats "$LAB_DIR/offline.json"
is "offline: the samples and nothing else" \
	"$(jq -c '.links[0].ab.delay_ns | [.min, .max, (.p50 - 20e6 | fabs) < 2e5]' "$LAB_DIR/offline.json")" '[5000000,60000000,true]'
printf 'fast\n' >"$(dirname "$CONF")/measured.txt"
ok "delays that follow one another" lab_ctl set wan ab delay.distribution=normal delay.file=null \
	delay.mean=20ms delay.stddev=4ms delay.rho=0.95
times=$(lab_in a ping -n -c 200 -i 0.01 -W 1 10.77.0.2 | grep -oE 'time=[0-9.]+' | cut -d = -f 2)
rho=$(awk '{ x[NR] = $1; m += $1 } END { m /= NR; for (i = 1; i <= NR; i++) { s += (x[i] - m) ^ 2
	if (i > 1) p += (x[i] - m) * (x[i - 1] - m) } print p / s }' <<<"$times")
within_timed "ping sees it" "$rho" 0.7 1
fails "a file that makes no sense changes nothing" lab_ctl reload
conserved
finish
