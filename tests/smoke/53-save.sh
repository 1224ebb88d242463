#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# wfctl set for both directions and for classes, felt by ping; and what is saved of a running
# configuration runs elsewhere, with the seed that the system chose and the files of the first folder.
# shellcheck disable=SC2317 # functions that `ok` calls
. "$(dirname "$0")/tap.sh"

mkdir "$LAB_DIR/elsewhere"
echo "5ms" >"$LAB_DIR/samples"
conf 'delay = { distribution = "samples"; file = "samples"; };' 'copy = "ab";' \
	'{ name = "pings"; match = { proto = "icmp"; }; ab = { delay = "5ms"; }; }'
sed -i '/^seed/d' "$CONF"
lab_up "$CONF" || exit 1
lab_ping 10.77.0.2 -c 1 >/dev/null

rtt() { lab_in a ping -n -q -c 10 -i 0.02 10.77.0.2 | sed -n 's|^rtt.* = \([0-9.]*\)/.*|\1|p'; } # the least
ok "a class" lab_ctl set wan pings ab delay=40ms
within "its new delay is felt" "$(rtt)" 45 99999
ok "a direction that the class didn't have" lab_ctl set wan pings ba delay=30ms
within "is felt too" "$(rtt)" 70 99999
ok "both directions of the class" lab_ctl set wan pings both delay=60ms
within "are felt" "$(rtt)" 120 99999
before=$(lab_stat .generation)
is "one change, one generation" "$(lab_ctl set wan both bypass=true --json | jq .generation)" $((before + 1))
lab_ctl set wan both bypass=null >/dev/null
lab_ctl set wan ab delay.cap=1s >"$LAB_DIR/out" 2>&1
contains "a copy that doesn't follow is said" "$LAB_DIR/out" '^Note: ba was a copy of ab'
fails "a class that there is not" lab_ctl set wan pongs ab delay=40ms

seed=$(lab_stat .seed)
ok "save" lab_ctl config save "$LAB_DIR/elsewhere/saved.conf"
lab_ctl config >"$LAB_DIR/printed.conf"
ok "is what is printed" cmp "$LAB_DIR/elsewhere/saved.conf" "$LAB_DIR/printed.conf"
contains "has the seed that the system chose" "$LAB_DIR/elsewhere/saved.conf" "^seed = ${seed}L?;"
ok "is valid anywhere" eval "cd / && '$WIREFAULT' check -c '$LAB_DIR/elsewhere/saved.conf'"
ok "the first file, without a seed, can be read again" lab_ctl reload
is "and the seed stays" "$(lab_stat .seed)" "$seed"
curl -sS --unix-socket "$LAB_SOCK" http://x/v1/config >"$LAB_DIR/tree"
is "the tree can be put back" "$(curl -sS -o /dev/null -w '%{http_code}' --unix-socket "$LAB_SOCK" -X PUT \
	-H 'Content-Type: application/json' --data-binary "@$LAB_DIR/tree" http://x/v1/config)" 200
conserved
lab_stop

export DEVICE_A=net_null0 DEVICE_B=net_null1
sed 's/net_tap0,iface=wfa/net_null0/; s/net_tap1,iface=wfb/net_null1/' \
	"$LAB_DIR/elsewhere/saved.conf" >"$LAB_DIR/elsewhere/again.conf"
ok "what was saved runs" lab_start "$LAB_DIR/elsewhere/again.conf"
is "with the same seed" "$(lab_stat .seed)" "$seed"
lab_stop

# Files in device strings are of the folder, too, wherever wirefault is started from.
python3 - "$LAB_DIR/in.pcap" <<-'END'
	import struct, sys
	frame = b"\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5" + bytes(46)
	with open(sys.argv[1], "wb") as f:
	    f.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
	    for i in range(100):
	        f.write(struct.pack("<IIII", i, 0, len(frame), len(frame)) + frame)
END
written() { [ "$(stat -c %s "$1")" = "$(stat -c %s "$LAB_DIR/in.pcap")" ]; } # but for their stamps
export DEVICE_A=net_pcap0,rx_pcap=in.pcap,tx_pcap=unused.pcap DEVICE_B=net_pcap1,rx_pcap=none.pcap,tx_pcap=out.pcap
conf '' ''
head -c 24 "$LAB_DIR/in.pcap" >"$LAB_DIR/none.pcap"
ok "captures beside the configuration are ports" lab_start "$CONF"
ok "... save" lab_ctl config save "$LAB_DIR/elsewhere/pcap.conf"
ok "... what is saved is what runs" lab_ctl reload
lab_stop
ok "... written beside it" written "$LAB_DIR/out.pcap"
contains "... saved with whole paths" "$LAB_DIR/elsewhere/pcap.conf" "rx_pcap=$LAB_DIR/in.pcap,tx_pcap=$LAB_DIR/unused.pcap"
rm "$LAB_DIR/out.pcap"
ok "what was saved elsewhere runs" lab_start "$LAB_DIR/elsewhere/pcap.conf"
curl -sS --unix-socket "$LAB_SOCK" http://x/v1/config >"$LAB_DIR/tree"
is "... and can be put back" "$(curl -sS -o /dev/null -w '%{http_code}' --unix-socket "$LAB_SOCK" -X PUT \
	-H 'Content-Type: application/json' --data-binary "@$LAB_DIR/tree" http://x/v1/config)" 200
lab_stop
ok "... and has written to the same place" written "$LAB_DIR/out.pcap"
rm "$LAB_DIR/out.pcap"
(cd "$LAB_DIR" && "$WIREFAULT" run -c "$LAB_DIR/elsewhere/pcap.conf" --socket "$LAB_DIR/other.sock" --duration 1s \
	--ports net_pcap0,rx_pcap=in.pcap,tx_pcap=unused.pcap,net_pcap1,rx_pcap=none.pcap,tx_pcap=out.pcap) >"$LAB_DIR/ports" 2>&1
is "those of the command line are of the working directory" $? 0
ok "... and written there" written "$LAB_DIR/out.pcap"
DEVICE_A=net_null0 DEVICE_B=net_null1

conf 'delay = "1ms";' ''
most=18446744073709551615
ok "a seed of 2^64 - 1, instead of the file's" lab_start "$CONF" --seed $most
lab_ctl config >"$LAB_DIR/printed.conf"
contains "is saved in quotes" "$LAB_DIR/printed.conf" "^seed = \"$most\";"
is "and told as it is" "$(lab_stat .seed)" $most
ok "the file can be read again" lab_ctl reload
sed -i "s/^seed.*/seed = \"0xffffffffffffffff\";/" "$CONF"
ok "and a file with the same seed, however it is written" lab_ctl reload
sed -i 's/^seed.*/seed = 8;/' "$CONF"
ok "and another seed begins another run" lab_ctl reload
is "with that seed" "$(lab_stat .seed)" 8
sed -i 's/^seed.*/seed = 7;/' "$CONF"
ok "the file as it was at first" lab_ctl reload
is "has the seed that replaced its own" "$(lab_stat .seed)" $most
sed -i 's/^seed.*/seed = 8;/' "$CONF"
ok "and the other one" lab_ctl reload
lab_stop
contains "the report has the seed" "$LAB_OUT" "seed 8"
"$WIREFAULT" check -c "$LAB_DIR/printed.conf" >/dev/null
is "what was saved is valid" $? 0
lab_start "$CONF" || exit 1
for seed in 9 8; do
	sed -i "s/^seed.*/seed = $seed;/" "$CONF"
	ok "without --seed, a reload" lab_ctl reload
	is "gives the file's seed" "$(lab_stat .seed)" $seed
done
finish
