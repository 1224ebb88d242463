#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One scenario as several: a row of a sweep is what the same scenario says with that value written
# into it, differences are those to plain wires, and a load is kept up to the rate of the link.
. "$(dirname "$0")/tap.sh"

cd "$LAB_DIR" || exit 1
scenario() { timeout 60 "$WIREFAULT" scenario "$@" </dev/null; }
report() { jq -r "$1" "out/$2.json"; }
# shellcheck disable=SC2317 # "ok" calls it
schema() { # SCHEMA DOCUMENT...
	python3 -W ignore -c '
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
for name in sys.argv[2:]:
    Draft202012Validator(schema).validate(json.load(open(name)))' "$LAB_ROOT/docs/reference/$1" "${@:2}"
}
config() { # DEVICE
	echo "config = { memory = \"64MB\"; ports = ( { name = \"a\"; device = \"${1}0\"; }, { name = \"b\"; device = \"${1}1\"; } );
		links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay = \"10ms\"; rate = \"4Mbit\"; queue = { limit = \"50ms\"; }; }; } ); };"
}
body='phases = ( { name = "good"; duration = "2s"; }, { name = "bad"; duration = "2s"; both = { loss = "1%"; }; } );
	traffic = ( { generator = "pps=500,size=500"; } ); expect = ( { phase = "bad"; loss = "<= 8%"; } );'

# A key of a phase, as a range.
cat >loss.conf <<CONF
schema_version = 1; name = "loss"; title = "more and more"; seed = 7; $(config net_null)
$body sweep = { parameter = "phases.bad.both.loss"; values = "0% -> 20%"; steps = 3; };
CONF
scenario run loss.conf --offline --report out >summary
is "a row that misses what is expected: exit code" $? 1
ok "the document is as its schema says" schema scenario-sweep.schema.json out/loss.json
ok "each row's, too" schema scenario-report.schema.json out/loss-baseline.json out/loss-1.json out/loss-2.json out/loss-3.json
is "rows: values and outcomes" "$(report '[.rows[] | "\(.value) \(.outcome)"] | join(", ")' loss)" "null pass, 0% pass, 10% fail, 20% fail"
is "... kept up to there" "$(report '"\(.pass) \(.kept_up_to)"' loss)" "false 0%"
sed 's/"1%"/"10%"/; s/ sweep = .*//' loss.conf >plain.conf
scenario run plain.conf --offline -o json -q >plain
is "a row is what the scenario says with that value" \
	"$(jq -c '.directions[0] | [.whole.loss, .whole.delay_ns, .series]' plain)" "$(jq -c '.directions[0] | [.whole.loss, .whole.delay_ns, .series]' out/loss-2.json)"
is "... and the table has it" "$(report '.rows[2].directions[0].loss' loss)" "$(jq '.directions[0].whole.loss' plain)"
is "the baseline impairs nothing" "$(report '.directions[0].whole | [.packets, .lost, .delay_ns.max] | tostring' loss-baseline)" "[2000,0,0]"
is "a report has the hash of its configuration" "$(report .config_sha256 loss-1)" "$(jq -j .config out/loss-1.json | sha256sum | cut -d' ' -f1)"
is "differences are to it" "$(report '.rows[2].directions[0] | [.delta.loss == .loss, .delta.delay_p99_ns == .delay_p99_ns] | tostring' loss)" "[true,true]"
contains "Markdown" out/loss.md '^\| 10% \| wan ab \| 2000 \| [0-9.]+ % \(\+[0-9.]+ %\) \|'
ok "HTML and JUnit are well-formed" python3 -c '
import sys, xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    tree.parse(name)' out/loss.html out/junit.xml
is "JUnit has each row" "$(grep -c 'as a whole' out/junit.xml)" 4
contains "a table for people" summary '^  20% +wan ab +2000 .* fail$'
scenario rerun out/loss-2.json --offline --report again -q >log 2>&1
is "rerun of a row: the same document" "$(cmp out/loss-2.json again/loss-2.json 2>&1)" ""

# A key of the configuration, as a list; -o json; the seed that is drawn is that of all rows.
cat >delay.conf <<CONF
schema_version = 1; scenarios = ( { name = "delay"; $(config net_null) duration = "1s";
	traffic = ( { generator = "pps=100"; } ); sweep = { parameter = "links.wan.ab.delay"; values = [ "1ms", "5ms" ]; }; }, { name = "other";
	$(config net_null) duration = "1s"; traffic = ( { generator = "pps=100"; } ); } );
CONF
scenario run delay.conf --offline -o json -q >docs
is "of the configuration: exit code" $? 0
is "... a line for each run, and one for all of it" "$(jq -r '"\(.name) \(.schema)"' docs | paste -sd,)" \
	"delay-baseline wirefault.scenario/1,delay-1 wirefault.scenario/1,delay-2 wirefault.scenario/1,delay wirefault.scenario-sweep/1,other wirefault.scenario/1"
is "... delays" "$(jq -c 'select(.rows) | [.rows[].directions[0].delay_p50_ns / 1e6 | round]' docs)" "[0,1,5]"
is "... one seed" "$(jq -r 'select(.name | startswith("delay-")).seed' docs | uniq | wc -l)" 1
scenario run delay.conf --dry-run >table
is "--dry-run: all rows" "$(grep -c '^delay-[a-z0-9]*: ' table)" 3

# A load: what the link has no room for is lost, and what waits in the queue is late.
sed 's/"loss"/"load"/; s/ sweep = .*/ load = { rate = "1Mbit -> 7Mbit"; steps = 3; };/; s/phase = "bad"; loss = "<= 8%"/phase = "good"; loss = 0; delay_p99 = "<= 30ms"/' \
	loss.conf >load.conf
scenario run load.conf --offline --report out >summary
is "a load: exit code" $? 1
ok "the document is as its schema says" schema scenario-sweep.schema.json out/load.json
is "rows" "$(report '[.rows[] | "\(.value) \(.outcome)"] | join(", ")' load)" "1Mbit pass, 4Mbit pass, 7Mbit fail"
contains "the highest load that is kept" summary '^  all is kept up to 4Mbit$'
good='.directions[0].phases[] | select(.phase == "good") |'
ok "above it the link's rate is what leaves" inside "$(report "$good .throughput_bit_per_s" load-3)" 3900000 4000100
ok "... and delays are those of a full queue" inside "$(report "$good .delay_ns.p99" load-3)" 55000000 62000000

# Live, two runs.
cat >live.conf <<CONF
schema_version = 1; name = "live"; $(config sink | sed 's/sink[01]/sink/g') duration = "500ms";
traffic = ( { generator = "pps=1000"; } ); sweep = { parameter = "ab.delay"; values = [ "20ms" ]; };
CONF
scenario run live.conf --no-huge --force --report out >summary 2>lines
is "live: exit code" $? "$([ "$(report .pass live)" = true ] && echo 0 || echo 1)"
ok "the document is as its schema says" schema scenario-sweep.schema.json out/live.json
# A worker that has no core lets nothing leave for longer than the run lasts.
if [ "$(report '.rows[1].trustworthy' live)" = true ]; then
	within "what is added stands in it" "$(report '.rows[1].directions[0].delay_p50_ns' live)" 19000000 500000000
else
	skip "what is added stands in it" "the machine took the worker's core away"
fi

# The standard set of a capture: TCP both ways, a smaller conversation of UDP, the smallest of ICMP over IPv6.
python3 - >talk.pcap <<'PY'
import struct, sys
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
def frame(kind, i):
    mac = b"\x02\0\0\0\0\2\x02\0\0\0\0\1"
    if kind == "icmp6":
        return mac + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, 8, 58, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + struct.pack(">BBHHH", 128, 0, 0, 1, i)
    a, b = 0x0a4d0001, 0x0a4d0002
    if kind == "udp":
        proto, l4 = 17, struct.pack(">HHHH", 5000, 53, 108, 0) + b"x" * 100
    else:
        back = kind == "ack"
        proto, l4 = 6, struct.pack(">HHIIBBHHH", 80 if back else 4000, 4000 if back else 80, i, 1, 0x50, 0x10, 1000, 0, 0) + b"x" * (0 if back else 1000)
        a, b = (b, a) if back else (a, b)
    return mac + b"\x08\0" + struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(l4), i, 0, 64, proto, 0, a, b) + l4
for i in range(4000):
    f = frame(("tcp", "ack", "udp", "icmp6")[i % 4], i)
    out.write(struct.pack("<IIII", 1 + i // 1000, i % 1000 * 1000000, len(f), len(f)) + f)
PY
scenario generate --pcap talk.pcap --flows 2 --into std >said
is "generate: exit code" $? 0
contains "... says what the capture has" said '^talk.pcap: 4,000 packets, 3 conversations; 0 packets are of none$'
is "... the standard set" "$(cd std && echo *)" "bandwidth-cap.conf blackhole.conf jitter.conf loss.conf pulses.conf reset.conf spike.conf stair-step.conf"
scenario run std --dry-run >table
is "all of it loads: exit code" $? 0
scenario run std --offline --report out/std >summary
is "... and passes" "$(grep -c ': pass$' summary)" 8
is "its classes have the packets of their conversations" \
	"$(jq -c '.stats.links[0].ab.classes | map({ key: .name, value: .rx.packets }) | from_entries | [."flow-1", ."flow-2"]' out/std/spike.json)" "[2000,1000]"
is "a black hole for a second is one for three of four packets" "$(jq '.directions[0].whole.dropped.blackhole' out/std/blackhole.json)" 750
scenario generate --pcap talk.pcap --flows 3 --into std >out.txt 2>&1
is "what is there stays: exit code" $? 2
contains "... and why" out.txt 'std/spike.conf: it is there already'
scenario generate --pcap in.conf >out.txt 2>&1
is "a capture that isn't there: exit code" $? 2
for wrong in "generate|from which capture" "generate --pcap talk.pcap --flows 0|from 1 to 64" "generate x --pcap talk.pcap|takes options alone" \
	"run loss.conf --offline --into x|are of generate"; do
	# shellcheck disable=SC2086 # words
	scenario ${wrong%%|*} >out.txt 2>&1
	is "refused: ${wrong%%|*}" $? 2
	contains "... and why" out.txt "${wrong##*|}"
done

# A report is not written over another.
{
	echo 'schema_version = 1; scenarios = ('
	sed 's/schema_version = 1;//; 1s/^/{ /; $s/$/ },/' plain.conf
	sed 's/schema_version = 1;//; 1s/^/{ /; $s/$/ } );/; s/name = "loss"/name = "loss-1"/' plain.conf
} >two.conf
sed -i '2,$s/schema_version = 1;//' two.conf
scenario run loss.conf two.conf --offline --report two >out.txt 2>&1
is "reports of one name: exit code" $? 2
is "... each is told" "$(grep -c 'would be written over' out.txt)" 2
contains "... with its name" out.txt 'its report "loss-1" would be written over that of .*conf:[0-9]*'
fails "... and nothing is run" test -e two
scenario run loss.conf two.conf --offline -q
is "without reports they may be: exit code" $? 1

# What can't be.
bad() { # WHAT MESSAGE
	echo "schema_version = 1; name = \"bad\"; $(config net_null) $body $1" >bad.conf
	scenario run bad.conf --offline >out.txt 2>&1
	is "refused: $1" $? 2
	contains "... and why" out.txt "$2"
}
bad 'sweep = { parameter = "phases.ugly.both.loss"; values = [ "1%", "2%" ]; };' 'bad.conf:3: sweep.parameter: there is no "phases.ugly.both.loss"'
bad 'sweep = { parameter = "links.wan.ab.los"; values = [ "1%", "2%" ]; };' 'links.wan.ab.los: unknown key'
bad 'sweep = { parameter = "phases.bad.both.loss"; values = [ "1%", "2ms" ]; };' 'loss'
bad 'load = { rate = "1Mbit -> 2Mbit"; };' 'in how many steps'
finish
