#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Load tests on the virtual clock, as an ordinary user: of a link of which everything is known, what
# is found is exact, and the same again. Reports in every form, exit codes, and what is refused.
. "$(dirname "$0")/tap.sh"

cd "$LAB_DIR" || exit 1
chmod 755 .
install -m 755 "$WIREFAULT" wirefault
mkdir -m 777 out
link() { # AB; the configuration in link.conf
	cat >link.conf <<-END
		seed = 7;
		ports = ( { name = "a"; device = "packet,iface=nowhere0"; }, { name = "b"; device = "packet,iface=nowhere1"; } );
		links = ( { name = "wan"; ports = [ "a", "b" ]; ab = { $1 }; } );
	END
}
load() { # TEST OPTION...; the document in out.json
	timeout 120 setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs env HOME=/nonexistent \
		"$LAB_DIR/wirefault" test "$1" -c link.conf --offline -q -o json "${@:2}" >out.json 2>err </dev/null
}
stat() { jq -r "$1" out.json; }
values() { stat '[.findings[].value | tostring] | join(" ")'; }

# 100 Mbit/s with 24 bytes around each frame, and room for one packet: 84 and 1538 bytes on the wire.
link 'rate = { rate = "100Mbit"; overhead = "ethernet"; }; queue = { limit = "1pkt"; };'
load throughput --sizes 64+1518 --resolution 0.0001%
is "throughput: exit code" $? 0
is "throughput: 100 Mbit/s to the packet" "$(values)" "148809 8127"
is "... on layer 1" "$(stat '.trials[.findings[0].trial].offered.l1_bit_per_s')" 99999648
is "... on layer 2" "$(stat '.trials[.findings[0].trial].offered.l2_bit_per_s')" 76190208
load throughput --sizes 64 --line 50Mbit
is "a line that it keeps up with: one trial" "$(stat '"\(.findings[0].value) \(.trials | length)"')" "74404 1"

load loss --sizes 64
is "loss: of 10 times as much nine tenths" "$(stat '.findings[0].value * 1000 | round')" 900
is "... none at 10 %" "$(stat '.findings[9] | "\(.name) \(.value)"')" "loss at 10 % 0"

# A burst at 10 times the rate: 100 wait, and meanwhile 11 have left.
link 'rate = { rate = "100Mbit"; overhead = "ethernet"; }; queue = { limit = "100pkt"; };'
load back2back --sizes 64+1518
is "back2back" "$(values)" "111 111"
load microburst --sizes 64 --rest 50ms
is "microburst" "$(values)" 111

link 'delay = "5ms";'
load latency --sizes 64+9000 --load 50%
is "latency: exact" "$(stat '[.trials[].delay_ns | .min, .p50, .max | tostring] | unique | join(" ")')" 5000000
is "... no variation" "$(stat '[.trials[] | .ipdv_ns.max, .jitter_ns, .variation_ns.max] | add')" 0
link 'delay = "5ms"; rate = { rate = "100Mbit"; };'
load latency --sizes 1254 --load 5%
is "... and the time on the wire" "$(values)" "5100000 5100000 5100000 5100000 5100000"

# Every fate is counted.
link 'delay = { mean = "5ms"; stddev = "1ms"; order = "free"; }; loss = "10%"; duplicate = "5%";'
load loss --sizes 64 --line 10Mbit
is "losses, copies and disorder" "$(stat '.trials[0] | (.packets | .lost > 0 and .duplicated > 0 and .reordered > 0) and
	.packets.received + .packets.lost == .packets.sent and .reordering.extent.max > 3 and .loss.runs.count > 0')" true
within "... losses" "$(stat '100 * .trials[0].loss.share')" 9 11
sort -u out.json | cksum >one
load loss --sizes 64 --line 10Mbit
is "again: the same document" "$(sort -u out.json | cksum)" "$(cat one)"
load loss --sizes 64 --line 10Mbit --seed 8
fails "another seed: another one" test "$(sort -u out.json | cksum)" = "$(cat one)"
load soak --sizes traffic --traffic size=imix,flows=5000,probe=flow,order=random --load 1% --duration 100ms --total 300ms \
	--tolerance 20%
is "soak of a mix in 5000 streams" $? 0
is "... three trials" "$(stat '.trials | length')" 3
load soak --sizes 64 --load 1% --total 1s
is "soak with losses: exit code" $? 1
link ''
load recovery --sizes 64 --line 10Mbit
is "recovery without an overload says so" "$(stat '.findings[0].text | test("there is no overload")')" true

# Y.1564: kept, and not policed.
link 'rate = { rate = "110Mbit"; overhead = 4; }; delay = "1ms"; queue = { limit = "20pkt"; };'
y1564() { load y1564 --sizes 1250 --cir 100Mbit --total 2s --max-delay 1.2ms --max-variation 100us "$@"; }
y1564
is "y1564: exit code" $? 0
is "... the delay of each step" "$(stat '[.findings[] | select(.name | test("delay")) | .value] | unique | length')" 1
y1564 --eir 0 --junit out/junit.xml --html out/report.html --markdown out/report.md
is "y1564, not policed: exit code" $? 1
is "... and why" "$(stat '[.findings[] | select(.outcome == "failed") | .name] | join(" ")')" "beyond: received"

# Reports.
ok "HTML and JUnit are well-formed" python3 -c '
import sys, xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    tree.parse(name)' out/report.html out/junit.xml
is "JUnit: one failure" "$(python3 -c '
import xml.etree.ElementTree as tree
print(tree.parse("out/junit.xml").getroot().get("failures"))')" 1
is "HTML: nothing from elsewhere" "$(grep -oE '(https?:)?//[a-z0-9.]+' out/report.html | sort -u | grep -v '//www.w3.org')" ""
is "... with plots" "$(grep -c '<svg' out/report.html)" 2
contains "Markdown" out/report.md '^\| beyond: received \| 1250 \| '
timeout 60 ./wirefault test loss -c link.conf --offline --sizes 1250 --line 100Mbit >table 2>lines
contains "a table without -o json" table '^\| loss at 100 % \| 1250 \| '
contains "... and a line a trial" lines '^1 of about [0-9]+: loss at 100 %, 1250 bytes, [0-9,]+/s, lost 0: passed$'
timeout 20 ./wirefault test loss -c link.conf --offline --sizes 1250 --html /nonexistent/x.html >/dev/null 2>err
is "a report that can't be written: exit code" $? 1
contains "... and why" err '/nonexistent/x.html.*cannot be written'

for wrong in "throughput|which configuration" "throughput --tx eth0 --offline|not wirefault" "throughput --rx eth0|--rx without --tx" \
	"loss -c link.conf --offline --sizes 12|takes numbers from 64" "loss -c link.conf --offline --traffic pps=5|how fast" \
	"loss -c link.conf --offline --link lan|there is no link" "loss -c link.conf --offline --direction up|--direction ab" \
	"y1564 -c link.conf --offline|committed rate" "soak -c link.conf --offline --total never|total" \
	"loss -c link.conf --huge --no-huge|Choose one" "loss -c link.conf --offline --line 3parsecs|line" "throughputt|Did you mean"; do
	# shellcheck disable=SC2086 # words
	timeout 20 ./wirefault test ${wrong%%|*} >table 2>&1
	is "refused: test ${wrong%%|*}" $? 2
	contains "... and why" table "${wrong##*|}"
done
timeout 20 ./wirefault test throughput --help >table
contains "help" table '^ +--burst-most PACKETS'
finish
