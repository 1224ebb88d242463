#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Scenarios on the virtual clock, as an ordinary user: what a report says of each phase is what is
# missing in captures and what their times say; reports in every form, exit codes, and refusals.
. "$(dirname "$0")/tap.sh"

cd "$LAB_DIR" || exit 1
chmod 755 .
install -m 755 "$WIREFAULT" wirefault
mkdir -m 777 out
nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs env HOME=/nonexistent)
scenario() { timeout 60 "${nobody[@]}" "$LAB_DIR/wirefault" scenario "$@" </dev/null; }
report() { jq -r "$1" out/x.json; }

cat >lab.conf <<'END'
seed = 7;
ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
links = ( { name = "wan"; ports = [ "a", "b" ]; ab = { delay = "10ms"; }; ba = { delay = "5ms"; }; } );
END
# One packet each millisecond for 20 s: 8 flows of UDP.
python3 - >in.pcap <<'END'
import struct, sys
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
for i in range(20000):
    udp = struct.pack(">HHHH", 4000 + i % 8, 5001, 8 + 64, 0) + struct.pack(">I", i) + b"x" * 60
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, 0x0a4d0001, 0x0a4d0002)
    frame = b"\x02\0\0\0\0\2" + b"\x02\0\0\0\0\1" + b"\x08\0" + ip + udp
    out.write(struct.pack("<IIII", 1 + i // 1000, i % 1000 * 1000000, len(frame), len(frame)) + frame)
END
head='schema_version = 1; name = "x"; config = "lab.conf";'
cat >x.conf <<END
$head
phases = (
  { name = "good"; duration = "5s"; },
  { name = "lossy"; duration = "5s"; link = "wan"; ab = { loss = "10%"; delay = { mean = "20ms"; stddev = "5ms"; order = "free"; }; }; },
  { name = "down"; duration = "1s"; ab = { blackhole = true; }; },
  { name = "fade"; duration = "4s"; ramp = "step"; step = "1s"; both = { delay = "10ms -> 40ms"; }; },
  { name = "healed"; duration = "5s"; } );
faults = ( { name = "burst"; ab = { loss = { p = "50%"; }; }; schedule = "start:1s,duration:500ms;start:90%,duration:5%"; } );
traffic = ( { replay = "file=in.pcap"; } );
expect = ( { phase = "good"; loss = "4% .. 6%"; delay_max = "10ms .. 10ms"; }, { phase = "down"; loss = ">= 100%"; },
  { phase = "lossy"; loss = "8% .. 12%"; reordering = ">= 20%"; delay_p50 = "18ms .. 22ms"; },
  { phase = "healed"; recovery = "<= 40ms"; fidelity = "<= 1ns"; }, { throughput = ">= 700kbit"; packets = 20000; } );
END
scenario run x.conf --offline --report out >summary 2>err
is "exit code" $? 0
contains "a summary" summary '^x: pass$'
is "nothing on stderr" "$(cat err)" ""

# The same as a list of changes, through the captures.
cat >changes.conf <<'END'
changes = ( { at = "0"; run = 7; phase = true; link = "wan"; both = { }; },
  { at = "1s"; for = "500ms"; link = "wan"; ab = { loss = { p = "50%"; }; }; },
  { at = "5s"; for = "5s"; phase = true; replace = true; link = "wan"; ab = { loss = "10%"; delay = { mean = "20ms"; stddev = "5ms"; order = "free"; }; }; },
  { at = "10s"; for = "1s"; phase = true; replace = true; link = "wan"; ab = { blackhole = true; }; },
  { at = "11s"; for = "1s"; phase = true; replace = true; link = "wan"; both = { delay = "10ms"; }; },
  { at = "12s"; for = "1s"; replace = true; link = "wan"; both = { delay = "20ms"; }; },
  { at = "13s"; for = "1s"; replace = true; link = "wan"; both = { delay = "30ms"; }; },
  { at = "14s"; for = "1s"; replace = true; link = "wan"; both = { delay = "40ms"; }; },
  { at = "15s"; for = "5s"; phase = true; link = "wan"; both = { }; },
  { at = "18s"; for = "1s"; link = "wan"; ab = { loss = { p = "50%"; }; }; } );
END
"${nobody[@]}" ./wirefault offline -c lab.conf --ab in.pcap --ab-out out/o.pcap --changes changes.conf -q </dev/null
# Per phase: came, lost, reordered, jitter, mean and longest delay in ns, bits that left then.
python3 - >seen <<'END'
import struct
def packets(name):
    data = open(name, "rb").read()
    at = 24
    while at < len(data):
        s, ns, n, _ = struct.unpack_from("<IIII", data, at)
        yield (s - 1) * 10**9 + ns, struct.unpack_from(">I", data, at + 16 + 42)[0], n
        at += 16 + n
came = {i: t for t, i, _ in packets("in.pcap")}
left, order = {}, []
for t, i, n in packets("out/o.pcap"):
    left[i] = (t, n)
    order.append(i)
late, newest = set(), -1
for i in order:
    if i < newest:
        late.add(i)
    newest = max(newest, i)
for name, a, b in (("good", 0, 5), ("lossy", 5, 10), ("down", 10, 11), ("fade", 11, 15), ("healed", 15, 20)):
    ours = [i for i, t in came.items() if a * 10**9 <= t < b * 10**9]
    delays = [left[i][0] - came[i] for i in ours if i in left]
    open(f"delays-{name}", "w").write(" ".join(map(str, sorted(delays))))
    bits = sum(8 * n for t, n in left.values() if a * 10**9 <= t < b * 10**9)
    mine = set(ours)
    row = [left[i][0] - came[i] for i in order if i in mine]  # as they left
    jitter = sum(abs(a - b) for a, b in zip(row, row[1:])) // max(1, len(row) - 1)
    print(name, len(ours), len(ours) - len(delays), len(late.intersection(ours)), jitter,
          (2 * sum(delays) + len(delays)) // (2 * len(delays)) if delays else 0, max(delays, default=0), bits // (b - a))
END
jq -r '.directions[0].phases[] | "\(.phase) \(.packets) \(.lost) \(.reordered) \(.jitter_ns) \(.delay_ns.mean) \(.delay_ns.max) \(.throughput_bit_per_s | floor)"' \
	out/x.json >said
is "each phase's figures are those of the captures" "$(cat said)" "$(cat seen)"
is "... with losses" "$(awk '$1 == "lossy" && $3 > 300 && $4 > 500' seen | wc -l)" 1
# The last one of the phase before, due at 15.039 s, is not overtaken.
is "recovery: from the begin of the phase to the first packet" "$(report '.directions[0].phases[] | select(.phase == "healed").recovery_ns')" 39000000
is "the timeline has no gaps" "$(report '[.timeline[] | .at_ns + .for_ns] | last')" 20000000000
is "... and the steps of the ramp" "$(report '[.timeline[] | select(.phase == "fade").for_ns] | unique | tostring')" '[1000000000]'

# Reports.
scenario run x.conf --offline --report out/again -q >again 2>&1
is "again: the same bytes" "$(cd out && for f in x.json x.md x.html junit.xml; do cmp $f again/$f 2>&1; done)" ""
is "-q: no summary" "$(cat again)" ""
ok "the document is as its schema says" python3 -W ignore -c '
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))' "$LAB_ROOT/docs/reference/scenario-report.schema.json" out/x.json
ok "HTML and JUnit are well-formed" python3 -c '
import sys, xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    tree.parse(name)' out/x.html out/junit.xml
is "HTML: nothing from elsewhere" "$(grep -oE '(https?:)?//[a-z0-9.]+' out/x.html | sort -u | grep -v '//www.w3.org')" ""
is "... with plots over time, and of delays in phases with some" \
	"$(grep -c '<svg' out/x.html) $(grep -o 'Delays of [a-z]*, configured and realised' out/x.html | sort -u | wc -l)" "7 4"
contains "... by cause" out/x.html 'Packets that ended, by cause'
is "... those over time with all phases behind them" "$(grep -c '<title>\(good\|lossy\|down\|fade\|healed\)</title></rect>' out/x.html)" 15
is "... and both windows of the fault" "$(grep -c '<title>burst</title></rect>' out/x.html)" 6
over_time() { # SECONDS: which bin
	report ".directions[0].series | ($1e9 / .bin_ns | floor) as \$i | [.delay_p50_ns, .delay_p99_ns] | map(.[\$i] / 1e7) | tostring"
}
near() { python3 -c 'import json, sys; print([round(v / float(sys.argv[2]), 3) for v in json.loads(sys.argv[1]) if not 0.93 < v / float(sys.argv[2]) <= 1])' "$@"; }
is "percentiles over time: of steady 10 ms" "$(near "$(over_time 4)" 1)" "[]"
is "... then of a step of 30 ms" "$(near "$(over_time 13.5)" 3)" "[]"
is "packets that ended, over time: their sum" "$(report '.directions[0].series.dropped | map_values(add) | tostring')" \
	"$(report '.directions[0].whole.dropped | tostring')"
# shellcheck disable=SC2016 # jq's own variable
is "... those of the blackhole: all that came in its second" "$(report '.directions[0].series | .bin_ns as $bin | .dropped.blackhole |
	[to_entries[] | select(.value > 0) | (.key * $bin / 1e9 | floor)] as $s | "\(add) \($s | min) \($s | max)"')" "1000 10 10"
# Of each share: what its law says, and what the captures have.
python3 - >laws <<'END'
import json, statistics
from math import ceil
phases = {p["phase"]: p["delay_cdf"] for p in json.load(open("out/x.json"))["directions"][0]["phases"] if "delay_cdf" in p}
normal = statistics.NormalDist(20e6, 5e6).inv_cdf
laws = {"good": lambda q: 10e6, "lossy": normal, "fade": lambda q: max(1, ceil(4 * q)) * 10e6, "healed": lambda q: 10e6}
def near(x, y, share):
    return abs(x - y) <= share * y + 1
for name, law in laws.items():
    c, seen = phases[name], list(map(int, open(f"delays-{name}").read().split()))
    for q, configured, realised in zip(c["share"], c["configured_ns"], c["realised_ns"]):
        if 0.004 < q < 0.996 and not near(configured, law(q), 0.01):
            print(name, q, "configured", configured, law(q))
        exact = seen[max(0, ceil(q * len(seen)) - 1)]
        if not near(realised, exact, 0.02):
            print(name, q, "realised", realised, exact)
print(sorted(phases))
END
is "the distribution of delays: the law's, and the captures'" "$(cat laws)" "['fade', 'good', 'healed', 'lossy']"
contains "Markdown" out/x.md '^\| lossy \| 5,000 \| '
scenario rerun out/x.json --report out/rerun -q
is "rerun: exit code" $? 0
is "... the same document" "$(cmp out/x.json out/rerun/x.json 2>&1)" ""
scenario run x.conf --offline --seed 8 -o json -q >other
is "-o json -q: a line" "$(wc -l <other) $(jq -r .seed other)" "1 8"
fails "another seed: other losses" test "$(jq -c '.directions[0].phases[1].lost' other)" = "$(report '.directions[0].phases[1].lost')"

# Progress: what begins when, what was expected, the end; the journal has the same.
scenario run x.conf --offline -o json --journal out/journal >events
is "-o json: progress, then the report" "$(jq -r '.event // .schema' events | uniq -c | awk '{ printf "%s%s ", $2, $1 }')" \
	"begin1 phase1 change2 phase3 change3 phase1 change2 expectation$(report '.expectations | length') end1 wirefault.scenario/11 "
is "... each step as the report's timeline has it" "$(jq -c 'select(.event == "phase" or .event == "change") | [.at_ns, .phase, .faults, .change]' events)" \
	"$(jq -c '.timeline[] | [.at_ns, .phase, .faults, .change]' out/x.json)"
is "... each expectation, too" "$(jq -c 'select(.event == "expectation") | del(.event, .scenario, .at_ns)' events)" "$(jq -c '.expectations[]' out/x.json)"
is "--journal: the same" "$(grep '^{"event"' events | cmp - <(head -n -1 out/journal) 2>&1)" ""
is "... and how many" "$(tail -n 1 out/journal)" "{\"event\":\"journal\",\"records\":$(grep -c '^{"event"' events),\"dropped_records\":0}"
scenario run x.conf --offline -q --journal out/short --journal-max 1kB
is "--journal-max: its size" "$(($(stat -c %s out/short) <= 1000)) $(cmp -n "$(head -n -1 out/short | wc -c)" out/short out/journal 2>&1)" "1 "
is "... what is missing is told" "$(tail -n 1 out/short | jq '.records + .dropped_records')" "$(grep -c '^{"event"' events)"
ok "... and is something" test "$(tail -n 1 out/short | jq .dropped_records)" -gt 0

is "... and where there is room for no more than that: its size" \
	"$(scenario run x.conf --offline -q --journal out/least --journal-max 80B && echo "$(($(stat -c %s out/least) <= 80)) $(jq .records out/least)")" "1 0"

# Flows: when each was, and what became of it, as the captures have it.
scenario run x.conf --offline -q --journal out/flows --journal-flows
jq -r 'select(.event == "flow") | "\(.source_port) \(.direction) \(.first_ns) \(.packets) \(.bytes) \(.left) \(.lost) \(.over)"' out/flows | sort -n >said
python3 - >seen <<'END'
import struct
def packets(name):
    data, at = open(name, "rb").read(), 24
    while at < len(data):
        s, ns, n, _ = struct.unpack_from("<IIII", data, at)
        yield (s - 1) * 10**9 + ns, struct.unpack_from(">H", data, at + 16 + 34)[0], n
        at += 16 + n
came = [p for p in packets("in.pcap")]
left = [port for _, port, _ in packets("out/o.pcap")]
for port in range(4000, 4008):
    ours = [p for p in came if p[1] == port]
    print(port, "ab", ours[0][0], len(ours), sum(p[2] for p in ours), left.count(port), len(ours) - left.count(port), "run_over")
END
is "--journal-flows: begins and counts as in the captures" "$(cat said)" "$(cat seen)"
is "... what else happens is the same" "$(grep -v '"event":"flow"' out/flows | head -n -1)" "$(head -n -1 out/journal)"

# What is missed, or can't be shown, turns everything red.
bad() { # EXPECTATION; in bad.conf
	echo "$head duration = \"2s\"; traffic = ( { generator = \"pps=100\"; } ); faults = ( { name = \"f\"; ab = { loss = 0.1; }; } );
		expect = ( { $1 } );" >bad.conf
	scenario run bad.conf --offline --report out/bad >summary 2>err
}
bad 'loss = "1%";'
is "a limit that is missed: exit code" $? 1
contains "... the summary says so" summary '^  FAIL  loss .*margin -'
is "... JUnit" "$(grep -c '<failure' out/bad/junit.xml)" 2
contains "... HTML" out/bad/x.html 'FAILED'
bad 'loss = "16%";'
is "one that so few packets can't show: exit code" $? 1
is "... and why" "$(jq -r .outcome out/bad/x.json)" too_few
bad 'class = "none"; loss = "1%";'
is "a class that isn't there: exit code" $? 2

# A folder, and several in a file.
mkdir many
echo "schema_version = 1; scenarios = ( { name = \"a\"; config = \"../lab.conf\"; duration = \"1s\"; traffic = ( { generator = \"pps=10\"; } ); },
	{ name = \"b\"; config = \"../lab.conf\"; duration = \"1s\"; traffic = ( { generator = \"pps=10\"; direction = \"ba\"; } );
	expect = ( { direction = \"ba\"; delay_max = \"5ms .. 5ms\"; } ); } );" >many/1.conf
sed 's/lab.conf/..\/lab.conf/; s/in.pcap/..\/in.pcap/' x.conf >many/2.conf
scenario run many --offline --report out/many >summary
is "a folder: exit code" $? 0
is "... all of it" "$(grep -c ': pass$' summary) $(find out/many -type f | wc -l)" "3 10"

# Bad files: all that is wrong at once, and nothing is written.
cat >wrong.conf <<'END'
schema_version = 1;
name = "wrong"; config = "lab.conf"; duration = "9s";
tilte = "x";
phases = ( { name = "a"; duration = "1 parsec"; },
  { name = "b"; duration = "1s"; ab = { los = 1; }; } );
faults = ( { name = "c"; link = "lan"; both = { loss = 1; }; },
  { name = "d"; both = { loss = 1; }; schedule = "start:5%,start:6%"; } );
traffic = ( { generator = "pps=1"; command = "true"; } );
expect = ( { los = 1; }, { loss = "5ms"; } );
END
scenario run wrong.conf --offline --report out/wrong >summary 2>err
is "a bad file: exit code" $? 2
for line in '3: tilte' '4: phases.a.duration' '7: faults.d.schedule: "start" twice' '8: traffic.0: one of' '9: expect.0.los: unknown' \
	'9: expect.1.loss: "5ms"'; do
	contains "... with line and reason: $line" err "wrong.conf:$line"
done
fails "... and no folder" test -e out/wrong
sed -i 's/tilte/title/; s/1 parsec/1s/; s/start:5%,//; s/ command = "true";//; s/^expect.*//' wrong.conf
scenario run wrong.conf --offline >summary 2>err
is "what doesn't fit the configuration: exit code" $? 2
contains "... the key" err 'wrong.conf:5: links.wan.ab.los: unknown key'
contains "... the link" err 'there is no link "lan"'
for wrong in "run|write wirefault scenario run FILE" "walk x.conf|write wirefault scenario run FILE" "run nowhere.conf --offline|nowhere.conf" \
	"rerun x.conf|x.conf:1" "rerun out/x.json -c lab.conf|has its configuration" "run out/again --offline|has no file" \
	"run x.conf --offline -o yaml|no output format" "run x.conf --offline --seed x|is not a seed" \
	"run x.conf --offline --journal nowhere/j|nowhere/j: cannot be written" "run x.conf --offline --journal-max 1MB|Give --journal FILE" \
	"run x.conf --offline --journal out/j --journal-max big|is no size" \
	"run x.conf --offline --journal out/j --journal-max 79B|a journal has 80 bytes at least" "run x.conf --offline --journal-flows|Give --journal FILE"; do
	# shellcheck disable=SC2086 # words
	scenario ${wrong%%|*} >table 2>&1
	is "refused: scenario ${wrong%%|*}" $? 2
	contains "... and why" table "${wrong##*|}"
done
scenario run x.conf --dry-run >table
is "--dry-run: exit code" $? 0
contains "... what happens when" table '^ +5s +lossy .*wan ab clear loss'
finish
