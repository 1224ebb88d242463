#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A wirefault that is killed leaves the host changed: the next one with its socket, or the verb
# restore, puts back what was found.
# shellcheck disable=SC2317 # functions that `ok` calls
. "$(dirname "$0")/tap.sh"

lab_hosts
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
lab_in m ip link set pb mtu 1400
# Flags, MTU, programs and offloads of all that a wirefault may touch.
as_it_is() {
	local end
	for end in "m pa" "m pb" "a wfa" "b wfb"; do
		# shellcheck disable=SC2086 # two words
		set -- $end
		lab_in "$1" ip -d -o link show dev "$2" | sed 's/ qlen.*//; s/ state [A-Z]*//; s/LOWER_UP//; s/NO-CARRIER,//'
		lab_in "$1" ethtool -k "$2"
	done
}
as_it_is >"$LAB_DIR/found"

killed() { # starts one and kills it
	lab_start "$CONF" || exit 1
	kill -KILL "$LAB_PID"
	wait "$LAB_PID" 2>/dev/null
	LAB_PID=
}
for device in packet net_af_packet net_af_xdp; do
	[ $device = packet ] || n=0
	# shellcheck disable=SC2034 # read by conf
	DEVICE_A=$device${n:+0},iface=pa DEVICE_B=$device${n:+1},iface=pb
	PORT_KEYS="mtu = 1450;" conf "" ""
	killed
	as_it_is >"$LAB_DIR/left"
	fails "$device: killed, it leaves the host changed" diff "$LAB_DIR/found" "$LAB_DIR/left"
	ok "$device: ... and a file that says how it was" test -s "$LAB_SOCK.host"
	ok "$device: the next one starts" lab_start "$CONF"
	contains "$device: and puts back first" "$LAB_LOG" 'interface pa: put back as it was found'
	"$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out" 2>&1
	is "$device: restore leaves alone what runs: exit code" $? 2
	contains "$device: ... and says so" "$LAB_DIR/out" 'a wirefault runs with the control socket'
	lab_stop
	as_it_is >"$LAB_DIR/left"
	ok "$device: stopped, the host is as it was" diff "$LAB_DIR/found" "$LAB_DIR/left"
	ok "$device: the file is gone" test ! -e "$LAB_SOCK.host"
	killed
	lab_in m "$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out"
	is "$device: killed and restored: exit code" $? 0
	as_it_is >"$LAB_DIR/left"
	ok "$device: the host is as it was" diff "$LAB_DIR/found" "$LAB_DIR/left"
done

# A scenario: its parent puts back what a run that was killed has left; if both were, restore does.
DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb PORT_KEYS="mtu = 1450;" conf "" ""
echo "schema_version = 1; name = \"long\"; config = \"$(basename "$CONF")\"; duration = \"100s\";" >"${CONF%/*}/long.scenario"
scenario_starts() { # in the background; its run is $child
	rm -f "$LAB_DIR/journal"
	nsenter --net="/run/netns/$LAB_NS_M" "$WIREFAULT" scenario run "${CONF%/*}/long.scenario" --no-huge --force \
		--journal "$LAB_DIR/journal" -q </dev/null >"$LAB_DIR/out" 2>&1 &
	LAB_PID=$!
	lab_await "$LAB_DIR/journal" '"event":"begin"' $LAB_PID 30
	child=$(pgrep -P $LAB_PID)
}
scenario_starts
state=/run/wirefault/scenario-$LAB_PID.host
ok "scenario: a file says how it was" test -s "$state"
kill -KILL "$child"
wait $LAB_PID
as_it_is >"$LAB_DIR/left"
ok "scenario: its run is killed, the host is as it was" diff "$LAB_DIR/found" "$LAB_DIR/left"
contains "... and it says so" "$LAB_DIR/out" 'interface pa: put back as it was found'
ok "... the file is gone" test ! -e "$state"
scenario_starts
state=/run/wirefault/scenario-$LAB_PID.host
kill -STOP $LAB_PID
kill -KILL "$child" $LAB_PID
wait $LAB_PID 2>/dev/null
LAB_PID=
as_it_is >"$LAB_DIR/left"
fails "both are killed: the host stays changed" diff "$LAB_DIR/found" "$LAB_DIR/left"
# Until the run is gone, which is nobody's child any more, it has the interfaces. Others may have left
# something, too: the exit code is about all of it.
for _ in {1..200}; do
	lab_in m "$WIREFAULT" restore >"$LAB_DIR/out" 2>&1
	[ -e "$state" ] || break
	sleep 0.1
done
contains "restore puts it back" "$LAB_DIR/out" 'interface pa: put back as it was found'
as_it_is >"$LAB_DIR/left"
ok "... the host is as it was" diff "$LAB_DIR/found" "$LAB_DIR/left"
ok "... the file is gone" test ! -e "$state"

# From another namespace, and while another wirefault has the interfaces: the file is kept.
DEVICE_A=packet,iface=pa DEVICE_B=packet,iface=pb PORT_KEYS="mtu = 1450;" conf "" ""
killed
"$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out" 2>&1
is "from another namespace: exit code" $? 2
contains "from another namespace: said" "$LAB_DIR/out" 'interface pa: in another network namespace'
lab_bg m "$LAB_DIR/other" "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/other.sock"
other=${LAB_PIDS[-1]}
lab_await "$LAB_DIR/other" '^READY' "$other" 30
lab_in m ip -d -o link show dev pa >"$LAB_DIR/left"
lab_in m "$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out" 2>&1
is "another one runs: exit code" $? 2
contains "another one runs: said" "$LAB_DIR/out" 'interface pa: a port of another wirefault now'
ok "another one runs: nothing of it is changed" diff "$LAB_DIR/left" <(lab_in m ip -d -o link show dev pa)
contains "another one runs: the record is kept" "$LAB_SOCK.host" 'name=pa .*mtu=1500'
kill -TERM "$other"
wait "$other" 2>/dev/null
lab_in m "$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out"
is "when it has gone: exit code" $? 0
as_it_is >"$LAB_DIR/left"
ok "when it has gone: the host is as it was" diff "$LAB_DIR/found" "$LAB_DIR/left"

# An interface that is gone, one that has another's number, a damaged file.
killed
lab_in m ip link del pb
lab_in m ip link set pa name other
lab_in m "$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out"
is "gone and renamed: exit code" $? 0
contains "gone: said" "$LAB_DIR/out" 'interface pb: gone'
contains "renamed: left alone" "$LAB_DIR/out" 'interface pa: renamed, or another one has its number: left alone'
lab_in m "$WIREFAULT" restore --socket "$LAB_SOCK" >"$LAB_DIR/out"
contains "nothing is left to do" "$LAB_DIR/out" 'nothing to put back'
echo 'wirefault-host 1
nonsense' >"$LAB_SOCK.host"
"$WIREFAULT" restore --socket "$LAB_SOCK" 2>"$LAB_DIR/out"
is "a damaged file: exit code" $? 2
contains "a damaged file: where" "$LAB_DIR/out" 'control.sock.host:2: it is damaged'
finish
