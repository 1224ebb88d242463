#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Duplicates arrive, as many as the probability says, and are accounted for.
. "$(dirname "$0")/tap.sh"

conf 'duplicate = { p = "25%"; copies = 2; };' ""
lab_up "$CONF" || exit 1
lab_in a ping -n -q -c 1 10.77.0.2 >/dev/null
lab_ctl reset >/dev/null
n=400
lab_in a ping -n -q -c $n -i 0.005 10.77.0.2 >"$LAB_DIR/ping"
copies=$(lab_stat '.links[0].ab.dup_created.packets')
# 400 x 25 % x 2 = 200; sd of the number of packets that are doubled: 8.7.
within "copies made" "$copies" 130 270
# ping ends with the last packet's first reply: it may miss that one's copies.
seen=$(grep -oE '\+[0-9]+ duplicates' "$LAB_DIR/ping" | tr -dc 0-9)
within "ping sees them" "$seen" $((copies - 4)) "$copies"
contains "and loses nothing" "$LAB_DIR/ping" ' 0% packet loss'
conserved
finish
