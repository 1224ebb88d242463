#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What every verb does alike: help, JSON in two spellings, a full disk, lines that fit. No packets, no
# privileges but those of the lab.
. "$(dirname "$0")/tap.sh"

export DEVICE_A=net_null0 DEVICE_B=net_null1
conf 'delay = "1ms"; loss = "1%";' ''
printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0' >"$LAB_DIR/in.pcap"
# One packet of 60 bytes.
{
	printf '\1\0\0\0\0\0\0\0\x3c\0\0\0\x3c\0\0\0\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5'
	head -c 46 /dev/zero
} >>"$LAB_DIR/in.pcap"
"$WIREFAULT" offline -q -c "$CONF" --ab "$LAB_DIR/in.pcap" --stats "$LAB_DIR/stats" || echo "# offline: $?"
echo 'mean = "1s";' >"$LAB_DIR/x.gate"
start=(run -c "$CONF" --socket "$LAB_DIR/s" --no-huge --quiet -d 10ms)

full() { # DESCRIPTION ARGUMENT...
	"$WIREFAULT" "${@:2}" >/dev/full 2>"$LAB_DIR/err"
	is "full disk: $1" $? 1
	contains "full disk: $1, in words" "$LAB_DIR/err" 'written: No space left on device|standard output'
}
full check check -c "$CONF"
full "check -o json" check -c "$CONF" -o json
full "check --no-simulate" check -c "$CONF" --no-simulate
full gate gate "$LAB_DIR/x.gate" "$LAB_DIR/stats"
full "gate --json" gate --json "$LAB_DIR/x.gate" "$LAB_DIR/stats"
full import import netem delay 10ms
full reference reference
full "offline --json" offline -c "$CONF" --ab "$LAB_DIR/in.pcap" --json
full "offline --stats -" offline -q -c "$CONF" --ab "$LAB_DIR/in.pcap" --stats -
full doctor doctor -n 0 -t 1ms
full "doctor --json" doctor -n 0 -t 1ms --json
full run "${start[@]}"
full "run --json" "${start[@]}" --json
full help help
full "help VERB" help run
full "VERB --help" offline --help
full -V -V

# One document on standard output, and nothing beside it.
for spelt in "-o json" "--json" "--output=json"; do
	for verb in "check -c $CONF" "gate $LAB_DIR/x.gate $LAB_DIR/stats" "${start[*]}" \
		"offline -c $CONF --ab $LAB_DIR/in.pcap" "doctor -n 0 -t 1ms"; do
		# shellcheck disable=SC2086 # words
		"$WIREFAULT" $verb $spelt >"$LAB_DIR/out" 2>"$LAB_DIR/err"
		is "${verb%% *} $spelt" "$(jq -s 'map(type) | join(" ")' "$LAB_DIR/out" 2>&1)" '"object"'
	done
done
"$WIREFAULT" "${start[@]}" --json >"$LAB_DIR/out" 2>"$LAB_DIR/err"
is "READY is on standard error then" "$(grep -c '^READY$' "$LAB_DIR/err")" 1
"$WIREFAULT" "${start[@]}" >"$LAB_DIR/out" 2>"$LAB_DIR/err"
is "and else on standard output" "$(head -n 1 "$LAB_DIR/out") $(grep -c READY "$LAB_DIR/err")" "READY 0"
for verb in check gate run offline doctor; do
	"$WIREFAULT" $verb -o xml a b >"$LAB_DIR/out" 2>"$LAB_DIR/err"
	is "$verb -o xml" "$?" 2
done
WIREFAULT_OUTPUT=json "$WIREFAULT" import netem delay 10ms >"$LAB_DIR/out"
contains "the environment's format is no file for import" "$LAB_DIR/out" 'delay'
fails "and none was made" test -e json

for verb in run check offline gate import reference doctor; do
	"$WIREFAULT" help $verb >"$LAB_DIR/out"
	"$WIREFAULT" $verb --help >"$LAB_DIR/same"
	ok "help $verb is $verb --help" cmp "$LAB_DIR/out" "$LAB_DIR/same"
	is "help $verb fits" "$(awk 'length > 100' "$LAB_DIR/out")" ""
	script -qec "stty cols 60; $WIREFAULT help $verb" /dev/null </dev/null >"$LAB_DIR/out"
	is "help $verb fits a narrow terminal" "$(tr -d '\r' <"$LAB_DIR/out" | awk 'length > 60')" ""
done
for program in "$WIREFAULT" "$WFCTL"; do
	"$program" help >"$LAB_DIR/out"
	is "$(basename "$program") help fits" "$? $(awk 'length > 100' "$LAB_DIR/out")" "0 "
	is "$(basename "$program") -V" "$("$program" -V)" "$("$program" --version)"
done
for profile in "$LAB_ROOT"/config/*.conf "$LAB_ROOT"/config/profiles/*.conf; do
	"$WIREFAULT" check -c "$profile" >"$LAB_DIR/out"
	is "what check says of $(basename "$profile") fits" "$(awk 'length > 100' "$LAB_DIR/out")" ""
done
"$WIREFAULT" help checks 2>"$LAB_DIR/err"
is "help of no verb" $? 2
contains "suggests one" "$LAB_DIR/err" 'Did you mean "check"'
printf '\xef\xbb\xbf' | cat - "$CONF" >"$LAB_DIR/marked.conf"
ok "a byte order mark is skipped" "$WIREFAULT" check -c "$LAB_DIR/marked.conf"
finish
