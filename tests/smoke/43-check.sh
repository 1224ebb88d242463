#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# check: predicted against simulated, as an ordinary user.
. "$(dirname "$0")/tap.sh"

chmod 755 "$LAB_DIR"
install -m 755 "$WIREFAULT" "$LAB_DIR/wirefault"
check() { # [OPTION...]
	setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs \
		env HOME=/nonexistent "$LAB_DIR/wirefault" check -c "$CONF" "$@" </dev/null
}
# shellcheck disable=SC2034 # read by conf
DEVICE_A=net_null0 DEVICE_B=net_null1 conf \
	'delay = { mean = "20ms"; stddev = "2ms"; order = "free"; }; loss = { model = "gilbert-elliott"; plr = "5%"; mean_burst = 4; };' \
	'rate = "10Mbit"; queue = { limit = "20ms"; }; delay = { mean = "20ms"; stddev = "2ms"; };' \
	'{ name = "udp"; match = { proto = "udp"; }; scope = "flow"; ab = { loss = "10%"; }; }'
chmod 644 "$CONF"

check --json >"$LAB_DIR/one.json"
is "as nobody: exit code" $? 0
check --json >"$LAB_DIR/two.json"
ok "the same numbers again" cmp "$LAB_DIR/one.json" "$LAB_DIR/two.json"
found() { # SIDE CLASS NAME KEY
	jq ".links[0].$1.classes[] | select(.name == \"$2\").simulated[].findings[] | select(.name == \"$3\").$4" "$LAB_DIR/one.json"
}
# 5 standard errors of 20000 packets.
within "mean delay" "$(found ab default delay_mean simulated)" 19929000 20071000
within "its sd" "$(found ab default delay_sd simulated)" 1950000 2050000
within "median" "$(found ab default delay_p50 simulated)" 19911000 20089000
within "99th percentile" "$(calc "$(found ab default delay_p99 simulated) / 1e6")" 24.3 25
within "neighbours" "$(found ab default delay_rho simulated)" -0.036 0.036
within "loss" "$(found ab default loss simulated)" 0.03 0.07
within "losses in a row" "$(found ab default mean_burst simulated)" 3 5
within "loss of the class" "$(found ab udp loss simulated)" 0.089 0.111
within "rate" "$(found ba default rate simulated)" 9999000 10001000
within "longest wait" "$(found ba default longest_wait simulated)" 18000000 20000000
is "what is as predicted does not differ" \
	"$(jq '[.links[0].ab.classes[].simulated[].findings[].differs] | any' "$LAB_DIR/one.json")" false
is "order does" "$(found ba default delay_mean differs)" true
is "a stage has" "$(jq -c '.links[0].ab.classes[0].simulated[0] | keys' "$LAB_DIR/one.json")" \
	'["findings","gap_ns","note","order_ns","packets","stage"]'
is "a finding has" "$(jq -c '.links[0].ab.classes[0].simulated[0].findings[0] | keys' "$LAB_DIR/one.json")" \
	'["differs","name","off","predicted","simulated","standard_error","unit"]'
is "scopes" "$(jq -r '[.links[0].ab.classes[].scope] | join(" ")' "$LAB_DIR/one.json")" "class flow"

# A frame of 1514 bytes takes 1.2112 ms at 10 Mbit/s, and packets are twice as far apart.
whole() { # SIDE KEY [FILE]
	jq ".links[0].$1.classes[0].whole.$2" "${3-$LAB_DIR/one.json}"
}
within "all stages together: gap" "$(whole ba gap_ns)" 2422399 2422401
within "all stages together: delay, without what order adds" \
	"$(calc "($(whole ba delay_mean_ns) - $(whole ba order_ns)) / 1e6")" 21.14 21.29
within "all stages together: loss" "$(whole ab lost)" 0.03 0.07
check --json --frame 564 --gap 2ms >"$LAB_DIR/other.json"
is "another traffic: as stated" "$(jq -c '.links[0].ba.classes[0].whole | [.frame_bytes, .gap_ns] | map(floor)' "$LAB_DIR/other.json")" "[564,2000000]"
within "another traffic: delay, without what order adds" \
	"$(calc "($(whole ba delay_mean_ns "$LAB_DIR/other.json") - $(whole ba order_ns "$LAB_DIR/other.json")) / 1e6")" 20.38 20.53
for bad in "--frame 59" "--frame 65536" "--frame big" "--gap 0" "--gap 2h" "--gap 3" "--gap 1ms --no-simulate"; do
	# shellcheck disable=SC2086 # words
	check $bad >"$LAB_DIR/out" 2>&1
	is "$bad: exit code" $? 2
done

check >"$LAB_DIR/out"
contains "the table has all stages together" "$LAB_DIR/out" '^all stages together: 20000 packets of 1514 bytes'
contains "the table says why" "$LAB_DIR/out" 'keeping order adds .* ms to the mean'
contains "and the scope" "$LAB_DIR/out" 'ab +udp +flow'
check --simulate 1000 >"$LAB_DIR/out"
contains "so many as asked for" "$LAB_DIR/out" '^simulated: 1000 packets'
check --no-simulate >"$LAB_DIR/out"
fails "none if not wanted" grep -q simulated "$LAB_DIR/out"
for bad in "--simulate 0" "--simulate 999" "--simulate 1000001" "--simulate many" "--simulate 5000 --no-simulate"; do
	# shellcheck disable=SC2086 # words
	check $bad >"$LAB_DIR/out" 2>&1
	is "$bad: exit code" $? 2
done
DEVICE_A=net_null0 DEVICE_B=net_null1 conf "" ""
chmod 644 "$CONF"
check >"$LAB_DIR/out"
is "nothing to simulate: exit code" $? 0
fails "nothing to simulate: no table" grep -q simulated "$LAB_DIR/out"
DEVICE_A=wf-nowhere DEVICE_B=net_null1 conf "" "" '
	{ name = "web"; match = { dport = 80; }; ab = { loss = "1%"; }; ba = { loss = "1%"; }; },
	{ name = "late"; match = { proto = "tcp"; dport = 80; }; ab = { loss = "2%"; }; },
	{ name = "icmp"; filter = "icmp"; ab = { loss = "3%"; }; }'
chmod 644 "$CONF"
check >"$LAB_DIR/table" 2>"$LAB_DIR/out"
is "warnings: exit code" $? 0
fails "warnings: none among the results" grep -qE "no network interface|in ba, class|no packet of|without .vlan." "$LAB_DIR/table"
contains "no such interface" "$LAB_DIR/out" 'no network interface wf-nowhere'
contains "ba without mirror" "$LAB_DIR/out" 'in ba, class "web" matches by dport'
contains "a shadowed class" "$LAB_DIR/out" 'no packet of ab reaches class "late"'
contains "a filter without vlan" "$LAB_DIR/out" 'without .vlan. the filter sees no frame'
check --json >"$LAB_DIR/warned.json"
is "warnings in JSON" "$(jq '.warnings | length' "$LAB_DIR/warned.json")" 4
DEVICE_A=net_af_packet0,iface=lo DEVICE_B=net_tap0 conf "" ""
check --no-simulate >"$LAB_DIR/blind" 2>/dev/null
contains "what a driver can't count is said" "$LAB_DIR/blind" '^port a .net_af_packet0,iface=lo.: how long a packet waited in its ring is known as an upper bound'
is "... in JSON, too" "$(check --no-simulate --json 2>/dev/null | jq -c '[.ports[].port]')" '["a","b"]'
DEVICE_A=packet,iface=lo DEVICE_B=net_null0 conf "" ""
check --no-simulate --json >"$LAB_DIR/ports.json" 2>/dev/null
is "... and nothing of those that can" "$(jq -c '[.ports[] | select(has("not_counted"))]' "$LAB_DIR/ports.json")" '[]'
is "how it is known when frames came" "$(jq -c '[.ports[].arrival]' "$LAB_DIR/ports.json")" '["stamped","polled"]'
check --no-simulate >"$LAB_DIR/stamps" 2>/dev/null
contains "which ports have hardware time stamps" "$LAB_DIR/stamps" '^port b .net_null0.: it has no hardware time stamps[.]$'
DEVICE_A=0000:ff:1f.7 DEVICE_B=net_null0 conf "" ""
check --no-simulate >"$LAB_DIR/card" 2>/dev/null
contains "of a card that DPDK drives its driver says so" "$LAB_DIR/card" '^port a .0000:ff:1f.7.: only DPDK.s driver knows'
finish
