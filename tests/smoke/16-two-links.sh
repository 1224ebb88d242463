#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two links in one process: each its own delay and numbers, no packet crosses over.
. "$(dirname "$0")/tap.sh"

cat >"$LAB_DIR/two.conf" <<'END'
ports = (
  { name = "a1"; device = "net_tap0,iface=wfa"; }, { name = "b1"; device = "net_tap1,iface=wfb"; },
  { name = "a2"; device = "net_tap2,iface=wfa2"; }, { name = "b2"; device = "net_tap3,iface=wfb2"; }
);
links = (
  { name = "short"; ports = [ "a1", "b1" ]; ab = { delay = "10ms"; }; },
  { name = "long"; ports = [ "a2", "b2" ]; ab = { delay = "60ms"; }; }
);
END
lab_up "$LAB_DIR/two.conf" || exit 1
lab_attach a wfa2 10.79.0.1/24 fd79::1/64
lab_attach b wfb2 10.79.0.2/24 fd79::2/64

rtt() { lab_ping "$1" -c 20 -i 0.02 | cut -d ' ' -f 3; }
lab_in a ping -n -q -c 1 10.79.0.2 >/dev/null
within_timed "short: 10 ms" "$(rtt 10.77.0.2)" 10 13
within_timed "long: 60 ms" "$(rtt 10.79.0.2)" 60 63
lab_ctl reset >/dev/null
lab_ping 10.77.0.2 -c 30 -i 0.01 >/dev/null
within "the short one's packets" "$(lab_stat '.links[] | select(.name == "short") | .ab.rx.packets')" 30 60
within "are not the long one's" "$(lab_stat '.links[] | select(.name == "long") | .ab.rx.packets')" 0 29
ok "one link changes alone" lab_ctl set long ab delay=30ms
within_timed "short: still 10 ms" "$(rtt 10.77.0.2)" 10 13
within_timed "long: 30 ms" "$(rtt 10.79.0.2)" 30 33
conserved
finish
