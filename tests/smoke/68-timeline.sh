#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Changes whose instants are known beforehand, under traffic: several directions at one stated
# instant, and a list of changes, each at its own.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

# Not in order: else those behind it would wait for those before them to leave.
delay='delay = { mean = "5ms"; order = "free"; };'
conf "$delay" "$delay"
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null

# Of the reply, with all its digits: jq has doubles.
ns() { grep -o "\"$1\": *[0-9]*" "$LAB_DIR/reply" | tr -dc '0-9\n' | sed -n "${2:-1}p"; }

# One ping in flight at a time, so that round trips tell what was in force.
lab_bg a "$LAB_DIR/ping" ping -n -D -i 0.01 -c 400 -W 2 10.77.0.2
ping=$!
lab_await "$LAB_DIR/ping" 'icmp_seq=5 ' "$ping" 10
at=$(($(date +%s%N) + 1200000000))
lab_ctl set wan ab delay=105ms and wan ba delay=155ms --at $at --for 1s -o json >"$LAB_DIR/reply"
is "two directions at one instant" $? 0
is "which is the one that was asked for" "$(ns effective_at_ns)" $at
is "and its end" "$(ns until_ns)" $((at + 1000000000))
contains "it is shown" <(lab_ctl config diff) 'wan ab delay.mean=105ms; wan ba delay.mean=155ms, begins in .*, ends in '
is "and not in force yet" "$(lab_ctl config -o json | jq -r '.links[0].ab.delay.mean')" 5ms
# What is changed meanwhile stands below what begins later.
lab_ctl set wan ab delay=15ms >/dev/null
is "another change meanwhile" $? 0
wait $ping
contains "ping lost nothing" "$LAB_DIR/ping" '400 packets transmitted, 400 received'

# A reply's stamp less its round trip is when the request was sent; those within 30 ms of an edge are
# left out, and one in ten may be wrong, for a machine that is busy with something else: to the nanosecond it is
# tested elsewhere (tests/unit/swap).
wrong() { # LEAST_MS MOST_MS FROM UNTIL
	awk -v least="$1" -v most="$2" -v from="$3" -v until="$4" '
		/icmp_seq/ { t = substr($1, 2) + 0; sub(/.*time=/, ""); rtt = $1 + 0; sent = t - rtt / 1000
			if (sent > from + 0.03 && sent < until - 0.03) { n++; if (rtt < least || rtt > most) bad++ } }
		END { print (n > 3 ? (bad * 10 > n ? bad : 0) : "too few: " n + 0) }' "$LAB_DIR/ping"
}
seconds() { awk -v ns="$1" 'BEGIN { printf "%.6f", ns / 1e9 }'; }
# The last of them are answered behind it.
is "both are delayed while it lasts" "$(wrong 260 400 "$(seconds "$at")" "$(seconds $((at + 850000000)))")" 0
is "neither before it" "$(wrong 10 250 0 "$(seconds "$at")")" 0
is "nor behind it, where the other change is" "$(wrong 20 250 "$(seconds $((at + 1000000000)))" 9e18)" 0
contains "its begin is told" "$LAB_LOG" 'a change begins by itself: wan ab delay.mean=105ms; wan ba delay.mean=155ms'
contains "and its end" "$LAB_LOG" 'a change ends by itself: wan ab delay.mean=105ms; wan ba delay.mean=155ms'

# A list: a black hole, then a delay with the loss taken away, to the nanosecond.
ok "undo all" lab_ctl config undo all
cat >"$LAB_DIR/list" <<'END'
changes = (
	{ at = "0s"; for = "300ms"; link = "wan"; both = { blackhole = true; }; },
	{ at = "500ms"; for = "400ms"; items = (
		{ link = "wan"; ab = { delay = "75ms"; }; },
		{ link = "wan"; ba = { delay = "null"; }; } ); }
);
END
ok "offline takes it" "$WIREFAULT" offline -c "$CONF" --changes "$LAB_DIR/list" \
	--ab "$LAB_ROOT/tests/cases/zero.pcap" --ab-out "$LAB_DIR/out.pcap"
lab_ctl apply "$LAB_DIR/list" --at +200ms -o json >"$LAB_DIR/reply"
is "apply" $? 0
is "as far from each other as it says" \
	$(($(ns from_ns 2) - $(ns from_ns 1))) 500000000
lab_await "$LAB_LOG" 'begins by itself: wan both blackhole=true' "$LAB_PID" 5
fails "nothing crosses a black hole" lab_in a ping -n -q -c 1 -W 0.1 10.77.0.2
lab_await "$LAB_LOG" 'begins by itself: wan ab delay.mean=75ms; wan ba delay=null' "$LAB_PID" 5
lab_await "$LAB_LOG" 'ends by itself: wan ab delay.mean=75ms; wan ba delay=null' "$LAB_PID" 5
is "then nothing is left of it" $? 0
contains "nor differs" <(lab_ctl config diff) 'Nothing differs'

# Files are those beside the list, and where the command is given, wherever wirefault was started.
mkdir "$LAB_DIR/traces"
printf '1\n2\n3\n4\n' >"$LAB_DIR/traces/up"
echo 'changes = ( { at = "0s"; link = "wan"; ab = { rate = { trace = "up"; }; }; } );' >"$LAB_DIR/traces/list"
ok "a file beside the list" lab_ctl apply "$LAB_DIR/traces/list"
lab_await "$LAB_LOG" 'begins by itself: wan ab rate.trace' "$LAB_PID" 10
is "... is that one" "$(lab_ctl links -o json | jq -r '.links[0].ab.rate.trace')" "$LAB_DIR/traces/up"
from_there() { (cd "$LAB_DIR/traces" && lab_ctl "$@"); }
ok "a file of this folder" from_there set wan ba rate.trace=up
is "... is that one, too" "$(lab_ctl links -o json | jq -r '.links[0].ba.rate.trace')" "$LAB_DIR/traces/up"
fails "one that is not there" from_there set wan ba rate.trace=./down
contains "... is named as a whole" "$LAB_DIR/ok.out" "$LAB_DIR/traces/(\./)?down"
ok "undo all" lab_ctl config undo all

# All or nothing.
fails "a link that is not there" lab_ctl set wan ab loss=1% and wam ba loss=1%
fails "an instant that has passed" lab_ctl set wan ab loss=1% --at 1000
fails "no instant" lab_ctl set wan ab loss=1% --at soon
fails "a value that makes no sense later" lab_ctl set wan ab loss=parsnip --at +10s
sed 's/75ms/parsnip/' "$LAB_DIR/list" >"$LAB_DIR/bad"
fails "nor in a list" lab_ctl apply "$LAB_DIR/bad"
contains "nothing of all that was made" <(lab_ctl config diff) 'Nothing differs'
ok "one to come" lab_ctl set wan ab loss=100% --at +1h
ok "can be undone" lab_ctl config undo
contains "and then it never comes" <(lab_ctl config diff) 'Nothing differs'
conserved
finish
