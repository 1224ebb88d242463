#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers share the flows of kernel ports: what the one host sent is received or missed, and what
# is sent is what the other host got.
. "$(dirname "$0")/tap.sh"

[ "$(nproc)" -ge 2 ] || { skip "two workers" "one core" && finish; }
lab_hosts
for ns in "$LAB_NS_A" "$LAB_NS_B" "$LAB_NS_M"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa
lab_attach b wfb

got_by_b() { lab_in b ip -s -j link show wfb | jq '.[0].stats64.rx.packets'; }
flood() { # COUNT: of 64 flows
	lab_in a python3 - "$1" <<-'END'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wfa", 0))
		frames = []
		for i in range(64):
		    udp = struct.pack(">HHHH", 4000 + i, 5001, 8 + 64, 0) + bytes(64)
		    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, 0x0a4d0001, 0x0a4d0002)
		    frames.append(b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x08\0" + ip + udp)
		for i in range(int(sys.argv[1])):
		    s.send(frames[i % 64])
	END
}
for kind in packet net_af_packet; do
	number=$([ $kind = packet ] || echo 0)
	# shellcheck disable=SC2034 # read by conf
	DEVICE_A=$kind$number,iface=pa DEVICE_B=$kind${number:+1},iface=pb
	conf 'delay = "1ms";' ""
	sed -i '1a workers = [ 0, 1 ];' "$CONF"
	lab_start "$CONF" || exit 1
	before=$(got_by_b)
	flood 60000
	for ((i = 0; i < 200; i++)); do
		came=$(lab_stat '.links[0].ab.rx.packets + .ports[0].rx_missed')
		[ "$came $(lab_stat '.links[0].ab.queued.packets')" != "60000 0" ] || break
		sleep 0.05
	done
	is "$kind: received and missed are what was sent" "$came" 60000
	is "$kind: two queue pairs" "$(lab_stat '.ports[0].queues')" 2
	is "$kind: sent is what the other host got" "$(($(got_by_b) - before))" \
		"$(lab_stat '.links[0].ab.tx.packets - .ports[1].tx_errors')"
	conserved
	lab_stop
	is "$kind: wirefault's exit code" $? 0
done
finish
