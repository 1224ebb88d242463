# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# What the tests of ports on the kernel's interfaces share: hosts a and b that say nothing unasked,
# frames from a to b, and what becomes of them, judged by the hosts. Sourced first by each of them.
# shellcheck disable=SC2317 # functions that `ok` and `fails` call
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

quiet_hosts() {
	local ns
	lab_hosts
	# Also on interfaces that come later.
	for ns in "$LAB_NS_A" "$LAB_NS_B" "$LAB_NS_M"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
}
veth_pairs() { # [with addresses]
	lab_veth "$LAB_NS_A" wfa pa
	lab_veth "$LAB_NS_B" wfb pb
	lab_attach a wfa ${1:+10.77.0.1/24 fd77::1/64}
	lab_attach b wfb ${1:+10.77.0.2/24 fd77::2/64}
}
# Ports on pa and pb: KIND is packet or one of DPDK's drivers, whose names have a number.
conf_of() { # KIND AB BA [ARGUMENTS]
	local number=
	[ "$1" = packet ] || number=0
	# shellcheck disable=SC2034 # read by conf
	DEVICE_A=$1$number,iface=pa${4-} DEVICE_B=$1${number:+1},iface=pb${4-}
	conf "$2" "$3"
}
two_workers() { sed -i '1a workers = [ 0, 1 ];' "$CONF"; }

# Sends COUNT frames from a host, PAUSE seconds apart: of an unknown type, or of UDP and so many FLOWS.
flood() { # COUNT [LENGTH [FLOWS [HOST [PAUSE]]]]
	lab_in "${4:-a}" python3 - "$1" "${2:-100}" "${3:-0}" "wf${4:-a}" "${5:-0}" <<-'END'
		import socket, struct, sys, time
		count, length, flows = map(int, sys.argv[1:4])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[4], 0))
		mac = b"\x02\0\0\0\0\2\x02\0\0\0\0\1"
		frames = [mac + b"\x88\xb5"]
		if flows:
		    ip = struct.pack(">BBHHHBBHII", 0x45, 0, length - 14, 0, 0, 64, 17, 0, 0x0a4e0001, 0x0a4e0002)
		    frames = [mac + b"\x08\0" + ip + struct.pack(">HHHH", 1024 + f, 9, length - 34, 0) for f in range(flows)]
		frames = [f + bytes(length - len(f)) for f in frames]
		for i in range(count):
		    try:
		        s.send(frames[i % len(frames)])
		    except OSError:
		        pass  # dropped on the way: offered all the same
		    if sys.argv[5] != "0":
		        time.sleep(float(sys.argv[5]))
	END
}
# Frames of 1522 bytes with two tags, which no MTU of 1500 lets pass.
double_tags() { # COUNT
	lab_in a python3 - "$1" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		for _ in range(int(sys.argv[1])):
		    s.send(b"\x02\0\0\0\0\2\x02\0\0\0\0\1" + b"\x88\xa8\0\1\x81\0\0\2\x88\xb5" + bytes(1500))
	END
}

# Packets that a host's interface has sent, or tried to; that it got.
sent_by() { lab_in "$1" ip -s -j link show "wf$1" | jq '.[0].stats64.tx | .packets + .dropped'; }
got_by() { lab_in "$1" ip -s -j link show "wf$1" | jq '.[0].stats64.rx.packets'; }
stat_of() { lab_stat ".links[0].ab.$1"; }
await_stat() { # EXPRESSION VALUE: within four seconds
	local i
	for ((i = 0; i < 80; i++)); do
		[ "$(lab_stat "$1")" = "$2" ] && return
		sleep 0.05
	done
	lab_stat "$1"
	false
}
# All that a has offered has come or is missed, and nothing is under way.
settled() { # OFFERED
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(lab_stat '[.links[0].ab.queued.packets, .links[0].ab.rx.packets + .ports[0].rx_missed] | @csv')" = "0,$1" ] && return
		sleep 0.05
	done
	false
}
# b had got GOT before.
exact() { # WHAT OFFERED GOT
	settled "$2"
	lab_stat '"# received \(.links[0].ab.rx.packets), missed \(.ports[0].rx_missed), sent \(.links[0].ab.tx.packets), send errors \(.ports[1].tx_errors)"'
	is "$1: offered = received + missed" "$(lab_stat '.links[0].ab.rx.packets + .ports[0].rx_missed')" "$2"
	# What a packet port could not send is a drop; of the others, it counts as sent, too.
	is "$1: what was sent the other host got" \
		"$(lab_stat '.links[0].ab.tx.packets - (.ports[1] | if .kind == "packet" then 0 else .tx_errors end)')" $(($(got_by b) - $3))
	conserved
}

# Port b after something has happened to its interface: 500 frames through it. `offered` is what a has
# sent since the start.
offered=0
more() { # COUNT [LENGTH]
	flood "$@"
	offered=$((offered + $1))
	settled $offered
}
dead() { # WHAT [STATE]
	local tx down errors='if .ports[1].kind == "packet" then 0 else .ports[1].tx_errors end' before
	if [ -n "${2-}" ]; then
		ok "$1: the port is $2" await_stat '[.ports[1].state, .ports[1].link_up] | @csv' "\"$2\",false"
	else
		ok "$1: the port is down" await_stat '.ports[1].link_up' false
	fi
	tx=$(stat_of tx.packets) down=$(stat_of dropped.port_down.packets) before=$(lab_stat "$errors")
	more 500
	is "$1: nothing is sent" "$(stat_of tx.packets)" "$tx"
	is "$1: each packet is a drop" "$(($(stat_of dropped.port_down.packets) - down))" 500
	is "$1: no packet counts twice" "$(lab_stat "$errors")" "$before"
	ok "$1: the verdict says so" grep -q port_down <<<"$(lab_stat '.verdict.reasons | tostring')"
	conserved
}
alive() { # WHAT
	local tx seen
	ok "$1: the port is up" await_stat '[.ports[1].state, .ports[1].link_up] | @csv' '"up",true'
	tx=$(stat_of tx.packets) seen=$(got_by b)
	more 500
	is "$1: everything is sent" "$(($(stat_of tx.packets) - tx))" 500
	is "$1: the other host got what was sent" "$(($(got_by b) - seen))" 500
	conserved
}

# What two hosts do through ports on veth, and what is left behind: offloads, flags and XDP are as
# they were.
host_state() {
	lab_in a ethtool -k wfa
	lab_in b ethtool -k wfb
	lab_in m ethtool -k pa
	lab_in m ethtool -k pb
	lab_in m ip -d -o link | sed 's/ qlen [0-9]*//; s/state [A-Z]*//'
}
hosts_talk() {
	is "ping" "$(lab_ping_all 10.77.0.2 -c 20 -i 0.02)" "20 20"
	is "ping over IPv6" "$(lab_ping_all fd77::2 -c 20 -i 0.02)" "20 20"
	tcp_intact "TCP carries every byte" 10.77.0.2
	tcp_intact "TCP over IPv6" '[fd77::2]'
}
quiet_udp() {
	local lost
	lost=$(lab_iperf 5202 -u -b 5M -t 1 -l 1000 | jq .end.sum.lost_packets)
	is "UDP at a quiet rate loses nothing" "$lost" 0
}
carries() { # KIND COMMAND...: the commands while wirefault runs
	local command
	conf_of "$1" "" 'delay = "1ms";'
	lab_hosts
	veth_pairs with addresses
	host_state >"$LAB_DIR/before"
	lab_start "$CONF" || exit 1
	for command in hosts_talk "${@:2}"; do $command; done
	conserved
	lab_stop
	is "wirefault's exit code" $? 0
	host_state >"$LAB_DIR/after"
	ok "offloads and flags are as they were" diff "$LAB_DIR/before" "$LAB_DIR/after"
}
