#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What cannot work is refused before a packet flows: exit code 2 and all the reasons at once.
. "$(dirname "$0")/tap.sh"

lab_hosts
err=$LAB_DIR/err
refuse() { # [OPTION...]: exit code of run; stderr in $err
	lab_in m timeout 20 "$WIREFAULT" run --socket "$LAB_DIR/s" "$@" >"$LAB_DIR/out" 2>"$err" </dev/null
	status=$?
	fails "never READY" grep -q READY "$LAB_DIR/out"
}

cat >"$LAB_DIR/bad.conf" <<'END'
ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
links = ( {
  name = "wan"; ports = [ "a", "c" ];
  ab = { dealy = "20ms"; };
  ba = { loss = "120%"; rate = "50Mbits"; };
} );
END
refuse -c "$LAB_DIR/bad.conf"
is "bad configuration: exit code" "$status" 2
contains "unknown key, with a suggestion" "$err" 'bad.conf:4: .*dealy.*delay'
contains "value out of range" "$err" 'bad.conf:5: .*loss'
contains "unknown unit" "$err" 'bad.conf:5: .*rate'
contains "unknown port" "$err" 'bad.conf:3: .*"?c"?'
"$WIREFAULT" check -c "$LAB_DIR/bad.conf" >"$LAB_DIR/out" 2>"$err"
is "check: the same exit code" $? 2
contains "check: the same reasons" "$err" 'bad.conf:4: .*delay'

refuse -c "$LAB_DIR/none.conf"
is "no such file: exit code" "$status" 2
contains "no such file: says so" "$err" 'none.conf'

DEVICE_A=net_null0 DEVICE_B=net_null1 conf "" ""
refuse -c "$CONF" --duration 0s
is "no duration at all: exit code" "$status" 2
contains "no duration at all: says so" "$err" '"0s" is not a time of 1 ms or more'
left() { find /var/run/dpdk -maxdepth 1 -name "wirefault-*" -newer "$CONF" 2>/dev/null; }
refuse -c "$CONF" -- --vdev=net_bogus0
is "EAL does not start: exit code" "$status" 1
is "EAL does not start: leaves nothing behind" "$(left)" ""
sed '1i workers = [ 0, 0 ];' "$CONF" >"$LAB_DIR/twice.conf"
refuse -c "$LAB_DIR/twice.conf"
is "two workers on one core: exit code" "$status" 2
contains "two workers on one core: says so" "$err" 'core|worker'
sed '1i workers = [ 4095 ];' "$CONF" >"$LAB_DIR/core.conf"
refuse -c "$LAB_DIR/core.conf"
is "a core that is not there: exit code" "$status" 2

lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_in m ip addr add 192.0.2.2/24 dev pa
lab_in a ip link set wfa up
lab_in m ip route add default via 192.0.2.1 dev pa
DEVICE_A=net_af_packet0,iface=pa DEVICE_B=net_af_packet1,iface=pb conf "" ""
refuse -c "$CONF"
within "the interface with the default route: exit code" "$status" 1 2
contains "names the reason and the way out" "$err" 'default route.*--force|--force.*default route'
ok "--force takes it" lab_start "$CONF" --force
refuse -c "$CONF" --force
is "a second wirefault on the same interfaces: exit code" "$status" 1
contains "names the interface and the process" "$err" 'pa is a port of another wirefault \(process [0-9]+\)'

# Said before EAL, which this argument would fail.
DEVICE_A=net_null0 DEVICE_B=net_null1 conf "" ""
second() { # OPTION...: with the first one's choice of cores, which hosts have not
	nsenter --net="/run/netns/$LAB_NS_M" -- timeout 20 "$WIREFAULT" run -c "$CONF" "$@" \
		>"$LAB_DIR/out" 2>"$err" </dev/null
}
second --socket "$LAB_DIR/s" -- --vdev=net_bogus0
is "a second wirefault on the same core: exit code" $? 1
contains "names the core and the process" "$err" \
	"another wirefault \(process $LAB_PID\) polls on core [0-9]+"
fails "and EAL has not begun" grep -q EAL "$err"
ok "--force polls there all the same" \
	second --socket "$LAB_DIR/s" --force --no-huge --duration 10ms
second --socket "$LAB_SOCK" -- --vdev=net_bogus0
is "a taken socket: exit code" $? 1
contains "a taken socket: says so" "$err" 'another process listens there'
fails "a taken socket: EAL has not begun" grep -q EAL "$err"
ok "the first one runs on" kill -0 "$LAB_PID"
ok "and answers" lab_stat .uptime_ns

DEVICE_A=net_tap0,iface=wfx DEVICE_B=packet,iface=pb conf "" ""
lab_in m setpriv --bounding-set -net_admin,-net_raw --inh-caps -net_admin,-net_raw \
	timeout 20 "$WIREFAULT" run --socket "$LAB_DIR/s" --force -c "$CONF" -- --vdev=net_bogus0 \
	>"$LAB_DIR/out" 2>"$err" </dev/null
is "no rights: exit code" $? 1
contains "no rights: says so of a tap" "$err" 'net_tap0 needs CAP_NET_ADMIN.*root'
contains "no rights: and of an interface" "$err" 'packet needs CAP_NET_ADMIN.*root'
fails "no rights: EAL has not begun" grep -q EAL "$err"
lab_stop
finish
