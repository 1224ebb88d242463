#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The standard set of a capture: what is written loads, and its filters find just the packets that it
# counted, whatever these are wrapped in.
. "$(dirname "$0")/tap.sh"

cd "$LAB_DIR" || exit 1
scenario() { timeout 60 "$WIREFAULT" scenario "$@" </dev/null; }

# NAME WRAPPER...: 40 packets of each in turn, 10 ms apart, from a port for each wrapper.
python3 - <<'PY'
import struct
def udp4(port, later=False):
    l4 = struct.pack(">HHHH", port, 53, 108, 0) + b"x" * 100
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(l4), 1, 50 if later else 0, 64, 17, 0, 0x0a4d0001, 0x0a4d0002) + l4
def frame(how, port):
    mac, ip = b"\x02\0\0\0\0\2\x02\0\0\0\0\1", udp4(port, how == "later")
    tag = lambda type: struct.pack(">HH", type, 7)
    if how == "arp":
        return mac + b"\x08\x06" + bytes(46)
    if how == "mpls":
        return mac + struct.pack(">HI", 0x8847, 16 << 12 | 1 << 8 | 64) + ip
    if how in ("ip6", "hopopt"):
        ext = b"\x11\0" + b"\1\4" + bytes(4) if how == "hopopt" else b""
        body = ext + ip[20:]
        return mac + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(body), 0 if ext else 17, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + body
    return mac + {"plain": b"", "later": b"", "vlan": tag(0x8100), "service": tag(0x88a8), "two": tag(0x88a8) + tag(0x8100)}[how] + b"\x08\0" + ip
def write(name, kinds, times=None):
    with open(name, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        for i in range(40 * len(kinds)):
            f, t = frame(kinds[i % len(kinds)], 1000 + i % len(kinds)), times(i) if times else 10 * i
            out.write(struct.pack("<IIII", 100 + t // 1000, t % 1000 * 1000000, len(f), len(f)) + f)
write("told.pcap", ["plain", "vlan", "service", "ip6"])
write("untold.pcap", ["plain", "arp", "mpls", "two", "hopopt", "later"])
write("none.pcap", ["arp", "mpls"])
write("back.pcap", ["plain"], lambda i: 10 * (40 - i))
PY
mkdir out
flows() { jq -c '.stats.links[0].ab.classes | map({ key: .name, value: .rx.packets }) | from_entries' "out/$1/spike.json"; }

for name in told untold back; do
	scenario generate --pcap $name.pcap --flows 8 --into $name >$name.said
	is "$name: exit code" $? 0
	scenario run $name --dry-run >table
	is "... --dry-run of all of it" $? 0
	scenario run $name/spike.conf --offline --report out/$name -q
	is "... runs" $? 0
done
contains "all are told" told.said '^told.pcap: 160 packets, 4 conversations; 0 packets are of none$'
is "... by filters that find them" "$(flows told)" '{"default":0,"flow-1":40,"flow-2":40,"flow-3":40,"flow-4":40}'
contains "what no filter tells is of no conversation" untold.said '^untold.pcap: 240 packets, 1 conversations; 200 packets are of none$'
is "... and is in no class" "$(flows untold)" '{"default":200,"flow-1":40}'
is "a capture that goes back: as long as from its first packet on" "$(jq .duration_ns out/back/spike.json)" 100000000
is "no reset without TCP" "$(cd told && echo *)" "bandwidth-cap.conf blackhole.conf jitter.conf loss.conf pulses.conf spike.conf stair-step.conf"

scenario generate --pcap none.pcap --into none >out.txt 2>&1
is "no conversation: exit code" $? 2
contains "... and why" out.txt 'none.pcap: has no conversation that a filter can tell'
fails "... and no folder" test -e none
finish
