#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A change that ends by itself, under traffic: it comes and goes at the instants that the reply names,
# everything is accounted for, and what else has been changed meanwhile stays.
. "$(dirname "$0")/tap.sh"

# Not in order: else those behind it would wait for those before them to leave.
conf 'delay = { mean = "5ms"; order = "free"; };' 'delay = "5ms";'
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null

# One ping in flight at a time, so that round trips tell what was in force.
lab_bg a "$LAB_DIR/ping" ping -n -D -i 0.01 -c 300 -W 2 10.77.0.2
ping=$!
lab_await "$LAB_DIR/ping" 'icmp_seq=20 ' "$ping" 10
lab_ctl set wan ab delay=205ms --for 1s -o json >"$LAB_DIR/reply"
is "set --for" $? 0
lab_ctl set wan ba loss.p=0% >/dev/null
is "another change meanwhile" $? 0
contains "it is shown" <(lab_ctl config diff) 'wan ab delay=205ms, ends in '
wait $ping
begin=$(jq .effective_at_ns "$LAB_DIR/reply")
end=$(jq .until_ns "$LAB_DIR/reply")
is "it lasts to the nanosecond" $((end - begin)) 1000000000
contains "ping lost nothing" "$LAB_DIR/ping" '300 packets transmitted, 300 received'

# A reply's stamp less its round trip is when the request was sent; those within 30 ms of an edge are
# left out, for a machine that is busy with something else.
wrong() { # LONG? FROM UNTIL
	awk -v long="$1" -v from="$2" -v until="$3" '
		/icmp_seq/ { t = substr($1, 2) + 0; sub(/.*time=/, ""); rtt = $1 + 0; sent = t - rtt / 1000
			if (sent > from + 0.03 && sent < until - 0.03) { n++; if ((rtt > 150) != long) bad++ } }
		END { print (n > 10 ? bad + 0 : "too few: " n + 0) }' "$LAB_DIR/ping"
}
seconds() { awk -v ns="$1" 'BEGIN { printf "%.6f", ns / 1e9 }'; }
is "delayed while it lasts" "$(wrong 1 "$(seconds "$begin")" "$(seconds "$end")")" 0
is "not before it" "$(wrong 0 0 "$(seconds "$begin")")" 0
is "not behind it" "$(wrong 0 "$(seconds "$end")" 9e18)" 0

is "the other change stays" "$(lab_ctl config diff -o json | jq -r '.overrides[].change')" 'wan ba loss.p=0%'
is "each is a generation" "$(lab_stat .generation)" 4
ok "undo" lab_ctl config undo
contains "then nothing differs" <(lab_ctl config diff) 'Nothing differs'
lab_ctl set wan both blackhole=true --for 300ms >/dev/null
fails "nothing crosses a black hole" lab_in a ping -n -q -c 1 -W 0.1 10.77.0.2
ok "until it ends by itself" lab_in a ping -n -q -c 1 -W 5 -i 0.05 -w 5 10.77.0.2
fails "a time that is none" lab_ctl set wan ab delay=1ms --for soon

# Shortly before its end, a change is still the last one: that is what undo takes back. On a machine
# that is late with this, once more.
lab_ctl set wan ab loss.p=0% >/dev/null
for _ in 1 2 3 4 5; do
	until=$(lab_ctl set wan ab delay=9ms --for 400ms -o json | jq .until_ns)
	while [ $((until - $(date +%s%N))) -gt 40000000 ]; do :; done
	lab_ctl config undo -o json >"$LAB_DIR/undone"
	[ "$(jq .effective_at_ns "$LAB_DIR/undone")" -gt "$until" ] || break
	lab_ctl set wan ab loss.p=0% >/dev/null
done
is "undo takes back the one that is about to end" "$(jq -r '.undone[].change' "$LAB_DIR/undone")" 'wan ab delay=9ms'
ok "and is no longer than it has to be" test "$(jq .effective_at_ns "$LAB_DIR/undone")" -lt "$until"
contains "the older one stays" <(lab_ctl config diff) 'wan ab loss.p=0%'

# Ends that pass while the daemon stands still: none stays for good.
for ms in 300 310 320; do until=$(lab_ctl set wan ba delay=${ms}us --for ${ms}ms -o json | jq .until_ns); done
kill -STOP "$LAB_PID"
while [ "$(date +%s%N)" -lt $((until + 20000000)) ]; do :; done
kill -CONT "$LAB_PID"
for _ in {1..50}; do
	lab_ctl config diff >"$LAB_DIR/diff"
	grep -q 'ends in' "$LAB_DIR/diff" || break
done
fails "what ended while nobody looked is gone" grep 'ends in' "$LAB_DIR/diff"
contains "what does not end is not" "$LAB_DIR/diff" 'wan ab loss.p=0%'

# A file that is gone keeps nothing from changing or ending.
printf '0s 7ms\n1s 7ms\n' >"$LAB_DIR/delays"
ok "a delay by a file" lab_ctl set wan ab delay.distribution=trace "delay.file=$LAB_DIR/delays" delay.mean=null
rm "$LAB_DIR/delays"
ok "a change of something else" lab_ctl set wan ba loss.p=0% --for 100ms
ok "it ends" lab_await "$LAB_LOG" 'ends by itself: wan ba loss.p=0%' "$LAB_PID" 10
contains "what was read stays, and that is said" "$LAB_LOG" 'wan ab, class "default": a file of it can'
conserved
finish
