#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The library of scenarios live, with shorter times: curl and ping between two hosts feel what each says. What
# holds on a busy machine is expected: shares, and bounds on the one side that the scenario itself sets. With
# WF_TEST_LONG all of them, else two; then TCP's congestion controls are compared, too.
. "$(dirname "$0")/tap.sh"

veth_hosts '' ''
cd "$LAB_DIR" || exit 1
library=$LAB_ROOT/config/scenarios
mkdir www
head -c 20000 /dev/urandom >www/page
head -c 30000000 /dev/urandom >www/file
lab_bg a httpd python3 -u -m http.server --directory www 8000
lab_await httpd Serving $! 10 || lab_fail "no web server"

# What flows, from before the first scenario to the end: pages and files from a, and pings both ways.
lab_bg b pages bash -c 'while :; do curl -s -m 2 -o /dev/null http://10.77.0.1:8000/page; echo "exit $?"; sleep 0.02; done'
lab_bg b files bash -c 'while :; do curl -s -m 9 --limit-rate 3M -o /dev/null http://10.77.0.1:8000/file; sleep 0.02; done'
lab_bg a pings-a ping -n -q -i 0.01 10.77.0.2
lab_bg b pings-b ping -n -q -i 0.01 10.77.0.1

# NAME FACTOR EXPECTATIONS: the scenario of that name, its times multiplied, without its own traffic.
run() {
	python3 - "$library/$1.conf" "$2" "$3" >"$1.conf" <<-'END'
		import re, sys
		text, factor = open(sys.argv[1]).read(), float(sys.argv[2])
		def scaled(m):
		    return f'{m[1]} = "{float(m[2]) * factor * (1000 if m[3] == "s" else 1):g}ms"'
		text = re.sub(r'\b(duration|step|start) = "([0-9.]+)(m?s)"', scaled, text)
		text = re.sub(r'(?ms)^traffic = \(.*?\);\s*$', "", text)
		text = re.sub(r'(?ms)^expect = \(.*\);\s*\Z', "", text)
		text = re.sub(r'device = "eth([12])"', lambda m: f'device = "packet,iface=p{"ab"[int(m[1]) - 1]}"', text)
		text = text.replace("config = {", 'config = { memory = "64MB";', 1)
		print(text + f"\nexpect = ( {sys.argv[3]} );")
	END
	nsenter --net="/run/netns/$LAB_NS_M" timeout 60 "$WIREFAULT" scenario run "$1.conf" --report out >"$1.out" 2>&1 </dev/null
	# What is missed is missed by the scenario, but for a machine that took so much of the run's time that it doesn't trust itself.
	trusted=$(jq -r .trustworthy "out/$1.json")
	missed=$(jq -r '[.expectations[] | select(.outcome == "fail") | "\(.name) \(.phase) \(.observed)"] | join(", ")' "out/$1.json")
	if [ -n "$missed" ] && [ "$trusted" = false ]; then
		skip "$1: nothing is against what is expected" "$missed, but $(grep -m 1 trustworthy "$1.out")"
	else
		is "$1: nothing is against what is expected" "$missed" ""
	fi
	ok "$1: packets came" test "$(jq '[.directions[].whole.packets] | add' "out/$1.json")" -gt 20
}
pages() { grep -c "exit $1\$" pages; } # curl's exit code: how often

run blackhole 0.4 '{ phase = "down"; loss = ">= 100%"; }, { phase = "down"; direction = "ba"; loss = ">= 100%"; }, { phase = "after"; loss = 0; }'
reset=$(pages 56)
run reset 0.4 '{ loss = "<= 99%"; }'
if [ "$trusted" = true ] || [ $(($(pages 56) - reset)) -gt 0 ]; then
	ok "reset: curl is told so, instead of an HTTP 500" test $(($(pages 56) - reset)) -gt 0
else
	skip "reset: curl is told so, instead of an HTTP 500" "the machine was too busy for its connections"
fi

[ -n "${WF_TEST_LONG-}" ] || finish

run spike 0.75 '{ phase = "before"; loss = 0; }, { phase = "spike"; loss = 0; delay_p50 = ">= 760ms"; }'
run stair-step 0.3 '{ loss = 0; delay_max = ">= 380ms"; }'
run pulses 0.25 '{ loss = 0; delay_max = ">= 240ms"; }'
run loss 0.5 '{ phase = "before"; loss = 0; }, { phase = "lossy"; loss = "1% .. 15%"; }, { phase = "after"; loss = 0; }'
run jitter 0.3 '{ loss = 0; delay_p50 = "60ms .. 150ms"; delay_max = ">= 110ms"; }'
run bandwidth-cap 0.5 '{ phase = "capped"; throughput = "<= 4.4Mbit"; }'
run mobile-handover 0.25 '{ phase = "cell"; delay_p50 = ">= 33ms"; }, { phase = "edge"; delay_p50 = ">= 33ms"; }, { phase = "handover"; loss = ">= 100%"; }'
run satellite-pass 0.2 '{ phase = "pass"; delay_p50 = ">= 18ms"; loss = "<= 5%"; }, { phase = "gap"; loss = ">= 100%"; }'
run bufferbloat 0.5 '{ phase = "bloated"; throughput = "<= 2.2Mbit"; }, { delay_max = ">= 200ms"; }'
run brown-out 0.3 '{ phase = "before"; loss = 0; }, { phase = "worse"; delay_max = ">= 40ms"; throughput = "<= 10.5Mbit"; }, { phase = "after"; delay_p50 = "<= 1s"; }'
run partition-and-heal 0.4 '{ phase = "one-way"; loss = ">= 100%"; }, { phase = "one-way"; direction = "ba"; loss = 0; },
	{ phase = "cut"; loss = ">= 100%"; }, { phase = "cut"; direction = "ba"; loss = ">= 100%"; }, { phase = "healed"; loss = 0; }, { phase = "healed"; direction = "ba"; loss = 0; }'
run congestion-collapse 0.3 '{ throughput = "<= 5.5Mbit"; }'

# Who takes each loss for a queue that is full gets less out of a lossy path than who measures the path.
for control in reno bbr; do
	if ! lab_in a sysctl -qw "net.ipv4.tcp_congestion_control=$control" 2>/dev/null; then
		skip "congestion control $control" "this kernel has none"
		finish
	fi
	run tcp-congestion-control 0.8 '{ phase = "clean"; throughput = "<= 21Mbit"; delay_p50 = ">= 19ms"; }, { phase = "lossy"; loss = "0.2% .. 10%"; }'
	mv out/tcp-congestion-control.json "$control.json"
done
lossy() { jq '.directions[] | select(.direction == "ab") | .phases[] | select(.phase == "lossy").throughput_bit_per_s' "$1.json"; }
if ! inside "$(lossy bbr)" "$(lossy reno)" 1e12 && [ "$(jq -s 'map(.trustworthy) | all' reno.json bbr.json)" = false ]; then
	skip "bbr gets more through the lossy phase than reno" "the machine was too busy"
else
	ok "bbr gets more through the lossy phase than reno: $(lossy bbr | cut -d . -f 1), $(lossy reno | cut -d . -f 1) bit/s" \
		inside "$(lossy bbr)" "$(lossy reno)" 1e12
fi
finish
