#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Round trips of TCP in a scenario: handshakes and responses live are what curl has waited for, and those
# of a recorded talk are, on the virtual clock, what tshark makes of it, to the nanosecond.
. "$(dirname "$0")/tap.sh"

veth_hosts 'delay = "20ms";' 'delay = "30ms";'
cd "$LAB_DIR" || exit 1
scenario() { timeout 60 nsenter --net="/run/netns/$LAB_NS_M" "$WIREFAULT" scenario run "$@" </dev/null; }
report() { jq -r "$1" "out/$2.json"; }

mkdir www
head -c 20000 /dev/urandom >www/page
lab_bg b httpd python3 -u -m http.server --directory www 8000
lab_await httpd Serving $! 10 || lab_fail "no web server"
lab_bg a tcpdump.log tcpdump -i wfa -n -U --time-stamp-precision=nano -w talk.pcap tcp port 8000
tcpdump=$!
lab_await tcpdump.log 'listening on' $tcpdump 10 || lab_fail "no tcpdump"

# Eight connections, each with one request, and one to a port where nobody listens.
cat >fetch.sh <<END
for i in 1 2 3 4 5 6 7 8; do
	nsenter --net=/run/netns/$LAB_NS_A taskset -c $LAB_CPUS curl -sS -o /dev/null \
		-w '%{time_connect} %{time_pretransfer} %{time_starttransfer}\n' http://10.77.0.2:8000/page || exit
done
! nsenter --net=/run/netns/$LAB_NS_A curl -s http://10.77.0.2:9/ || exit
END
cat >live.conf <<END
schema_version = 1; name = "live"; config = "lab.conf"; traffic = ( { command = "sh $LAB_DIR/fetch.sh"; } );
expect = ( { handshake_p50 = ">= 50ms"; response_p50 = ">= 50ms"; name = "trip"; },
  { name = "too-fast"; handshake_max = "49ms"; },
  { name = "nobody"; direction = "ba"; handshake_max = "1s"; } );
END
scenario live.conf --report out >summary 2>err
is "the command's exit code" "$(report .traffic[0].status live)" 0
# Of curl: how many, and the mean times of its handshakes and responses, in ns.
read -r n connect response < <(report '.traffic[0].output' live |
	awk 'NF == 3 { n++; c += $1; r += $3 - $2 } END { printf "%d %.0f %.0f\n", n, 1e9 * c / n, 1e9 * (r / n) }')
trips() { report ".directions[] | select(.direction == \"ab\") | .whole | $1" live; }
is "curl's connections" "$n $(trips '[.handshake_ns, .response_ns] | map(.count) | tostring')" "8 [8,8]"
is "... and one that was refused" "$(trips '.handshake_ns.refused')" 1
# curl looks at its clock before it sends and after it is woken up; clocks may differ by a little.
within "handshakes: the link's 50 ms, and no longer than curl waited" "$(trips '.handshake_ns.mean')" 50000000 "$(calc "$connect * 1.001 + 50000")"
within "responses: the same" "$(trips '.response_ns.mean')" 50000000 "$(calc "$response * 1.001 + 50000")"
is "what is expected of them is kept, missed, or not to be seen" \
	"$(report '[.expectations[] | "\(.name) \(.outcome)"] | join(", ")' live)" "trip pass, trip pass, too-fast fail, nobody too_few"
contains "... in words" summary '^  FAIL  too-fast .*wan ab: [0-9.]* ms, expected 49ms$'
contains "the page has them" out/live.md '^\| all \| handshake \| 8 \| 1 \| '
ok "the document is as its schema says" python3 -W ignore -c '
import json, sys
from jsonschema import Draft202012Validator
Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' \
	"$LAB_ROOT/docs/reference/scenario-report.schema.json" out/live.json

# The talk as it was at the client, through a plain wire offline: both sides at their times.
kill -INT $tcpdump
wait $tcpdump
tcpdump -n -r talk.pcap --time-stamp-precision=nano -w a.pcap src host 10.77.0.1 2>/dev/null
tcpdump -n -r talk.pcap --time-stamp-precision=nano -w b.pcap src host 10.77.0.2 2>/dev/null
tshark -n -r talk.pcap -T fields -e frame.time_epoch -e tcp.stream -e ip.src \
	-e tcp.flags -e tcp.seq -e tcp.len 2>/dev/null | sort -n >segments
# Of what tshark has read: count, shortest, longest and mean of both kinds; and between the first packets of both.
python3 - >theirs <<'END'
from decimal import Decimal
asked, kinds, first, newest = {}, {"SYN": [], "data": []}, {}, {}
for line in open("segments"):
    time, stream, src, flags, seq, n = line.split()
    ns, flags, seq, n, client = int(Decimal(time) * 10**9), int(flags, 16), int(seq), int(n), src == "10.77.0.1"
    first.setdefault(src, ns)
    if flags & 2:
        if client:
            asked.setdefault((stream, "SYN"), ns)
        elif (stream, "SYN") in asked:
            kinds["SYN"].append(ns - asked.pop((stream, "SYN")))
        continue
    if n == 0 or newest.get((stream, src), -1) >= seq:
        continue
    newest[stream, src] = seq
    if client:
        asked.setdefault((stream, "data"), ns)
    elif (stream, "data") in asked:
        kinds["data"].append(ns - asked.pop((stream, "data")))
for times in kinds.values():
    print(len(times), min(times), max(times), (2 * sum(times) + len(times)) // (2 * len(times)))
print(first["10.77.0.2"] - first["10.77.0.1"])
END
cat >again.conf <<END
schema_version = 1; name = "again";
config = { ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } ); links = ( { name = "wan"; ports = [ "a", "b" ]; } ); };
phases = ( { name = "p"; duration = "1m"; } );
traffic = ( { replay = "file=a.pcap"; }, { replay = "file=b.pcap"; direction = "ba"; start = "$(tail -n 1 theirs)ns"; } );
expect = ( { phase = "p"; handshake_max = "1m"; response_max = "1m"; } );
END
scenario again.conf --offline --report out >summary 2>err
is "offline: exit code" $? 0
is "... as tshark has them" "$(report '.directions[0].phases[0] | .handshake_ns, .response_ns | "\(.count) \(.min) \(.max) \(.mean)"' again)" "$(head -n 2 theirs)"
finish
