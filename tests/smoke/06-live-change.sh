#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Changes under traffic, by wfctl set, wfctl reload and HUP: nothing is lost, nothing unaccounted.
. "$(dirname "$0")/tap.sh"

conf 'delay = "20ms";' 'delay = "20ms";'
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null
first=$(lab_stat .generation)

lab_bg a "$LAB_DIR/ping" ping -n -q -i 0.002 -c 700 -W 2 10.77.0.2
ping=$!
done_sets=0
for i in 1 2 3 4 5 6 7 8; do
	lab_ctl set wan ab delay.mean=$((10 + i * 5))ms delay.stddev=${i}00us >/dev/null || break
	lab_ctl set wan ba rate=$((40 + i))Mbit loss=0% >/dev/null || break
	done_sets=$i
done
is "16 changes" $done_sets 8
done_loads=0
for i in 1 2 3; do
	sed -i "s/ba = {.*/ba = { delay = \"1${i}ms\"; };/" "$CONF"
	lab_ctl reload >/dev/null || break
	kill -HUP "$LAB_PID"
	lab_await "$LAB_LOG" "reloaded, generation $((first + 16 + i * 2))" "$LAB_PID" 5 || break
	done_loads=$i
done
is "6 reloads" $done_loads 3
wait $ping
contains "ping lost nothing" "$LAB_DIR/ping" '700 received, 0% packet loss'
is "every change is a generation" "$(lab_stat .generation)" $((first + 22))
conserved
is "nothing was dropped" "$(lab_stat '[.links[] | .ab, .ba | .dropped[].packets] | add // 0')" 0
finish
