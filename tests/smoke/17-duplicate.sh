#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Duplicates arrive, as many as the probability says, and are accounted for.
. "$(dirname "$0")/tap.sh"

conf "" "" '{ name = "echo"; match = { proto = "icmp"; }; ab = { duplicate = { p = "25%"; copies = 2; }; }; }'
lab_up "$CONF" || exit 1

echoes() { lab_in b nstat -asz IcmpInEchos | awk '$1 == "IcmpInEchos" { print $2 }'; }
before=$(echoes)
n=400
lab_in a ping -n -q -c $n -i 0.005 10.77.0.2 >"$LAB_DIR/ping"
copies=$(lab_stat '.links[0].ab.dup_created.packets')
# 400 x 25 % x 2 = 200; sd of the number of packets that are doubled: 8.7.
within "copies made" "$copies" 130 270
is "the host gets every one" $(($(echoes) - before)) $((n + copies))
contains "ping sees them" "$LAB_DIR/ping" '\+[0-9]+ duplicates'
contains "and loses nothing" "$LAB_DIR/ping" ' 0% packet loss'
conserved
finish
