#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# MTU clamp: Linux learns the path's MTU from our errors, TCP goes on with it; a blackhole tells
# nobody.
. "$(dirname "$0")/tap.sh"

conf "mtu = 1300;" ""
lab_up "$CONF" || exit 1
# shellcheck disable=SC2317 # ok and fails call it
ping_df() { lab_in a ping -n -c 1 -W 2 -M "do" -s "$1" "$2" >"$LAB_DIR/ping" 2>&1; }

ok "1300 bytes pass" ping_df 1272 10.77.0.2
fails "1301 don't" ping_df 1273 10.77.0.2
contains "ping is told why" "$LAB_DIR/ping" 'Frag needed and DF set \(mtu = 1300\)'
lab_in a ip route get 10.77.0.2 >"$LAB_DIR/route"
contains "the route has learnt it" "$LAB_DIR/route" 'mtu 1300'
ok "IPv6: 1300 bytes pass" ping_df 1252 fd77::2
fails "1301 don't" ping_df 1253 fd77::2
lab_in a ip route get fd77::2 >"$LAB_DIR/route"
contains "the route has learnt it" "$LAB_DIR/route" 'mtu 1300'
ok "without DF they pass" lab_in a ping -n -c 1 -W 2 -M dont -s 1400 10.77.0.2

ok "the other way too" lab_ctl set wan ba mtu=1300
tcp_intact "TCP finds its way, IPv4" 10.77.0.2
tcp_intact "TCP finds its way, IPv6" "[fd77::2]"
within "errors made" "$(lab_stat '.links[0].ba.forged.packets')" 2 100

ok "now silently, and less" lab_ctl set wan ab mtu=1290 mtu.mode=blackhole
fails "nothing of 1300 bytes passes" ping_df 1272 10.77.0.2
# shellcheck disable=SC2317 # ok calls it
not_told() { ! grep -qi 'frag' "$LAB_DIR/ping"; }
ok "and nobody says why" not_told
conserved
finish
