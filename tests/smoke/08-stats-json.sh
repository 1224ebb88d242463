#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The stats document has the shape that the manual promises: live, over HTTP, and as final report.
. "$(dirname "$0")/tap.sh"

conf 'delay = "5ms"; loss = "1%";' "" '{ name = "dns"; match = { proto = "udp"; dport = 53; }; ab = { }; }'
lab_up "$CONF" -o json || exit 1
lab_ping 10.77.0.2 -c 20 -i 0.01 >/dev/null

shape='
def count: type == "number" and . >= 0 and . == floor;
def pair: (.packets | count) and (.bytes | count);
def spread: [.count, .min, .p50, .p90, .p99, .p99_9, .max | count] + [.mean, .stddev | type == "number"] | all;
def rate: all(.rx, .tx; (.packets_per_s | type == "number" and . >= 0) and (.bits_per_s | count));
def rates: (.since_reset | rate) and (.interval | rate);
def direction: ([.rx, .tx, .queued, .dup_created, .forged | pair] | all)
	and (.dropped | type == "object" and has("loss") and has("queue_full") and has("blackhole")
		and has("no_buffer") and has("tx_full") and (has("total") | not) and all(.[]; pair))
	and (.delay_ns | spread) and (.release_error_ns | spread)
	and (.classes | length > 0 and all(.[]; (.name | type == "string") and (.rx | pair)
		and (.rates | rates)))
	and (.rates | rates)
	and (.classes | length == 1 or all(.[]; (.delay_ns | spread) and (.release_error_ns | spread)));
.schema == "wirefault.stats/1"
and ([.time_ns, .uptime_ns, .since_reset_ns, .interval_ns, .generation, .seed | count] | all)
and .seed == 7
and (.unaccounted | pair)
and (.links | length == 1 and all(.[]; .name == "wan" and .ports == ["a", "b"]
	and (.ab | direction) and (.ba | direction)))
and (.ports | map(.name) == ["a", "b"] and all(.[];
	(.device | type == "string") and (.link_up | type == "boolean")
	and ([.rx_missed, .rx_nombuf, .tx_errors | count] | all)))
and (.workers | length > 0 and all(.[]; (.lcore | count) and (.busy_ratio | type == "number")
	and (.loops | count) and (.stall_max_ns | count)))
and (.pool | (.size | count) and (.in_use | count))
and (.verdict | (.trustworthy | type == "boolean") and (.reasons | type == "array"))'

lab_ctl stats -o json >"$LAB_DIR/stats.json"
ok "wfctl stats -o json" jq -e "$shape" "$LAB_DIR/stats.json"
curl -sS --unix-socket "$LAB_SOCK" http://wirefault/v1/stats >"$LAB_DIR/http.json"
ok "GET /v1/stats" jq -e "$shape" "$LAB_DIR/http.json"
ok "GET /healthz" curl -sSf --unix-socket "$LAB_SOCK" http://wirefault/healthz
ok "GET /v1/version" curl -sSf --unix-socket "$LAB_SOCK" http://wirefault/v1/version
ok "options before and after the verb" lab_ctl -o json status
ok "tables" lab_ctl stats
ok "status, links, ports" eval 'lab_ctl status && lab_ctl links && lab_ctl ports'
is "socket's mode" "$(stat -c %a "$LAB_SOCK")" 660

balance='.links[] | .ab, .ba | .rx.packets + .dup_created.packets + .forged.packets
	== .tx.packets + .queued.packets + ([.dropped[].packets] | add)'
is "rx + dup + forged = tx + queued + dropped" "$(jq "$balance" "$LAB_DIR/stats.json" | sort -u)" true
within "delays are those of all that was sent or is on its way" \
	"$(lab_stat '.links[0].ab | .delay_ns.count - .tx.packets')" 0 0

# The times of classes are those of their direction, and rates are counts over the time since the reset.
is "the classes' times add up" \
	"$(lab_stat '.links[0].ab | .delay_ns.count == ([.classes[].delay_ns.count] | add) and .delay_ns.count > 0')" true
lab_ctl reset >/dev/null
lab_ping 10.77.0.2 -c 20 -i 0.01 >/dev/null
lab_ctl stats -o json >"$LAB_DIR/reset.json"
is "after a reset: the time since" "$(jq '.since_reset_ns < .uptime_ns' "$LAB_DIR/reset.json")" true
# shellcheck disable=SC2016 # jq's own
off='(.since_reset_ns / 1e9) as $s | [.links[0] | .ab, .ba | .tx.packets - .rates.since_reset.tx.packets_per_s * $s,
	(.tx.bytes * 8 - .rates.since_reset.tx.bits_per_s * $s) / 8 | fabs] | max < 1'
is "after a reset: rate and time make the count" "$(jq "$off" "$LAB_DIR/reset.json")" true
ok "after a reset: the table says so" eval 'lab_ctl stats | grep -q "^After .* s, reset .* s ago, generation"'
lab_stop
cp "$LAB_OUT" "$LAB_DIR/final.json" # all of it
ok "final report" jq -e "$shape" "$LAB_DIR/final.json"
is "stdout is one document" "$(jq -s length "$LAB_DIR/final.json")" 1
is "nothing is held at the end" "$(jq '[.links[] | .ab, .ba | .queued.packets] | add' "$LAB_DIR/final.json")" 0
finish
