#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a gate says of documents that are made up: a run that is not to be trusted, limits per direction
# and class, and what nothing was held against.
. "$(dirname "$0")/tap.sh"

# A document: lost packets of 10,000 in ab, in ba and in class voip of ab; trustworthy or not.
document() { # AB BA VOIP true|false
	jq -n --argjson ab "$1" --argjson ba "$2" --argjson voip "$3" --argjson trust "$4" '
		def counts($lost): { rx: { packets: 10000 }, corrupted: { packets: 0 },
			dropped: { loss: { packets: $lost } } };
		def delays: { delay_ns: { count: 9000, min: 1e6, mean: 2e6, p50: 2e6, p90: 3e6, p99: 4e6,
			p99_9: 5e6, max: 6e6 } };
		{ schema: "wirefault.stats/1", verdict: { trustworthy: $trust,
			reasons: (if $trust then [] else ["wan ab: 1 % of packets left more than 90 us late"] end),
			remedies: (if $trust then [] else ["Give the worker a core of its own"] end) },
		  links: [ { name: "wan", ab: (counts($ab) + delays + { classes: [ counts($voip) + { name: "voip" } ] }),
			ba: (counts($ba) + delays + { classes: [] }) } ] }' >"$LAB_DIR/stats"
}
gate() { # LIMITS [OPTION...]; exit code in $status, text in out
	echo "$1" >"$LAB_DIR/x.gate"
	"$WIREFAULT" gate "${@:2}" "$LAB_DIR/x.gate" "$LAB_DIR/stats" >"$LAB_DIR/out" 2>"$LAB_DIR/err"
	status=$?
}
outcome() { jq -r .outcome "$LAB_DIR/out"; }

document 0 0 0 false
gate 'loss = "1%";'
is "untrustworthy: exit code" $status 3
contains "says why" "$LAB_DIR/out" '^  - wan ab: 1 % of packets left more than 90 us late'
contains "and what helps" "$LAB_DIR/out" '^    Give the worker a core of its own'
contains "and how to judge it" "$LAB_DIR/out" '^Result: not shown\..*--allow-untrustworthy'
gate 'loss = "1%";' --json
is "as JSON" "$status $(jq -c '[.pass, .outcome, .trustworthy]' "$LAB_DIR/out")" '3 [false,"untrustworthy",false]'
gate 'loss = "1%";' --allow-untrustworthy
is "allowed: exit code" $status 0
contains "and said" "$LAB_DIR/out" '^Result: pass, in a run that is NOT trustworthy'
gate 'loss = "1%";' -o json --allow-untrustworthy
is "allowed, as JSON" "$(jq -c '[.pass, .trustworthy, .allow_untrustworthy]' "$LAB_DIR/out")" '[true,false,true]'
document 500 0 0 false
gate 'loss = "1%";'
is "missed in a run not to be trusted: missed" $status 1
contains "and both are said" "$LAB_DIR/out" '^Result: fail, in a run that is NOT trustworthy'
jq 'del(.verdict)' "$LAB_DIR/stats" >"$LAB_DIR/none" && mv "$LAB_DIR/none" "$LAB_DIR/stats"
gate 'loss = "10%";'
is "without a verdict: exit code" $status 3

document 500 50 500 true
gate 'loss = "1%"; ab = { loss = "6%"; };'
is "a limit of its own for ab" $status 0
gate 'loss = "6%"; ba = { loss = "0.4%"; };'
is "and for ba" $status 1
gate 'ba = { loss = "1%"; };' -o json
is "only ba" "$status $(jq -c '.links[0] | [has("ab"), (.ba | length)]' "$LAB_DIR/out")" '0 [false,1]'
gate 'classes = ( { name = "voip"; loss = "6%"; } );'
is "a class: kept" $status 0
contains "named" "$LAB_DIR/out" '^wan, class voip, ab'
gate 'loss = "6%"; classes = ( { name = "voip"; loss = "4%"; } );' --json
is "a class: missed" "$status $(jq -c '.links[0].classes[0] | [.name, .ab[0].outcome]' "$LAB_DIR/out")" '1 ["voip","fail"]'
gate 'loss = "6%"; classes = ( { name = "video"; loss = "4%"; } );'
is "a class that is not there: exit code" $status 3
contains "is said" "$LAB_DIR/out" '^class video: too few packets: none'
gate 'loss = "6%"; classes = ( { name = "voip"; loss = "6%"; ba = { loss = "4%"; }; } );' --json
is "a direction of a class that is not there" "$status $(outcome)" '3 too_few'
gate 'loss = "6%"; classes = ( { name = "voip"; mean = "4ms"; } );'
is "delays of a class that the document lacks: exit code" $status 2
contains "is said" "$LAB_DIR/err" 'the stats lack delay_ns.count'
gate 'loss = "1%";' -o xml
is "a format that there is not: exit code" $status 2
finish
