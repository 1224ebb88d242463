#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Scenarios in a running wirefault: what comes of one is judged and reported; nobody changes anything
# beside it; after its end, a stop, a bypass or the end of whoever started it nothing of it stands; what
# a daemon can't do is refused with its line, and nothing begins.
# shellcheck disable=SC2034,SC2317 # read by conf; functions that ok and fails call
. "$(dirname "$0")/tap.sh"

DEVICE_A=generator,pps=1000,size=200 DEVICE_B=sink conf 'delay = "1ms";' ''
sed -i 's|^seed = .*|seed = 3; idle = "sleep";|' "$CONF"
lab_hosts
lab_start "$CONF" --force || exit 1
cd "$LAB_DIR" || exit 1

scenario() { timeout 60 "$WFCTL" -s "$LAB_SOCK" scenario "$@" </dev/null; }
last() { scenario status last -o json | jq -r "$1"; }
report() { jq -r "$1" "out/$2.json"; }
plain() { # nothing stands above the file, and its seed is in force
	lab_ctl config diff | grep -q 'Nothing differs' && [ "$(lab_stat .seed)" = 3 ]
}
await() { # SECONDS COMMAND...: until it succeeds
	local until=$((SECONDS + $1))
	until "${@:2}"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.05
	done
}
phase_is() { [ "$(last .phase)" = "$1" ]; }

cat >three.conf <<'END'
schema_version = 1; name = "three"; title = "good, down, slow"; seed = 9;
phases = ( { name = "good"; duration = "400ms"; }, { name = "down"; duration = "300ms"; ab = { blackhole = true; }; },
  { name = "slow"; duration = "400ms"; ab = { delay = "20ms"; }; } );
traffic = ( { generator = "pps=1000,size=200"; } );
expect = ( { phase = "good"; loss = "<= 90%"; delay_p50 = ">= 1ms"; }, { phase = "down"; loss = ">= 100%"; },
  { phase = "slow"; delay_p50 = ">= 20ms"; recovery = "<= 390ms"; } );
END
scenario run three.conf --report out >summary 2>lines
code=$?
# A machine that takes the worker's core away, or lets a phase begin late, makes the run untrustworthy.
trusted=$(report .trustworthy three)
is "exit code" $code "$([ "$(report .pass three)" = true ] && echo 0 || echo 1)"
if [ "$trusted" = true ]; then
	is "a run that can be trusted passes, or has too few packets" "$(report '.outcome | IN("pass", "too_few")' three)" true
	is "... nothing is against what is expected" "$(report '[.expectations[] | select(.outcome == "fail").name] | join(" ")' three)" ""
	is "... phases began when they should" "$(report '[.timeline[].at_ns / 1e6] | join(" ")' three)" "0 400 700"
else
	is "a run that can't be trusted does not pass" "$(report .pass three)" false
fi
is "its seed" "$(report .seed three)" 9
contains "a summary" summary '^three: '
is "a line for each phase" "$(sed -n 's/^three: *[0-9a-z]*  phase //p' lines | tr '\n' ' ')" "good down slow "
ok "nothing of it stands, and the seed is the file's" plain
is "reports in every form" "$(echo out/*)" "out/three.html out/three.json out/three.md out/three.xml"
ok "the document is as its schema says" python3 -W ignore -c '
import json, sys
from jsonschema import Draft202012Validator
Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' \
	"$LAB_ROOT/docs/reference/scenario-report.schema.json" out/three.json
is "report of the last run, as Markdown" "$(scenario report last md | head -n 1)" "$(head -n 1 out/three.md)"
contains "events tell" <(lab_ctl events) 'scenario +scenario three: phase down'

# Several, one after the other, for programs.
cat >two.conf <<'END'
schema_version = 1; scenarios = ( { name = "one"; duration = "100ms"; }, { name = "two"; duration = "100ms"; phases = ( { name = "all"; ab = { loss = 1; }; } ); } );
END
scenario run two.conf -o json >events 2>lines
is "two of a file, as lines of JSON" "$(jq -r 'select(.schema) | .name' events | tr '\n' ' ')" "one two "
is "... status" "$(scenario status -o csv | cut -d, -f 1-3 | tail -n 2 | tr '\n' ' ')" "2,one,done 3,two,done "

# While one runs.
sed 's/name = "three"/name = "long"/; s/"400ms"/"50ms"/; s/"300ms"/"60s"/' three.conf >long.conf
scenario run long.conf >summary 2>lines &
pid=$!
ok "it comes to its second phase" await 20 phase_is down
is "it runs with its seed" "$(lab_stat .seed)" 9
fails "nobody changes anything" lab_ctl set wan ab loss=1%
contains "... and is told why" ok.out 'scenario long runs. Stop it first'
fails "... nor counts anew" lab_ctl reset
fails "... nor takes its steps back" lab_ctl config undo all
fails "... nor starts another" scenario run two.conf
contains "status has it" <(scenario status) '^ +4  long +running .* phase down'
ok "stop" scenario stop
wait "$pid"
is "who started it ends with 1" $? 1
contains "... and a summary" summary '^long: '
is "it was cut" "$(last '.outcome | IN("cut", "fail")')" true
ok "nothing of it stands" plain
passing() { [ "$(lab_stat .links[0].ab.tx.packets)" -gt "$1" ]; }
ok "packets pass" await 20 passing "$(lab_stat .links[0].ab.tx.packets)"

# Who started it goes.
scenario run long.conf --report cut >summary 2>lines &
pid=$!
begun() { [ "$(last '.state == "running" and .begun_ns != null')" = true ]; }
ok "it is there" await 20 begun
kill -TERM "$(pgrep -P "$pid")"
wait "$pid"
is "TERM of wfctl: exit code" $? 1
is "... the report" "$(jq -r '.name + " " + (.pass | tostring)' cut/long.json)" "long false"
ok "... nothing stands" plain

# The bypass asks nobody.
scenario run long.conf >summary 2>lines &
pid=$!
ok "again" await 20 phase_is down
ok "bypass" lab_ctl bypass on
wait "$pid"
is "... ends it" "$?" 1
fails "nothing begins while all is bypassed" scenario run two.conf
contains "... and why" ok.out 'Every link is bypassed'
ok "bypass off" lab_ctl bypass off
ok "... nothing stands" plain

# What can't be.
cat >bad.conf <<'END'
schema_version = 1; name = "bad"; duration = "200ms";
traffic = ( { command = "touch began"; },
  { generator = "pps=7"; } );
expect = ( { jitter = "1ms"; } );
END
before=$(lab_stat .generation)
fails "commands, other ports, what is not measured" scenario run bad.conf
contains "... each with its line: a command" ok.out 'bad.conf:2: .*runs no commands'
contains "... a port" ok.out 'bad.conf:3: .*not "generator,pps=7"'
contains "... a measure" ok.out 'bad.conf:4: .*jitter is not measured'
is "... nothing has begun" "$(lab_stat .generation) $([ -e began ] && echo began)" "$before "
sed -i 's/expect.*//' bad.conf
scenario run bad.conf --no-traffic >summary 2>lines
is "without its traffic it runs" "$(last '.name + " " + .state')" "bad done"
is "... and no command does" "$([ -e began ] && echo began)" ""
ok "a change that ends by itself" lab_ctl set wan ab loss=1% --for 60s
fails "... stands in the way" scenario run two.conf
contains "... and why" ok.out 'begins or ends by itself'
lab_ctl config undo all >undone

# wirefault ends while one runs.
scenario run long.conf >summary 2>lines &
pid=$!
ok "once more" await 20 phase_is down
lab_stop
is "wirefault's exit code" $? 0
wait "$pid"
is "... and wfctl's" $? 3
finish
