#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Events, read as they come by wfctl events --follow: an interface that goes down, comes up, is gone and
# made anew, a change and who made it, one that is refused, a cable that an outage pulls, a worker that stands
# still, the end. Each is there once, in the order of its cause; stderr has the lines that it always had.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

now_ns() { python3 -c 'import time; print(time.monotonic_ns())'; }
came() { # KIND: its next one, within 10 s
	lab_await "$LAB_DIR/events" "\"kind\":\"$1\"" "$follow" 10
}
of() { jq -rs "[.[] | select(.kind == \"$1\")] | $2" "$LAB_DIR/events"; }

conf 'delay = "5ms";' 'delay = "5ms";'
lab_up "$CONF" || exit 1
: >"$LAB_DIR/events"
before=$(now_ns)
since=$(lab_ctl events --json | jq .last)
lab_ctl events --since "$since" --follow --json >"$LAB_DIR/events" 2>"$LAB_DIR/follow" &
follow=$!
LAB_PIDS+=("$follow")

lab_in b ip link set wfb down
ok "an interface goes down" came port_down
lab_in b ip link set wfb up
ok "it comes up" came port_up
is "it is the port that stands on it" "$(of port_down '.[0].about')" b
is "... and in words" "$(of port_down '.[0].text')" "interface wfb is down"

lab_ctl set wan ab loss=2% >/dev/null
ok "a change" came change
is "... of what" "$(of change '.[0] | .about + " " + .what')" 'wan ab {"loss":"2%"}'
is "... by whom" "$(of change '.[0].who')" "uid $(id -u) gid $(id -g) pid $(of change '.[0].who' | sed 's/.* //')"
is "... and what it is now" "$(of change '.[0].generation')" "$(lab_stat .generation)"
is "... in force since" "$(of change '.[0].at_ns | . > '"$before"' and . <= '"$(now_ns)")" true
lab_ctl set wan ab loss=200% >/dev/null 2>&1
ok "one that is refused" came refused
is "... makes no generation" "$(of refused '.[0].generation')" null

lab_ctl set wan ab outage.period=1h outage.down=30m outage.carrier=true >/dev/null
ok "an outage pulls a cable" came carrier_taken
is "... of the port whose host sends" "$(of carrier_taken '.[0].about')" a
lab_ctl set wan ab outage=null >/dev/null
ok "... and plugs it in again" came carrier_given

sed -i 's/ab = {/ab = { nonsense = 1;/' "$CONF"
kill -HUP "$LAB_PID"
lab_await "$LAB_LOG" 'not reloaded; the running configuration stays' "$LAB_PID" 10
is "a file that is bad is a warning" "$(lab_ctl events --json | jq -r '[.events[] | select(.kind == "warning")][-1].text | test("nonsense")')" true
sed -i 's/nonsense = 1;//' "$CONF"
kill -HUP "$LAB_PID"
ok "a file that is good" came reload

kill -STOP "$LAB_PID"
sleep 0.5 # what is slept is what is measured, but for what a busy machine takes until all threads stand
kill -CONT "$LAB_PID"
ok "a worker that did not poll, and for how long" \
	lab_await "$LAB_DIR/events" 'did not poll for [3-9][0-9]{2}[0-9.]* ms|did not poll for [0-9.]+ s' "$follow" 10
is "... and when" "$(of stall 'all(.[]; .at_ns < .monotonic_ns - 100000000)')" true

lab_in b ip link del wfb
ok "an interface is gone" came port_gone
ok "... and made anew" came port_back
lab_stop
ok "who follows ends with wirefault, without an error" wait "$follow"
is "... and says nothing else" "$(cat "$LAB_DIR/follow")" ""

# Of port a there is what the outage does to it, of all what a busy machine does.
is "everything in the order of its cause" "$(jq -rs '[.[] | select(.kind != "stall" and .kind != "warning" and
	(.about != "a" or (.kind | startswith("carrier")))) | .kind] | .[:index("port_back") + 1] | join(" ")' "$LAB_DIR/events")" \
	"port_down port_up change refused change carrier_taken change carrier_given refused reload port_down port_gone port_back"
is "... to the end" "$(jq -rs '.[-1].kind' "$LAB_DIR/events")" shutdown
is "numbers without holes" "$(jq -rs '[.[].seq] | . == [range(.[0]; .[0] + length)]' "$LAB_DIR/events")" true
is "times go forward" "$(jq -rs '[.[].monotonic_ns] | . == sort' "$LAB_DIR/events")" true
contains "stderr has a line of the interface" "$LAB_LOG" '^wirefault: interface wfb is down$'
contains "... of the change, with who made it" "$LAB_LOG" '^wirefault: control: uid [0-9]+ gid [0-9]+ pid [0-9]+: PATCH /v1/links/wan/ab: 200 OK$'
contains "... and of the file" "$LAB_LOG" '^wirefault: reloaded, generation '
finish
