#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Numbers for others: promtool finds nothing to complain of, Debian's Prometheus scrapes a running
# wirefault with a reader's token and answers queries, DPDK's telemetry answers dpdk-telemetry.py.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

READ=reading-token-0123456789
printf 'read:%s\n' $READ >"$LAB_DIR/tokens"
printf '%s' $READ >"$LAB_DIR/token"
chmod 600 "$LAB_DIR/tokens"
conf 'delay = "5ms"; loss = "25%";' 'delay = "5ms";' \
	'{ name = "rare"; match = { proto = "sctp"; }; ab = { }; }'
echo "control = { http = \"127.0.0.1:0\"; token_file = \"$LAB_DIR/tokens\"; };" >>"$CONF"
lab_up "$CONF" --telemetry || exit 1
HTTP=$(sed -n 's/^.*API on http:\/\///p' "$LAB_LOG")
lab_in a ping -n -q -c 12 -i 0.05 -W 1 10.77.0.2 >"$LAB_DIR/ping" 2>&1

metrics() { curl -sS --unix-socket "$LAB_SOCK" http://localhost/metrics; }
metrics >"$LAB_DIR/metrics"
ok "promtool has nothing to say" promtool check metrics <"$LAB_DIR/metrics"
is "... nothing at all" "$(cat "$LAB_DIR/ok.out")" ""
is "as many as the statistics have" "$(sed -n 's/^wirefault_dropped_packets_total{link="wan",direction="ab",cause="loss"} //p' "$LAB_DIR/metrics")" \
	"$(lab_stat .links[0].ab.dropped.loss.packets)"
is "16 buckets at most" "$(grep -c '^wirefault_delay_seconds_bucket{link="wan",direction="ab"' "$LAB_DIR/metrics")" 16
is "a histogram ends with its count" "$(sed -n 's/^wirefault_delay_seconds_bucket{link="wan",direction="ab",le="+Inf"} //p' "$LAB_DIR/metrics")" \
	"$(sed -n 's/^wirefault_delay_seconds_count{link="wan",direction="ab"} //p' "$LAB_DIR/metrics")"
before=$(grep -cv '^#' "$LAB_DIR/metrics")
# shellcheck disable=SC2016 # for the inner shell
lab_in a bash -c 'for port in {2000..2300}; do echo x >/dev/udp/10.77.0.2/$port; done' 2>/dev/null
is "flows make no series" "$(metrics | grep -cv '^#')" "$before"

cat >"$LAB_DIR/prometheus.yml" <<END
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: wirefault
    authorization: { credentials_file: $LAB_DIR/token }
    static_configs: [ { targets: [ "$HTTP" ] } ]
END
ok "its configuration is right" promtool check config "$LAB_DIR/prometheus.yml"
lost=$(lab_stat .links[0].ab.dropped.loss.packets)
lab_bg m "$LAB_DIR/prometheus" prometheus --config.file="$LAB_DIR/prometheus.yml" --storage.tsdb.path="$LAB_DIR/tsdb" \
	--web.listen-address=127.0.0.1:9090 --log.level=info
server=$!
ok "Prometheus is ready" lab_await "$LAB_DIR/prometheus" 'Server is ready to receive' $server 60
query() { lab_in m curl -sS --max-time 5 -G --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query | jq -r '.data.result[0].value[1] // empty'; }
scraped() { # until it has asked twice
	local n
	for _ in {1..100}; do
		n=$(query 'count_over_time(wirefault_generation[1m])')
		[ "${n:-0}" -lt 2 ] || return 0
		sleep 0.2 # there is nothing to wait for but its clock
	done
	return 1
}
ok "it has scraped" scraped
is "it is up" "$(query 'up{job="wirefault"}')" 1
known=$(query 'wirefault_dropped_packets_total{link="wan",direction="ab",cause="loss"}')
within "it knows what was lost" "$known" "$lost" "$(lab_stat .links[0].ab.dropped.loss.packets)"
within "and a quantile of the delay" "$(query 'histogram_quantile(0.5, wirefault_delay_seconds_bucket{direction="ab"})')" 0.002 0.05
kill $server && wait $server 2>/dev/null

# What a dashboard asks for is there.
dashboard=$LAB_ROOT/config/grafana/wirefault.json
ok "the dashboard is JSON" jq -e '.panels | length > 5' "$dashboard"
jq -r '.. | .expr? // empty' "$dashboard" | grep -oE 'wirefault_[a-z_]+' | sort -u >"$LAB_DIR/asked"
sed -nE 's/^(wirefault_[a-z_]+).*/\1/p' "$LAB_DIR/metrics" | sort -u >"$LAB_DIR/there"
is "... and asks for nothing that is not there" "$(comm -23 "$LAB_DIR/asked" "$LAB_DIR/there")" ""

telemetry() { dpdk-telemetry.py -f "wirefault-$LAB_PID" <<<"$1" 2>&1 | grep -o '{.*}' | tail -n 1; }
# Hosts say something now and then, so it stands between what the statistics say before and after.
received=$(lab_stat .links[0].ab.rx.packets)
told=$(telemetry /wirefault/links,wan | jq '."/wirefault/links".ab.rx_packets')
within "telemetry: a link" "$told" "$received" "$(lab_stat .links[0].ab.rx.packets)"
is "telemetry: names" "$(telemetry /wirefault/links | jq -c '."/wirefault/links"')" '["wan"]'
is "telemetry: ports" "$(telemetry /wirefault/ports | jq -r '."/wirefault/ports".a.state')" up
is "telemetry: workers" "$(telemetry /wirefault/workers | jq '."/wirefault/workers" | length')" 1
is "telemetry: version" "$(telemetry /wirefault/info | jq -r '."/wirefault/info".version')" "$("$WIREFAULT" --version | sed 's/.* //')"
runtime=/var/run/dpdk/wirefault-$LAB_PID
ok "its socket is there" test -S "$runtime/dpdk_telemetry.v2"
conserved
lab_stop
fails "... and gone at the end" test -e "$runtime"
finish
