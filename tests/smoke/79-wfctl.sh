#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# wfctl on a running wirefault: top on a terminal and without one, faults and bypass that packets feel,
# rows for programs, what each exit code is for, and words that shells complete.
# shellcheck disable=SC2317 # functions that ok calls
. "$(dirname "$0")/tap.sh"

code() { "$@" >"$LAB_DIR/said" 2>&1; echo $?; }

conf 'delay = "5ms";' 'delay = "5ms";'
LAB_SOCK=$LAB_DIR/control.sock
is "nobody there: 3" "$(code lab_ctl status)" 3
contains "... and why" "$LAB_DIR/said" 'there is no such socket. Is wirefault running\?'
lab_up "$CONF" || exit 1
is "there: 0" "$(code lab_ctl status)" 0
is "refused: 1" "$(code lab_ctl set wan ab delay=-1s)" 1
is "wrong usage: 2" "$(code lab_ctl top --hz 99)" 2
chmod 755 "$LAB_DIR"
is "no permission: 3" "$(code setpriv --reuid=65534 --regid=65534 --clear-groups "$WFCTL" -s "$LAB_SOCK" status)" 3
contains "... and what to do" "$LAB_DIR/said" "permission denied. Run wfctl as root, or as a member of the"

lab_bg a "$LAB_DIR/ping" ping -n -i 0.02 10.77.0.2
lab_await "$LAB_DIR/ping" 'icmp_seq=100 ' $! 20 # rates are of a second at least
ok "top, line by line" lab_ctl top --hz 10 --count 4
mv "$LAB_DIR/ok.out" "$LAB_DIR/lines"
is "... two directions each time, under one heading" "$(grep -cE '^wan +(ab|ba) ' "$LAB_DIR/lines") $(grep -c '^link ' "$LAB_DIR/lines")" "8 1"
fails "... without colours" grep -q $'\033' "$LAB_DIR/lines"
is "... sees the traffic" "$(awk '$1 == "wan" && $3 > 0 { n++ } END { print (n >= 4) }' "$LAB_DIR/lines")" 1
on_terminal() { LC_ALL=C.UTF-8 TERM=xterm script -qec "stty rows 40 cols 200; $WFCTL -s $LAB_SOCK $*" "$LAB_DIR/screen" >/dev/null; }
# Delays are those of the last second: what was slow before does not stay. Without its bars a line is
# link, side, in, out, drops, p50, p99, each time with its unit.
p99_ms() { lab_ctl top --hz 10 --count 1 | LC_ALL=C sed 's/[^ -~]//g' | awk '$1 == "wan" && $2 == "ab" && $11 == "ms" { print $10 }'; }
lab_ctl set wan both delay=400ms >/dev/null
lab_await "$LAB_DIR/ping" 'time=[89][0-9][0-9]' "${LAB_PIDS[-1]}" 20
lab_ctl set wan both delay=5ms >/dev/null
lately() {
	for _ in {1..60}; do
		inside "$(p99_ms)" 5 350 && return
	done
	return 1
}
ok "top tells the delays of the last second" lately
within "... while others were slower" "$(lab_stat '.links[0].ab.delay_ns.max / 1e6')" 399 inf
ok "top on a terminal" on_terminal top --hz 10 --count 3
contains "... draws bars" "$LAB_DIR/screen" '█'
contains "... in colour" "$LAB_DIR/screen" $'\033\\[(1;)?3[0-9]m'
contains "... and leaves the screen as it was" "$LAB_DIR/screen" $'\033\\[\\?1049l'
NO_COLOR=1 on_terminal top --hz 10 --count 3
fails "... but for NO_COLOR" grep -qE $'\033\\[(1;)?3[0-9]m' "$LAB_DIR/screen"
ok "top as documents" lab_ctl top --count 2 --hz 10 -o json
is "... two" "$(jq -r .schema "$LAB_DIR/ok.out" | sort | uniq -c | tr -s ' ')" " 2 wirefault.stats/1"
kill "${LAB_PIDS[-1]}"

ok "a fault" lab_ctl fault wan blackhole 1500ms ab
fails "... is felt" lab_in a ping -n -c 1 -W 1 10.77.0.2
ok "bypass" lab_ctl bypass on
lab_ctl set wan both delay=200ms >/dev/null
rtt=$(lab_ping 10.77.0.2 -c 3 -i 0.2 -W 2 | cut -d ' ' -f 3)
within_timed "... lets all through, whatever else is set" "$rtt" 0 4
is "... is on" "$(lab_ctl bypass)" "on: every link is a plain wire"
ok "bypass off" lab_ctl bypass off
rtt=$(lab_ping 10.77.0.2 -c 3 -i 0.2 -W 2 | cut -d ' ' -f 3)
within_timed "... and what was set is in force" "$rtt" 400 440

lab_ctl stats -o csv >"$LAB_DIR/stats.csv"
is "as many columns everywhere" "$(awk -F, '{ print NF }' "$LAB_DIR/stats.csv" | uniq | wc -l)" 1
is "the same numbers as JSON" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "dropped_blackhole") c = i } $2 == "ab" { print $c }' "$LAB_DIR/stats.csv")" \
	"$(lab_stat .links[0].ab.dropped.blackhole.packets)"
is "a program reads what is quoted" "$(lab_ctl events -o csv | python3 -c 'import csv, sys
print(sum(r["what"].startswith("{\"on\":") for r in csv.DictReader(sys.stdin)))')" 2
contains "workers" <(lab_ctl workers) '^ +[0-9]+ +[0-9.]+ %'
for shell in bash zsh fish; do
	words=$(lab_ctl completion $shell)
	is "$shell knows the verbs" "$(for verb in top fault bypass workers; do grep -cw $verb <<<"$words"; done | grep -vc '^0$')" 4
done

lab_ctl top --hz 10 >"$LAB_DIR/top" 2>"$LAB_DIR/end" &
top=$!
LAB_PIDS+=("$top")
lab_await "$LAB_DIR/top" '^wan' $top 10
conserved
lab_stop
wait $top
is "who looks when wirefault ends: 3" $? 3
contains "... and is told" "$LAB_DIR/end" 'wirefault has ended'
finish
