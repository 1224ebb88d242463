#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Phases that end before their duration is over: on the virtual clock with that very packet, as the
# packets' own times say; live, soon after so much has come, a replay is over, or somebody triggers.
. "$(dirname "$0")/tap.sh"

cd "$LAB_DIR" || exit 1
scenario() { timeout 60 "$WIREFAULT" scenario "$@" </dev/null; }
report() { jq -r "$1" "out/$2.json"; }
ends() { report '[.timeline[] | select(.ended_by) | "\(.phase) \(.ended_by)"] | join(", ")' "$1"; }
# shellcheck disable=SC2317 # "ok" calls it
schema() {
	python3 -W ignore -c '
import json, sys
from jsonschema import Draft202012Validator
Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' \
		"$LAB_ROOT/docs/reference/scenario-report.schema.json" "out/$1.json"
}

# A packet each 2 ms: 1000 of 100 bytes, for 2 s.
python3 - >in.pcap <<'PY'
import struct, sys
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
for i in range(1000):
    udp = struct.pack(">HHHH", 4000, 5001, 8 + 58, 0) + b"x" * 58
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, 0x0a4d0001, 0x0a4d0002)
    frame = b"\x02\0\0\0\0\2" + b"\x02\0\0\0\0\1" + b"\x08\0" + ip + udp
    out.write(struct.pack("<IIII", 1 + i // 500, i % 500 * 2000000, len(frame), len(frame)) + frame)
PY
cat >x.conf <<'CONF'
schema_version = 1; name = "x"; seed = 7;
config = { ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
  links = ( { name = "wan"; ports = [ "a", "b" ]; } ); };
phases = (
  { name = "count"; duration = "60s"; repeat = 2; until = { packets = 100; }; ab = { loss = "10%"; }; },
  { name = "bytes"; duration = "60s"; until = { bytes = "5kB"; direction = "ba"; }; },
  { name = "short"; duration = "100ms"; until = { packets = 1000000; }; },
  { name = "slow"; duration = "60s"; step = "100ms"; ramp = "step"; until = { replay = true; }; ab = { delay = "0ms -> 599ms"; }; },
  { name = "rest"; duration = "1s"; } );
traffic = ( { replay = "file=in.pcap"; }, { generator = "pps=100,size=100"; direction = "ba"; } );
expect = ( { phase = "count"; packets = "200 .. 200"; }, { phase = "slow"; delay_max = "9ms .. 11ms"; } );
CONF
scenario run x.conf --offline --report out -o json -q >doc
is "offline: exit code" $? 0
ok "the document is as its schema says" schema x
is "each says what has ended it" "$(ends x)" "count packets, count packets, bytes bytes, short duration, slow replay"
# The hundredth packet comes at 198 ms; a generator's packets of 100 bytes each 10 ms from 0 on.
is "when they begin is what the packets say" "$(report '[.timeline[] | select(.until) | .at_ns] | tostring' x)" \
	"[0,198000001,398000001,$((398000001 / 10000000 * 10000000 + 500000001)),$((398000001 / 10000000 * 10000000 + 600000001))]"
is "... and what follows the replay, after its last packet" "$(report '[.timeline[] | select(.phase == "rest").at_ns][0]' x)" 1998000001
is "all of it is so much shorter" "$(report .duration_ns x)" 2998000001
is "each round has its packets" "$(report '.directions[0].phases[0].packets' x)" 200
scenario rerun out/x.json --report again -q
is "rerun: the same document" "$(cmp out/x.json again/x.json 2>&1)" ""
scenario run x.conf --dry-run >table
contains "--dry-run: what ends them" table '^ +0ns +count .*\(until 100 packets of ab\)$'
contains "... at most then" table '^ +180.1s +slow .*\(until the end of replays\)$'
scenario run x.conf --offline -o json >events
is "it is told when one ends" "$(jq -r 'select(.event == "ended") | "\(.at_ns / 1e6 | floor) \(.phase) \(.round) \(.ended_by)"' events | head -n 3 | paste -sd,)" \
	"198 count 0 packets,398 count 1 packets,890 bytes 0 bytes"

# Live. Everything is over long before the longest times of its phases.
cat >live.conf <<'CONF'
schema_version = 1; name = "live"; seed = 7;
config = { memory = "64MB"; ports = ( { name = "a"; device = "sink"; }, { name = "b"; device = "sink"; } );
  links = ( { name = "wan"; ports = [ "a", "b" ]; } ); };
phases = (
  { name = "count"; duration = "1000s"; repeat = 2; until = { packets = 100; }; ab = { delay = "1ms"; }; },
  { name = "bytes"; duration = "1000s"; until = { bytes = "5kB"; }; },
  { name = "short"; duration = "100ms"; until = { packets = 1000000; }; },
  { name = "slow"; duration = "1000s"; until = { replay = true; }; both = { delay = "2ms"; }; },
  { name = "hold"; duration = "1000s"; until = { trigger = true; }; },
  { name = "rest"; duration = "100ms"; } );
faults = ( { name = "f"; ab = { delay = "3ms"; }; schedule = "start:300ms,duration:100ms"; } );
traffic = ( { generator = "pps=500,size=100"; }, { replay = "file=in.pcap"; direction = "ba"; } );
CONF
"$WIREFAULT" scenario run live.conf --no-huge --force --report out </dev/null >summary 2>lines &
pid=$!
lab_await lines 'phase hold' $pid 60
kill -USR1 $pid
wait $pid
is "live: exit code" $? "$([ "$(report .outcome live)" = pass ] && echo 0 || echo 1)"
ok "the document is as its schema says" schema live
is "each says what has ended it" "$(ends live)" "count packets, count packets, bytes bytes, short duration, slow replay, hold trigger"
# shellcheck disable=SC2016 # jq's own variable
is "they follow each other without a gap" "$(report '[.timeline | . as $t | range(1; length) | select($t[.].at_ns != $t[. - 1].at_ns + $t[. - 1].for_ns)] | length' live)" 0
is "... to the end of the last" "$(report '.duration_ns - (.timeline | last | .at_ns + .for_ns)' live)" 0
is "... which is as long as it is" "$(report '.timeline | last | .for_ns' live)" 100000000
ok "nothing waits for what was its longest time" test "$(report .duration_ns live)" -lt 900000000000
contains "a line says so" lines '^live: .* hold ended by trigger$'

# What can't be.
bad() { # WHAT MESSAGE [OPTION...]
	echo "schema_version = 1; name = \"bad\"; config = { ports = ( { name = \"a\"; device = \"sink\"; }, { name = \"b\"; device = \"sink\"; } );
		links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } ); }; phases = ( { name = \"p\"; $1 } );
		traffic = ( { generator = \"pps=10\"; } );" >bad.conf
	scenario run bad.conf "${@:3}" >out.txt 2>&1
	is "refused: $1" $? 2
	contains "... and why" out.txt "$2"
}
bad 'duration = "1s"; until = { trigger = true; };' 'bad.conf:2: p: nobody can trigger' --offline
bad 'duration = "1s"; until = { replay = true; };' 'until a replay is over, but there is none' --offline
bad 'duration = "1s"; until = { packets = 5; link = "lan"; };' 'there is no link "lan"' --offline
bad 'until = { packets = 5; };' 'it may never come' --offline
finish
