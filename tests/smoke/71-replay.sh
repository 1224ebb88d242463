#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Captures onto the wire: a conversation onto two interfaces, of which tcpdump on the far sides gets
# each byte, in the order of the capture, exactly as many; real files that nobody here has written,
# whole, cut and damaged; control while it runs; files that don't fit into memory; offline, exact.
# shellcheck disable=SC2317 # functions that `ok` calls
. "$(dirname "$0")/tap.sh"

lab_hosts
for ns in "$LAB_NS_A" "$LAB_NS_B" "$LAB_NS_M"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa
lab_attach b wfb

# A capture that a kernel and tcpdump have made: a host fetches what another one serves.
real() {
	local server dump
	ip -n "$LAB_NS_A" link add one type veth peer name two netns "$LAB_NS_B"
	lab_attach a one 10.88.0.1/24 fd88::1/64
	lab_attach b two 10.88.0.2/24 fd88::2/64
	for dev in "a one" "b two"; do # real segments of the wire's size, with checksums
		# shellcheck disable=SC2086 # two words
		set -- $dev
		lab_in "$1" ethtool -K "$2" tx off rx off tso off gso off gro off >/dev/null 2>&1
	done
	: >"$LAB_DIR/dump.err"
	lab_bg a "$LAB_DIR/dump.err" tcpdump -i one -U --immediate-mode -w "$LAB_DIR/real.pcap" ip
	dump=$!
	lab_await "$LAB_DIR/dump.err" 'listening on' "$dump" 10 || return 1
	lab_iperf_server b 5201
	server=$!
	lab_in a iperf3 -c 10.88.0.2 -n 300K -b 20M >/dev/null || return 1
	wait "$server"
	lab_in a ping -q -c 20 -i 0.01 10.88.0.2 >/dev/null
	kill -INT "$dump"
	wait "$dump"
	ip -n "$LAB_NS_A" link del one
	[ "$(packets "$LAB_DIR/real.pcap")" -gt 200 ]
}
packets() { tcpdump -nr "$1" 2>/dev/null | wc -l; }
# tshark's fields of what its filter (in $2) lets through.
bytes() { tshark -r "$1" -Y "${2:-frame}" -T json -x 2>/dev/null | jq -c '.[]._source.layers.frame_raw[0]'; }

dump() { # a|b COUNT
	: >"$LAB_DIR/dump-$1.err"
	lab_bg "$1" "$LAB_DIR/dump-$1.err" timeout 60 tcpdump -i "wf$1" -B 32768 --nano -c "$2" -w "$LAB_DIR/far-$1.pcap"
	dumps+=($!)
	lab_await "$LAB_DIR/dump-$1.err" 'listening on' $! 10
}
dumps=()
# They end with their last packet, and then their files are whole.
await_dumps() {
	wait "${dumps[@]}"
	dumps=()
}
replay() { # ARGUMENTS; the document in out.json
	nsenter --net="/run/netns/$LAB_NS_M" -- timeout 60 "$WIREFAULT" replay --no-huge --force -o json "$@" \
		>"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
}
of() { jq -r "$1" "$LAB_DIR/out.json"; }

ok "a capture of a real conversation" real
all=$(packets "$LAB_DIR/real.pcap")
from_a=$(bytes "$LAB_DIR/real.pcap" 'ip.src == 10.88.0.1' | wc -l)

# ---- One interface ----
dump a "$all"
replay "$LAB_DIR/real.pcap" --port packet,iface=pa
is "one interface: exit code" $? 0
await_dumps
is "... packets" "$(of '.ports[0].replay | [.packets, .state] | @csv')" "$all,\"done\""
is "... tcpdump gets each, byte for byte, in order" "$(bytes "$LAB_DIR/far-a.pcap" | md5sum)" "$(bytes "$LAB_DIR/real.pcap" | md5sum)"
is "... nothing is unaccounted for" "$(of '.unaccounted.packets')" 0
of '.ports[0].replay.lateness_ns | "# late: p50 \(.p50) ns, p99 \(.p99) ns, max \(.max) ns"'
is "... every packet's lateness is known" "$(of '.ports[0].replay.lateness_ns.count')" "$all"

# ---- Two interfaces, one schedule ----
dump a "$from_a"
dump b $((all - from_a))
replay "$LAB_DIR/real.pcap" --port packet,iface=pa --port2 packet,iface=pb --split ip=10.88.0.1 \
	--with smac=02:00:00:00:00:01,map=10.88.0.0/24-10.99.0.0/24,ttl=9 --with2 map=10.88.0.0/24-10.99.0.0/24 --pace x2
is "two interfaces: exit code" $? 0
await_dumps
is "... each side gets its own" "$(packets "$LAB_DIR/far-a.pcap"),$(packets "$LAB_DIR/far-b.pcap")" "$from_a,$((all - from_a))"
is "... with other addresses, and all checksums right" \
	"$(tshark -r "$LAB_DIR/far-a.pcap" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-Y 'ip.checksum.status == 1 && tcp.checksum.status == 1 && ip.src == 10.99.0.1 && ip.dst == 10.99.0.2 && ip.ttl == 9 && eth.src == 02:00:00:00:00:01' 2>/dev/null | wc -l)" \
	"$(bytes "$LAB_DIR/real.pcap" 'ip.src == 10.88.0.1 && tcp' | wc -l)"
mergecap -w "$LAB_DIR/merged.pcap" "$LAB_DIR/far-a.pcap" "$LAB_DIR/far-b.pcap"
ids() { tshark -r "$1" -T fields -e ip.id -e tcp.seq_raw -e tcp.ack_raw -e icmp.seq 2>/dev/null; }
ids "$LAB_DIR/merged.pcap" >"$LAB_DIR/far.order"
ids "$LAB_DIR/real.pcap" >"$LAB_DIR/real.order"
ok "... both together are in the order of the capture" diff "$LAB_DIR/far.order" "$LAB_DIR/real.order"

# ---- Formats and damage: files that others have written ----
# Into a sink: what is sent, and why the rest is not.
sink() { # WANTED-PACKETS DESCRIPTION FILE [OPTION...]
	replay "$3" --port sink --pace top "${@:4}"
	is "$2" "$?,$(of '.ports[0].replay.packets')" "0,$1"
}
for format in pcap nsecpcap pcapng modpcap; do
	editcap -F $format "$LAB_DIR/real.pcap" "$LAB_DIR/as.$format"
	sink "$all" "editcap's $format" "$LAB_DIR/as.$format"
done
gzip -k "$LAB_DIR/real.pcap"
zstd -q "$LAB_DIR/as.pcapng"
sink "$all" "gzip" "$LAB_DIR/real.pcap.gz"
sink "$all" "zstd of pcapng" "$LAB_DIR/as.pcapng.zst"
python3 - "$LAB_DIR" <<-'END'
	import struct, sys
	d = open(sys.argv[1] + "/real.pcap", "rb").read()
	big, at = struct.pack(">IHHIIII", *struct.unpack("<IHHIIII", d[:24])), 24
	while at < len(d):
	    h = struct.unpack("<IIII", d[at:at + 16])
	    big += struct.pack(">IIII", *h) + d[at + 16:at + 16 + h[2]]
	    at += 16 + h[2]
	open(sys.argv[1] + "/big.pcap", "wb").write(big)
	open(sys.argv[1] + "/ends.pcap", "wb").write(d[:len(d) // 2])
	open(sys.argv[1] + "/torn.pcap", "wb").write(d[:len(d) // 2] + b"\xff" * 64)
END
sink "$all" "the other byte order" "$LAB_DIR/big.pcap"
for file in ends torn; do
	replay "$LAB_DIR/$file.pcap" --port sink --pace top
	within "$file: what is before the damage is sent" "$(of '.ports[0].replay.packets')" 100 "$all"
	is "... and it is said" "$(of '.ports[0].replay.notes.damaged_files')" 1
done
editcap -s 80 "$LAB_DIR/real.pcap" "$LAB_DIR/cut.pcap"
replay "$LAB_DIR/cut.pcap" --port sink --pace top
is "truncated packets are left out and counted" "$(of '.ports[0].replay | .packets + .notes.truncated')" "$all"
within "... those that there are" "$(of '.ports[0].replay.notes.truncated')" 100 "$all"
sink "$all" "... or filled up" "$LAB_DIR/cut.pcap" --truncated pad
is "... to their own lengths" "$(of '.ports[0].replay.bytes')" "$(tshark -r "$LAB_DIR/real.pcap" -T fields -e frame.len 2>/dev/null | awk '{ n += $1 } END { print n }')"
sink $((2 * all)) "two loops" "$LAB_DIR/real.pcap" --loops 2
replay "$LAB_DIR/real.pcap" "$LAB_DIR/cut.pcap" --port sink --pace top --truncated send
is "two files in a row" "$(of '.ports[0].replay.packets')" $((2 * all))
text2pcap -q -l 101 - "$LAB_DIR/raw.pcap" <<<"0000 45 00 00 14 00 00 00 00 40 fd 00 00 0a 00 00 01 0a 00 00 02" 2>/dev/null
replay "$LAB_DIR/raw.pcap" --port sink
is "a file that has no Ethernet is refused" $? 1
contains "... by its name" "$LAB_DIR/err" 'the link type is RAW'
sink 1 "... or converted" "$LAB_DIR/raw.pcap" --with convert=true
: >"$LAB_DIR/empty.pcap"
replay "$LAB_DIR/empty.pcap" --port sink
is "an empty file is refused" $? 1
replay "$LAB_DIR/real.pcap"
is "no port is wrong usage" $? 2
replay "$LAB_DIR/real.pcap" --port sink --pace fast
is "no pace is wrong usage" $? 2
contains "... with what there is" "$LAB_DIR/err" '1000pps'

# ---- Beyond the memory ----
for ((i = 0; i < 60; i++)); do echo "$LAB_DIR/real.pcap"; done | xargs mergecap -a -F pcap -w "$LAB_DIR/long.pcap"
long=$(packets "$LAB_DIR/long.pcap")
sink $((3 * long)) "20 MB through 8 MB of memory, three times" "$LAB_DIR/long.pcap" --memory 8MB --loops 3
is "... is read while it is sent" "$(of '.ports[0].replay.streams')" true

# ---- Control ----
cat >"$LAB_DIR/replay.conf" <<-END
	ports = ( { name = "a"; device = "pcap,file=$LAB_DIR/real.pcap,start=wait,loops=0,late=slip"; },
	          { name = "b"; device = "sink"; } );
	links = ( { name = "wan"; ports = [ "a", "b" ]; } );
END
ok "check accepts a pcap port" "$WIREFAULT" check -c "$LAB_DIR/replay.conf"
lab_start "$LAB_DIR/replay.conf" -q --no-huge --force || exit 1
state() { lab_ctl replay -o json | jq -r '.replays[0] | [.state, .pace] | @csv'; }
# The answer may come before the worker has got round to it.
becomes() { # STATE-AND-PACE VERB...
	local i
	lab_ctl replay "${@:2}" || return
	for ((i = 0; i < 100; i++)); do
		[ "$(state)" != "$1" ] || return 0
		sleep 0.05
	done
	state
	return 1
}
sent() { lab_ctl replay -o json | jq '.replays[0].packets'; }
is "it waits" "$(lab_ctl replay -o json | jq -r '.replays[0] | [.port, .state, .packets] | @csv')" '"a","waiting",0'
ok "start" becomes '"running","step"' start a step
is "nothing is sent without a step" "$(sent)" 0
ok "step" lab_ctl replay step a 3
await_sent() { for ((i = 0; i < 100; i++)); do [ "$(sent)" -ge "$1" ] && return; sleep 0.05; done; false; }
ok "... sends" await_sent 3
is "... three packets" "$(sent)" 3
ok "another pace" becomes '"running","1000pps"' rate a 1000pps
ok "... sends more" await_sent 50
ok "pause" becomes '"paused","1000pps"' pause
before=$(sent)
sleep 0.2
is "... sends no more" "$(sent)" "$before"
ok "resume" becomes '"running","1000pps"' resume
ok "... goes on" await_sent $((before + 10))
ok "stop" becomes '"stopped","1000pps"' stop
fails "what is stopped can't be paused" lab_ctl replay pause
ok "start from the beginning" becomes '"running","top"' start a top
ok "... at top speed" await_sent 10000
curl -s --unix-socket "$LAB_SOCK" http://localhost/v1/replays/a >"$LAB_DIR/out.json"
is "by HTTP" "$(of '.state')" running
http() { curl -s -o /dev/null -w '%{http_code}' --unix-socket "$LAB_SOCK" -X "$1" -H 'Content-Type: application/json' ${3:+-d "$3"} "http://localhost/v1/replays$2"; }
is "... an unknown port" "$(http GET /b)" 404
is "... an unknown key" "$(http PATCH /a '{"speed":2}')" 422
is "... no pace" "$(http PATCH /a '{"pace":"fast"}')" 422
is "... a step of one that runs" "$(http PATCH /a '{"step":1}')" 409
is "... pause" "$(http PATCH /a '{"paused":true}')" 200
is "... stop" "$(http DELETE /a)" 200
is "... start" "$(http POST '' '{"port":"a"}')" 200
ok "changes are events" grep -q '"replay"' <(lab_ctl events -o json)
conserved
lab_stop
is "exit code" $? 0
contains "the report has it" "$LAB_OUT" '^Replay'

# ---- Offline: the schedule to the nanosecond ----
sed -i 's/,start=wait,loops=0,late=slip/,pace=10kbit,loops=2/' "$LAB_DIR/replay.conf"
ok "offline takes the port's capture" "$WIREFAULT" offline -c "$LAB_DIR/replay.conf" --ab port --ab-out "$LAB_DIR/off.pcapng" -q
exact() {
	tshark -r "$LAB_DIR/off.pcapng" -T fields -e frame.time_epoch -e frame.len 2>/dev/null | python3 -c '
import sys
bits = n = 0
for line in sys.stdin:
    at, length = line.split()
    s, f = at.split(".")
    ns = int(s) * 10**9 + int(f.ljust(9, "0"))
    if n == 0: t0 = ns
    assert ns - t0 == bits * 10**9 // 10000, (n, ns - t0, bits)
    bits += 8 * int(length); n += 1
print(n)'
}
is "... each packet at its nanosecond" "$(exact)" $((2 * all))

# ---- The comparison ----
LAB_NS_A=wf-ba-$$ LAB_NS_M=wf-bm-$$ "$LAB_ROOT/tools/bench-replay" --build "$WF_BUILD" --quick --json >"$LAB_DIR/out.json" 2>"$LAB_DIR/err"
is "tools/bench-replay runs" $? 0
is "... both tools" "$(of '[.tools[].tool] | join(" ")')" "wirefault tcpreplay"
is "... wirefault's packets all come, in order, byte for byte" "$(of '.tools[0] | [.came == .sent, .in_order, .same_bytes] | all')" true
of '.tools[] | "# \(.tool): off schedule p99 \(.off_p99_ns) ns, gaps p99 \(.gap_p99_ns) ns, drift \(.drift_ns) ns"'
of '"# from memory: \(.top_pps) packets/s, \(.top_cpu_ns) ns of the processor each"'
if [ -n "${WF_TEST_LONG-}" ]; then
	LAB_NS_A=wf-ba-$$ LAB_NS_M=wf-bm-$$ "$LAB_ROOT/tools/bench-replay" --build "$WF_BUILD" --rounds 1 --seconds 600 --json wirefault >"$LAB_DIR/out.json"
	within_timed "no drift in ten minutes (ns)" "$(of '.tools[0].drift_ns')" -5000000 5000000
fi
finish
