#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# With hugepages and without: chosen by itself, and said.
. "$(dirname "$0")/tap.sh"

crosses() { lab_ping_all 10.77.0.2 -c 10 -i 0.02; }
attach() {
	lab_attach a wfa 10.77.0.1/24 fd77::1/64 && lab_attach b wfb 10.77.0.2/24 fd77::2/64
}
conf 'delay = "1ms";' ""
lab_hosts

ok "--no-huge: ready" lab_start "$CONF" --no-huge
attach
is "--no-huge: packets cross" "$(crosses)" "10 10"
contains "--no-huge: says so" "$LAB_LOG" 'no hugepages|without hugepages|no-huge'
lab_stop

pages=/proc/sys/vm/nr_hugepages
found=$(cat $pages)
give_back() { echo "$found" >$pages; }
LAB_AT_EXIT=give_back
[ "$found" -ge 512 ] || echo 512 >$pages
if [ "$(cat $pages)" -ge 512 ]; then
	ok "hugepages: ready" lab_start "$CONF"
	attach
	is "hugepages: packets cross" "$(crosses)" "10 10"
	contains "hugepages: says so" "$LAB_LOG" 'hugepages'
	ok "--huge: is not an error" test -n "$LAB_PID"
	lab_stop
else
	skip "hugepages" "this machine has only $(cat $pages) to give"
fi
give_back
if [ "$found" -eq 0 ]; then
	lab_in m timeout 20 "$WIREFAULT" run -c "$CONF" --huge --socket "$LAB_SOCK" >"$LAB_DIR/out" 2>&1
	within "--huge without any: exit code" $? 1 2
	contains "--huge without any: says how to get some" "$LAB_DIR/out" 'nr_hugepages|hugepages'
fi
finish
