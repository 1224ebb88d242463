#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Captures as people have them, through offline: right times, or words that help.
. "$(dirname "$0")/tap.sh"

cases=$LAB_ROOT/tests/cases
cd "$LAB_DIR" || exit 1
DEVICE_A=net_null0 DEVICE_B=net_null1 conf 'delay = "10ms";' 'delay = "10ms";'
sed 's/delay = "10ms";/rate = "1Mbit"; queue = "100pkt";/' "$CONF" >rate.conf
offline() { timeout 60 "$WIREFAULT" offline -c "$CONF" -q "$@"; }

# Times behind 1700000000 s in ns, of what left.
times() { tshark -r "$1" -T fields -e frame.time_epoch 2>/dev/null | sed 's/^1700000000\.//' | tr '\n' ' '; }
while read -r name want; do
	offline --ab "$cases/$name" --ab-out out.pcapng --stats "$name.json"
	is "$name" "$(times out.pcapng)" "$want "
done <<-END
	be.pcapng 010000000
	two.pcapng 010000000 010001000
	links.pcapng 010000000 010002000
	snap96.pcap 010000000 011000000 012000000
	snaps.pcapng 010000000 010001000
	tsres.pcapng 011000000 012000000 012929687 014000000
	zero.pcap 010000000 010001000 010002000
END
is "an interface of another type: counted" "$(jq -c .input.skipped links.pcapng.json)" '{"LINUX_SLL":1}'
is "whole frames behind a small snap length" \
	"$(tshark -r <(offline --ab "$cases/snap96.pcap" --ab-out -) -T fields -e frame.cap_len 2>/dev/null | sort -u)" 1514

"$WIREFAULT" offline -c "$CONF" --ab "$cases/spb.pcapng" --ab-out out.pcapng --stats spb.json 2>spb.txt
contains "no times: the table says so" spb.txt '3 input packets have no time'
contains "no times: a warning" spb.txt 'WARNING: the input has no times'

# One stamp an hour ahead.
"$WIREFAULT" offline -c rate.conf --ab "$cases/jump.pcap" --ab-out out.pcapng --stats jump.json 2>jump.txt
is "a stamp out of place: all packets leave" "$(jq '.links[0].ab.tx.packets' jump.json)" 1000
is "a stamp out of place: counted" "$(jq .input.time_out_of_place jump.json)" 1
is "a stamp out of place: the run is good" "$(jq .verdict.trustworthy jump.json)" true
contains "a stamp out of place: said" jump.txt '1 input packets had a time out of place'
offline --ab "$cases/neg.pcap" --stats neg.json
is "136 years: the verdict" "$(jq .verdict.trustworthy neg.json)" false
offline --ab "$cases/neg.pcap" --step-back 2000000h --stats neg.json
is "136 years allowed: mended" "$(jq -c '[.input.time_clamped, .verdict.trustworthy]' neg.json)" '[1,true]'

# Both directions in one file, through a pipe, compressed.
python3 - >both.pcap <<'END'
import struct, sys
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
for i in range(300):
    way = 1 if i % 3 else 2
    udp = struct.pack(">HHHH", 4000, 5001, 8 + 64, 0) + bytes(64)
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, 0x0a4d0000 + way, 0x0a4d0000 + 3 - way)
    frame = b"\x02\0\0\0\0" + bytes([3 - way]) + b"\x02\0\0\0\0" + bytes([way]) + b"\x08\0" + ip + udp
    out.write(struct.pack("<IIII", 1700000000, i * 1000, len(frame), len(frame)) + frame)
END
for rule in mac=02:00:00:00:00:01 ip=10.77.0.1 ip=10.77.0.0/31; do
	offline --ab both.pcap --split "$rule" --ab-out a.pcap --ba-out b.pcap.gz --stats both.json
	is "split by $rule" "$(jq -c '[.links[0] | .ab, .ba | .rx.packets]' both.json)" '[200,100]'
	is "split by $rule: the other direction is gzip" "$(gzip -dc b.pcap.gz | tcpdump -nr - 'src 10.77.0.2' 2>/dev/null | wc -l)" 100
done
offline --ab both.pcap --split first --stats both.json
is "split by the first sender" "$(jq -c '[.links[0] | .ab, .ba | .rx.packets]' both.json)" '[100,200]'
offline --ab both.pcap --ab-out one.pcap
zstd -q both.pcap -o both.zst
ok "zstd through a pipe gives the same" cmp one.pcap <(offline --ab - --ab-out - <both.zst)
offline --ab both.pcap --ba one.pcap --split first 2>err
is "split with two captures: exit code" $? 2
contains "split with two captures" err '--split divides the capture of --ab'

# A table on the terminal, with progress; nothing of it elsewhere, or with --quiet.
head -c 24 both.pcap >long.pcap
for _ in $(seq 400); do tail -c +25 both.pcap; done >>long.pcap
mergecap -F pcap -w long2.pcap long.pcap long.pcap long.pcap long.pcap 2>/dev/null
terminal() { script -qec "$WIREFAULT offline -c $CONF --ab long2.pcap --step-back 1h $*" /dev/null; }
terminal >shown
contains "progress on a terminal" shown '[0-9]+ %, [0-9,]+ packets, [0-9.]+ (k|M|packets)/s, .* left'
is "none with --quiet" "$(terminal -q | grep -c ' left')" 0
"$WIREFAULT" offline -c "$CONF" --ab long2.pcap --step-back 1h 2>shown
is "none in a file" "$(grep -c ' left' shown)" 0

# What can't be read says why, and what to do.
refused() { # DESCRIPTION FILE REGEX [OPTION...]
	offline --ab "$2" "${@:4}" 2>err
	is "$1: exit code" $? 1
	contains "$1: says so" err "$3"
}
python3 -c "import sys; b = bytearray(open(\"both.pcap\", \"rb\").read()); b[20] = 113; open(\"sll.pcap\", \"wb\").write(b)"
refused "SLL" sll.pcap 'LINUX_SLL, not Ethernet. --link-type ethernet turns'
gzip -c both.pcap | head -c 300 >cut.gz
refused "a cut gzip file" cut.gz 'gzip data end in the middle'
printf 'hello' >text
refused "no capture" text 'neither pcap nor pcapng'
offline --ab both.pcap --ab-out x.pcap.zst 2>err
contains "zstd as output" err 'zstd is read, not written'
offline --ab both.pcap --split middle 2>err
is "a bad rule: exit code" $? 2
finish
