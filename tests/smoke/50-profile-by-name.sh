#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A bridge without a file: a profile by name, with other ports and values, which a reload keeps and
# `wfctl config` writes down.
. "$(dirname "$0")/tap.sh"

lab_hosts
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
lab_start profile:train --ports pa,pb --seed 7 --set outage=null --set loss=null --set delay=null \
	--set ab.delay=60ms || exit 1
contains "the ports are those given" "$LAB_LOG" 'port b: pb is taken by'
is "ping" "$(lab_ping_all 10.77.0.2 -c 10 -i 0.1)" "10 10"
lab_ctl config >"$LAB_DIR/config"
lab_ctl reload >/dev/null
is "wfctl reload" $? 0
lab_ctl config >"$LAB_DIR/again"
ok "a reload keeps ports and values" diff "$LAB_DIR/config" "$LAB_DIR/again"
contains "the delay is the one given" "$LAB_DIR/config" '60ms'
contains "the device is the one given" "$LAB_DIR/config" 'device = "pa"'
conserved
lab_stop
is "wirefault's exit code" $? 0
"$WIREFAULT" check --profile lte --set delay=30ms --set ba.loss=1% --no-simulate --json >"$LAB_DIR/check"
is "check takes a profile and values, too" \
	"$(jq -c '[.links[0] | .ab, .ba | .classes[0] | .delay_mean_ns, .loss]' "$LAB_DIR/check")" \
	'[30000000,0,30000000,0.01]'
"$WIREFAULT" offline --profile lte --set blackhole=true --ab "$LAB_ROOT/tests/cases/jump.pcap" -q --stats - >"$LAB_DIR/stats"
is "and so does offline" "$(jq '.links[0].ab.dropped.blackhole.packets' "$LAB_DIR/stats")" 1000
for verb in run check offline; do
	"$WIREFAULT" $verb -c "$LAB_ROOT/config/minimal.conf" --profile lte 2>"$LAB_DIR/both"
	is "$verb: a file and a profile are refused" $? 2
	contains "$verb: ... and said" "$LAB_DIR/both" 'one too many'
done
fails "no profile of that name" "$WIREFAULT" run --profile trainn
contains "the nearest one is named" "$LAB_DIR/ok.out" 'Did you mean "train"'
finish
