#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Packet ports, judged by the hosts: what one sent is received or missed, what was sent the other got,
# byte for byte. A stopped process, bursts beyond the ring, tags and fragments of every kind, frames
# longer than the output's MTU, queues.
# shellcheck disable=SC2317 # functions that `ok` and `fails` call
. "$(dirname "$0")/ports.sh"

quiet_hosts
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
for mtu in a:wfa m:pa b:wfb; do lab_in "${mtu%:*}" ip link set "${mtu#*:}" mtu 1600; done
lab_attach a wfa
lab_attach b wfb

all_settled() { settled $(($(sent_by a) - sent0)); }
all_exact() { exact "$1" $(($(sent_by a) - sent0)) "$got0"; }
begin() { # CONFIG-OF-AB
	conf_of packet "$1" ""
	sent0=$(sent_by a) got0=$(got_by b)
	lab_start "$CONF" || exit 1
}

begin 'delay = "1ms";'
kill -STOP "$LAB_PID"
flood 10000 200 1
sleep 0.5 # the stall itself
kill -CONT "$LAB_PID"
all_exact "stopped for half a second"
is "... the ring was too small for it" "$(lab_stat '.ports[0].rx_missed >= 5000')" true
within "... and the packets were late, ms" "$(lab_stat '.links[0].ab.release_error_ns.p50 / 1e6 | floor')" 400 60000
is "... which the verdict says" "$(lab_stat '.verdict.trustworthy')" false
lab_stop

begin ""
flood 60000 64 16
all_exact "a flood"
lab_stop

# Everything that Ethernet carries, in order and byte for byte.
cat >"$LAB_DIR/frames.py" <<'END'
import itertools, socket, struct, sys
def frames():
    mac = b"\x02\0\0\0\0\2\x02\0\0\0\0\1"
    out = [mac + b"\x88\xb5" + bytes((i * 7 + n) & 255 for i in range(n)) for n in (0, 1, 46, 50, 1000, 1499, 1500)]
    tags = [(0x8100,), (0x88a8,), (0x9100,), (0x88a8, 0x8100), (0x8100, 0x8100), (0x88a8, 0x88a8),
            (0x9100, 0x8100), (0x88a8, 0x8100, 0x8100), (0x8100, 0x8100, 0x8100)]
    for kinds in tags:
        for tci in (0, 1, 0x0fff, 0x6007, 0xf000):
            head = b"".join(struct.pack(">HH", k, tci + i) for i, k in enumerate(kinds))
            out.append(mac + head + b"\x88\xb5" + bytes(range(46 + len(kinds))))
    for order in itertools.permutations(range(3)):
        for i in order:  # 3 fragments of a datagram of IPv4, and of IPv6
            more = 0x2000 if i < 2 else 0
            out.append(mac + b"\x08\0" + struct.pack(">BBHHHBBHII", 0x45, 0, 20 + 64, 99, more | i * 8, 64, 17, 0,
                       0x0a4e0001, 0x0a4e0002) + bytes([i]) * 64)
            out.append(mac + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, 8 + 64, 44, 64) + bytes(15) + b"\1" + bytes(15) + b"\2"
                       + struct.pack(">BBHI", 17, 0, i * 64 | (i < 2), 99) + bytes([i]) * 64)
    return out
if __name__ == "__main__" and sys.argv[1] == "send":
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind(("wfa", 0))
    for f in frames():
        s.send(f)
elif __name__ == "__main__":
    data, at, got = open(sys.argv[2], "rb").read(), 24, []
    while at < len(data):
        size = struct.unpack("<I", data[at + 8:at + 12])[0]
        got.append(data[at + 16:at + 16 + size])
        at += 16 + size
    want = frames()
    if sys.argv[1] == "compare-sorted":
        want, got = sorted(want), sorted(got)
    print(len(want), "sent,", len(got), "seen")
    for i, (w, g) in enumerate(zip(want, got)):
        if w != g:
            sys.exit("frame %d: sent %s, seen %s" % (i, w[:40].hex(), g[:40].hex()))
    sys.exit(len(want) != len(got))
END
same_frames() { # DESCRIPTION [COMPARE]
	: >"$LAB_DIR/tcpdump"
	lab_bg b "$LAB_DIR/tcpdump" tcpdump --immediate-mode -U -i wfb -w "$LAB_DIR/seen.pcap"
	lab_await "$LAB_DIR/tcpdump" 'listening on' $! 10
	lab_in a python3 "$LAB_DIR/frames.py" send
	all_settled
	kill "${LAB_PIDS[-1]}"
	lab_await "$LAB_DIR/tcpdump" 'packets captured' "${LAB_PIDS[-1]}" 5
	ok "$1" python3 "$LAB_DIR/frames.py" "${2-compare}" "$LAB_DIR/seen.pcap"
}
lab_in m ip link set pb mtu 1600
begin 'delay = "1ms";'
same_frames "tags, lengths and fragments pass byte for byte"
all_exact "all of them"

# The MTU of the moment, and what the kernel makes of tags.
lab_in m ip link set pb mtu 1500
before=$(stat_of dropped.too_long.packets)
flood 100 1522 1
flood 100 1514 1
all_settled
is "too long for the MTU as it is now: counted" "$(stat_of dropped.too_long.packets)" $((before + 100))
lab_in m ip link set pb mtu 1600
flood 100 1522 1
all_exact "and with the MTU raised again"
is "... none too long" "$(stat_of dropped.too_long.packets)" $((before + 100))
lab_stop
lab_in m ip link set pb mtu 1500

# Double tags on an MTU of 1500: not on the wire, hence not sent.
begin ""
double_tags 50
all_exact "1522 bytes with two tags"
is "... are too long" "$(stat_of dropped.too_long.packets)" 50
lab_stop

# Jumbo frames.
for mtu in a:wfa m:pa m:pb b:wfb; do lab_in "${mtu%:*}" ip link set "${mtu#*:}" mtu 9004; done
begin 'delay = "1ms";'
flood 200 9018 1
flood 200 60 1
all_exact "frames of 9018 bytes"
is "... none too long" "$(stat_of tx.packets)" 400
lab_stop
for mtu in a:wfa m:pa b:wfb; do lab_in "${mtu%:*}" ip link set "${mtu#*:}" mtu 1600; done
lab_in m ip link set pb mtu 1500

# Queues: as many as there are workers.
refused() { # DEVICE-A DEVICE-B
	DEVICE_A=$1 DEVICE_B=$2 conf "" ""
	lab_in m "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/refused.sock" --duration 1s
}
fails "two queues and one worker: refused" refused packet,iface=pa,qpairs=2 packet,iface=pb,qpairs=2
contains "... with the reason" "$LAB_DIR/ok.out" 'packet,iface=pa has 2 queue pairs for 1 worker'
fails "the same of DPDK's driver" refused net_af_packet0,iface=pa,qpairs=2 net_af_packet1,iface=pb,qpairs=2
contains "... with the reason" "$LAB_DIR/ok.out" 'spreads what it receives over 2 queues'
fails "an argument that there is not" refused packet,iface=pa,queues=2 packet,iface=pb
contains "... with those that there are" "$LAB_DIR/ok.out" 'It takes iface, qpairs'
if [ "$(nproc)" -ge 2 ]; then
	conf_of packet "" "" ,qpairs=2
	two_workers
	sent0=$(sent_by a) got0=$(got_by b)
	lab_start "$CONF" || exit 1
	flood 20000 100 256
	all_exact "two workers"
	same_frames "two workers: each frame once, fragments one by one" compare-sorted
	all_exact "two workers"
	lab_stop
else
	skip "two workers" "one core"
fi
finish
