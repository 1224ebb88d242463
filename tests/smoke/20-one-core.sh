#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One core is enough: worker and control share it, and the report says so.
. "$(dirname "$0")/tap.sh"

conf 'delay = "5ms";' ""
lab_hosts
cpu=$(taskset -pc $$ | grep -oE '[0-9]+$')
taskset -pc "$cpu" $$ >/dev/null # and what it starts
ok "ready" lab_start "$CONF"
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
is "packets cross" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
tcp_intact "TCP carries every byte" 10.77.0.2
conserved
contains "says that the core is shared" "$LAB_LOG" 'share|yield|one core'
lab_stop
is "exit code" $? 0
finish
