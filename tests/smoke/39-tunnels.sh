#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Classes by what is inside: two VLAN tags, MPLS, VXLAN, GRE, GTP-U, and all fragments of a datagram.
. "$(dirname "$0")/tap.sh"

conf "" "" '
	{ name = "vxlan"; match = { proto = "icmp"; dst = "10.82.0.2"; }; ab = { delay = "40ms"; }; },
	{ name = "lost"; match = { proto = "udp"; dport = 7777; src = "10.81.0.0/24"; }; ab = { blackhole = true; }; },
	{ name = "datagrams"; match = { port = 9; mac = "02:00:00:00:77:01"; }; ab = {}; }'
sed -i 's/name = "wan";/name = "wan"; inner = true; exempt_neighbours = true;/' "$CONF"
lab_up "$CONF" || exit 1
lab_in a ip link set wfa address 02:00:00:00:77:01
packets() { lab_stat ".links[0].ab.classes[] | select(.name == \"$1\") | .rx.packets"; }
rtt() { # ADDRESS: with neighbours known
	lab_in a ping -n -q -c 1 -W 2 "$1" >/dev/null
	lab_ping "$1" -c 20 -i 0.02 | cut -d ' ' -f 3
}

within_timed "no tunnel: at once" "$(rtt 10.77.0.2)" 0 5
vxlan() { # a|b HOST
	lab_in "$1" ip link add vx type vxlan id 42 dstport 4789 local "10.77.0.$2" remote "10.77.0.$((3 - $2))" dev "wf$1" &&
		lab_in "$1" ip addr add "10.82.0.$2/24" dev vx && lab_in "$1" ip link set vx up
}
if vxlan a 1 2>"$LAB_DIR/why" && vxlan b 2; then
	within_timed "VXLAN: 40 ms" "$(rtt 10.82.0.2)" 40 45
	is "its class has matched" "$(packets vxlan)" 21
else
	skip "VXLAN" "$(cat "$LAB_DIR/why")"
fi

# Raw, because the kernel may be without the others: 20 frames of each kind, every second to port 7777
# inside. The kinds have source addresses of their own.
out=$LAB_DIR/tcpdump
: >"$out"
lab_bg b "$out" timeout 20 tcpdump -l -n -e -c 50 -i wfb "ether[6:4] = 0x02000000 and ether[10] = 0x99"
lab_await "$out" 'listening on' $! 10
lab_in a python3 - <<'END'
import socket, struct
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("wfa", 0))
def ipv4(proto, src, dst, payload):
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), 1, 0, 64, proto, 0, src, dst) + payload
def udp(port, payload):
    return struct.pack(">HHHH", 5, port, 8 + len(payload), 0) + payload
for i in range(20):
    ip = ipv4(17, 0x0a510001, 0x0a510002, udp(7777 + i % 2, bytes(32)))
    a, b = 0x0a4e0001, 0x0a4e0002
    kinds = [
        struct.pack(">HHHHH", 0x88a8, 100, 0x8100, 7, 0x0800) + ip,
        struct.pack(">HII", 0x8847, 16 << 12 | 64, 17 << 12 | 0x140) + ip,
        struct.pack(">H", 0x0800) + ipv4(47, a, b, struct.pack(">HHI", 0x2000, 0x0800, 99) + ip),
        struct.pack(">H", 0x0800) + ipv4(17, a, b, udp(2152, struct.pack(">BBHI", 0x30, 255, len(ip), 99) + ip)),
        struct.pack(">H", 0x0800) + ipv4(17, a, b, udp(4789, struct.pack(">II", 0x08000000, 42 << 8)
            + b"\2" * 12 + struct.pack(">H", 0x0800) + ip)),
    ]
    for kind, frame in enumerate(kinds):
        s.send(b"\xff" * 6 + b"\x02\0\0\0\x99" + bytes([kind]) + frame)
END
lab_await "$out" 'packets captured' "${LAB_PIDS[-1]}" 5
kind=0
for name in QinQ MPLS GRE GTP-U VXLAN; do
	is "$name: the others pass" "$(grep -c "02:00:00:00:99:0$kind > " "$out")" 10
	kind=$((kind + 1))
done
is "those to port 7777 are lost" "$(packets lost)" 50

within "ARP and Neighbour Discovery have a class of their own" "$(packets neighbours)" 1 99

# 10 datagrams of 4000 bytes: three fragments each, of which one has ports.
lab_in a python3 - <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(10):
    s.sendto(bytes(4000), ("10.77.0.2", 9))
END
for _ in $(seq 100); do
	[ "$(packets datagrams)" -lt 30 ] || break
	sleep 0.05
done
is "fragments have the class of the first" "$(packets datagrams)" 30
conserved
finish
