#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Phases of scenarios in a running wirefault that end before their time: by a trigger, by packets; what
# follows comes so much earlier, and nothing stands when all is over.
# shellcheck disable=SC2034,SC2317 # read by conf; functions that ok and fails call
. "$(dirname "$0")/tap.sh"

DEVICE_A=generator,pps=1000,size=200 DEVICE_B=sink conf 'delay = "1ms";' ''
sed -i 's|^seed = .*|seed = 3; idle = "sleep";|' "$CONF"
lab_hosts
lab_start "$CONF" --force || exit 1
cd "$LAB_DIR" || exit 1

scenario() { timeout 60 "$WFCTL" -s "$LAB_SOCK" scenario "$@" </dev/null; }
last() { scenario status last -o json | jq -r "$1"; }
await() { # SECONDS COMMAND...: until it succeeds
	local until=$((SECONDS + $1))
	until "${@:2}"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.05
	done
}
phase_is() { [ "$(last .phase)" = "$1" ]; }

cat >wait.conf <<'END'
schema_version = 1; name = "wait";
phases = ( { name = "before"; duration = "100ms"; },
  { name = "until-told"; duration = "60s"; until = { trigger = true; }; ab = { blackhole = true; }; },
  { name = "some"; duration = "60s"; until = { packets = 100; }; ab = { delay = "20ms"; }; },
  { name = "after"; duration = "200ms"; } );
faults = ( { name = "early"; ab = { loss = "50%"; }; schedule = "start:10ms,duration:20ms"; } );
expect = ( { phase = "until-told"; packets = 1; loss = ">= 100%"; }, { phase = "after"; packets = 1; } );
END
fails "nobody waits for a trigger" scenario trigger
scenario run wait.conf --report out >summary 2>lines &
pid=$!
ok "it waits" await 20 phase_is until-told
is "... for a trigger" "$(last .trigger)" true
ok "which comes" scenario trigger
wait "$pid"
code=$?
report() { jq -r "$1" out/wait.json; }
is "exit code" $code "$([ "$(report .pass)" = true ] && echo 0 || echo 1)"
ended() { last "[.phases[] | select(.name == \"$1\").ended_by] | join(\" \")"; }
is "the trigger has ended it" "$(ended until-told)" trigger
is "... and packets the next" "$(ended some)" packets
is "... all of it" "$(report '[.timeline[] | select(.phase).phase] | unique | join(" ")')" "after before some until-told"
is "the last phase lasts as long as it should" "$(last '.phases[3] | (.end_ns - .start_ns) / 1e6')" 200
is "... to the end" "$(last '.phases[3].end_ns == .elapsed_ns')" true
ok "long before the longest" inside "$(report '.duration_ns / 1e9')" 0.3 60
if [ "$(report .trustworthy)" = true ]; then
	is "nothing is against what is expected" "$(report '[.expectations[] | select(.outcome == "fail").name] | join(" ")')" ""
else
	is "a run that can't be trusted does not pass" "$(report .pass)" false
fi
is "a line for each phase" "$(sed -n 's/^wait: *[0-9.a-z]*  phase //p' lines | tr '\n' ' ')" "before until-told some after "
contains "events tell" <(lab_ctl events -o json) 'phase until-told ends before its time: trigger'
contains "nothing stands" <(lab_ctl config diff) 'Nothing differs'
fails "... and nobody waits" scenario trigger last
conserved
finish
