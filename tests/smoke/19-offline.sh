#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The offline twin as an ordinary user: exact, the same every time, without hugepages or ports.
. "$(dirname "$0")/tap.sh"

chmod 755 "$LAB_DIR"
install -m 755 "$WIREFAULT" "$LAB_DIR/wirefault"
mkdir -m 777 "$LAB_DIR/out"
cd "$LAB_DIR/out" || exit 1
DEVICE_A=net_null0 DEVICE_B=net_null1 conf 'delay = { mean = "20ms"; stddev = "2ms"; order = "free"; }; loss = "5%";' ""

# 2000 UDP packets, one each millisecond.
python3 - >in.pcap <<'END'
import struct, sys
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
for i in range(2000):
    udp = struct.pack(">HHHH", 4000 + i % 8, 5001, 8 + 64, 0) + bytes([i % 256]) * 64
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, 0x0a4d0001, 0x0a4d0002)
    frame = b"\x02\0\0\0\0\2" + b"\x02\0\0\0\0\1" + b"\x08\0" + ip + udp
    out.write(struct.pack("<IIII", 1000 + i // 1000, i % 1000 * 1000, len(frame), len(frame)) + frame)
END

offline() { # SEED OUTPUT [OPTION...]
	setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs \
		env HOME=/nonexistent "$LAB_DIR/wirefault" offline -c "$CONF" --link wan \
		--ab in.pcap --ab-out "$2" --seed "$1" "${@:3}" </dev/null
}
ok "as nobody" offline 1 one.pcap --stats one.json
ok "again" offline 1 two.pcap --stats two.json
ok "same seed: same packets, byte for byte" cmp one.pcap two.pcap
ok "same seed: same stats" cmp one.json two.json
ok "another seed" offline 2 three.pcap
fails "other packets" cmp -s one.pcap three.pcap
is "nanosecond time stamps" "$(head -c 4 one.pcap | od -An -tx4 --endian=little | tr -d ' ')" a1b23c4d

lost=$(jq '.links[0].ab.dropped.loss.packets' one.json)
# Binomial(2000, 0.05): 4 standard deviations are 39.
within "5 % of 2000 lost" "$lost" 61 139
is "the rest is in the file" "$(tcpdump -nr one.pcap 2>/dev/null | wc -l)" $((2000 - lost))
within "mean delay 20 ms" "$(jq '.links[0].ab.delay_ns.mean' one.json)" 19800000 20400000
is "nothing is held" "$(jq '.links[0].ab.queued.packets' one.json)" 0
is "nothing is unaccounted for" "$(jq '.unaccounted.packets' one.json)" 0
is "every release on time" "$(jq '.links[0].ab.release_error_ns.max < 1000' one.json)" true

ok "pcapng by its name" offline 1 one.pcapng
is "pcapng: magic" "$(head -c 4 one.pcapng | od -An -tx1 | tr -d ' ')" 0a0d0d0a
is "pcapng: as many" "$(tcpdump -nr one.pcapng 2>/dev/null | wc -l)" $((2000 - lost))

offline 1 x.pcap --link lan >/dev/null 2>err
is "no such link: exit code" $? 2
cp in.pcap before.pcap
ln -s in.pcap link.pcap
for out in in.pcap ./in.pcap link.pcap; do
	offline 1 "$out" >/dev/null 2>err
	is "output $out, the input: exit code" $? 2
	contains "output $out, the input: says so" err '--ab and --ab-out are the same file'
done
offline 1 x.pcap --stats x.pcap >/dev/null 2>err
is "statistics over the output: exit code" $? 2
ok "the input is whole" cmp in.pcap before.pcap
sed -i 's/20ms/20 parsecs/' "$CONF"
offline 1 x.pcap >/dev/null 2>err
is "bad configuration: exit code" $? 2
contains "bad configuration: file and line" err 'lab.conf:[0-9]+'
finish
