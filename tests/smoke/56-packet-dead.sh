#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Packet ports whose interface is down, unplugged or gone: the port says so, packets into it are drops
# with that cause and never sent, and with the interface everything comes back.
. "$(dirname "$0")/ports.sh"

quiet_hosts
veth_pairs
conf_of packet 'delay = "1ms";' ""
lab_start "$CONF" || exit 1

alive "as it begins"
lab_in b ip link set wfb down
dead "the far end is down"
lab_in b ip link set wfb up
alive "the far end is up again"
lab_in m ip link set pb down
dead "our end is down"
lab_in m ip link set pb up
alive "our end is up again"
for _ in {1..1000}; do
	printf 'link set pb down\nlink set pb up\n'
done >"$LAB_DIR/flaps"
lab_in m ip -batch "$LAB_DIR/flaps"
alive "after many flaps"
lab_in m ip link set pb netns "$LAB_NS_B"
dead "the interface is in another namespace"
lab_in b ip link set pb netns "$LAB_NS_M"
lab_in m ip link set pb up
alive "the interface is back from there"
lab_in m ip link set pb name other
lab_in m ip link set other up
alive "the interface has another name"
lab_in m ip link set other down
lab_in m ip link set other name pb
lab_in m ip link set pb up
lab_in m ip link del pb
dead "the interface is gone"
is "gone: the port says so" "$(lab_stat '.ports[1].gone')" true
contains "gone: a message" "$LAB_LOG" 'interface pb is gone'
lab_veth "$LAB_NS_B" wfb pb
lab_attach b wfb
alive "an interface of its name is there again"
lab_in m ip link set pb mtu 1400
ok "the MTU as it is now" await_stat '.ports[1].mtu' 1400
lab_ctl stats >"$LAB_DIR/stats"
contains "the MTU has changed: the verdict" "$LAB_DIR/stats" 'MTU has changed from 1500 to 1400'
lab_ctl ports >"$LAB_DIR/ports"
contains "wfctl ports: the rings" "$LAB_DIR/ports" "1 queue pair of [0-9]+ slots to receive and [0-9]+ to send, on pb"
is "wfctl ports: no line is longer than 100 columns" "$(awk "length > 100" "$LAB_DIR/ports")" ""
is "how often it went down" "$(lab_stat '.ports[1].downs > 5')" true
lab_stop
is "wirefault's exit code" $? 0

# Several workers: sockets of a group, which can't be bound again.
if [ "$(nproc)" -ge 2 ]; then
	two_workers
	lab_start "$CONF" || exit 1
	offered=0
	alive "two workers"
	lab_in m ip link del pb
	dead "two workers: the interface is gone"
	lab_veth "$LAB_NS_B" wfb pb
	lab_attach b wfb
	alive "two workers: it is there again"
	lab_stop
	is "wirefault's exit code" $? 0
else
	skip "two workers" "one core"
fi
finish
