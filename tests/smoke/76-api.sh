#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The API against its own OpenAPI document, on a running wirefault; a configuration that reads back as
# it was put; a fault under traffic that ends by itself; bypass; a class that comes and goes.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

api() { # METHOD PATH [BODY [CURL OPTION...]]
	curl -sS --max-time 20 --unix-socket "$LAB_SOCK" -X "$1" "http://localhost$2" ${3:+-H "Content-Type: application/json" -d "$3"} "${@:4}"
}
status() { api "$1" "$2" "${3-}" "${@:4}" -o /dev/null -w '%{http_code}'; }

mkdir "$LAB_DIR/profiles" "$LAB_DIR/scenarios"
conf 'delay = "5ms";' 'delay = "5ms";'
# A second link, on which a capture waits to be replayed.
"$WF_BUILD/tests/golden/make_capture" "$LAB_DIR/talk.pcap" 200 100 1
sed -i -e 's|^ports = (|&  { name = "c"; device = "pcap,file='"$LAB_DIR"'/talk.pcap,start=wait"; }, { name = "d"; device = "sink"; },|' \
	-e 's|^\s*} );$|}, { name = "replays"; ports = [ "c", "d" ]; } );|' "$CONF"
mkdir "$LAB_DIR/captures"
cat >>"$CONF" <<-END
	control = { profiles = "$LAB_DIR/profiles"; scenarios = "$LAB_DIR/scenarios"; };
	capture = { directory = "$LAB_DIR/captures"; };
END
lab_up "$CONF" || exit 1

ok "every route keeps to the document" /usr/bin/python3 "$(dirname "$0")/api_contract.py" "$LAB_SOCK"
! grep -E '^(not ok|#)' "$LAB_DIR/ok.out" | sed 's/^/# /'
lab_ctl config undo all >/dev/null 2>&1
ok "the file again" lab_ctl reload

etag=$(curl -sS -D - -o "$LAB_DIR/config.json" --unix-socket "$LAB_SOCK" http://localhost/v1/config | tr -d '\r' | sed -n 's/^ETag: //p')
is "what was read can be put" "$(status PUT /v1/config @"$LAB_DIR/config.json" -H "If-Match: $etag")" 200
is "... but not twice by the same tag" "$(status PUT /v1/config @"$LAB_DIR/config.json" -H "If-Match: $etag")" 412
is "... and reads back the same" "$(api GET /v1/config | jq -S .)" "$(jq -S . "$LAB_DIR/config.json")"

ok "ping passes" lab_in a ping -n -c 2 -i 0.2 -W 2 10.77.0.2
until_ns=$(api POST /v1/links/wan/fault '{"type": "blackhole", "duration": "2s"}' | jq .until_ns)
fails "nothing passes a blackhole" lab_in a ping -n -c 2 -i 0.2 -W 1 10.77.0.2
left=$(((until_ns - $(date +%s%N)) / 1000000 + 100))
[ $left -le 0 ] || sleep "$(calc $left / 1000)" # until it has ended
is "which ends by itself" "$(lab_ping_all 10.77.0.2 -c 2 -i 0.2 -W 2)" "2 2"

api POST /v1/links/wan/fault '{"type": "spike", "duration": "30s", "delay": "80ms", "side": "ab"}' >"$LAB_DIR/spike"
rtt=$(lab_ping 10.77.0.2 -c 3 -i 0.2 -W 2 | cut -d ' ' -f 3)
within_timed "a spike of one side is felt" "$rtt" 84 120
api POST /v1/bypass '{"on": true, "for": "60s"}' >"$LAB_DIR/bypass"
is "bypass is on" "$(api GET /v1/bypass | jq .bypass)" true
rtt=$(lab_ping 10.77.0.2 -c 3 -i 0.2 -W 2 | cut -d ' ' -f 3)
within_timed "... and all is a plain wire" "$rtt" 0 4
is "bypass is off" "$(status POST /v1/bypass '{"on": false}')" 200
is "... and the spike is still there" "$(api GET /v1/links/wan/ab | jq -r .delay.mean)" 80ms
lab_ctl config undo all >/dev/null

is "a class comes under traffic" "$(status PUT /v1/links/wan/classes/echo '{"match": {"proto": "icmp"}, "ab": {"delay": "40ms"}}')" 200
rtt=$(lab_ping 10.77.0.2 -c 3 -i 0.2 -W 2 | cut -d ' ' -f 3)
within_timed "... is felt" "$rtt" 44 80
is "... counts" "$(lab_stat '.links[0].ab.classes[] | select(.name == "echo") | .rx.packets >= 3')" true
is "... and goes" "$(status DELETE /v1/links/wan/classes/echo)" 200
is "a link cannot come while packets flow" "$(status PUT /v1/config "$(jq '.workers = [0, 1, 2]' "$LAB_DIR/config.json")")" 409

curl -sS -N --max-time 3 --unix-socket "$LAB_SOCK" 'http://localhost/v1/stats/stream?hz=5' >"$LAB_DIR/stream" 2>/dev/null
within "a stream of five a second" "$(grep -c '^event: stats' "$LAB_DIR/stream")" 11 16
is "... of documents" "$(sed -n '/^event: stats/,/^$/s/^data: //p' "$LAB_DIR/stream" | head -n 1 | jq -r .schema)" wirefault.stats/1
is "history has what was sent" "$(api GET '/v1/stats/history?seconds=600&link=wan' |
	jq '[.links[0].ab.rx_packets | add, ([.[] | select(. > 0)] | length > 1)] | .[0] > 10 and .[1]')" true
conserved
finish
