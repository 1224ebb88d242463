#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Captures while packets flow: what comes in, goes out and is lost, each with its verdict, in a file
# that tshark reads without a word. Captured and missed are what passed, to the packet.
. "$(dirname "$0")/tap.sh"

captures=$LAB_DIR/captures
mkdir -p "$captures"
configure() { # AB BA [KEYS]
	conf "$1" "$2"
	printf 'capture = { directory = "%s"; %s };\n' "$captures" "${3-}" >>"$CONF"
}
# Packets of a file, by interface ("wan ab out") and, if given, with comments that match. tshark takes a
# second to start: it reads each file once.
packets() { # FILE INTERFACE [REGEX]
	[ -e "$LAB_DIR/$1.txt" ] ||
		tshark -n -r "$captures/$1" -T fields -e frame.interface_name -e frame.comment 2>"$LAB_DIR/tshark" >"$LAB_DIR/$1.txt"
	awk -F '\t' -v i="$2" -v r="${3-.*}" '$1 ~ i && $2 ~ r' "$LAB_DIR/$1.txt" | wc -l
}
# shellcheck disable=SC2317 # called by ok
said_nothing() { ! grep -v 'Running as user' "$LAB_DIR/tshark"; }
# What passed points of a link, by the statistics, since the start.
passed() { lab_stat '[.links[0][] | objects | .rx.packets + .tx.packets + ([.dropped[].packets] | add)] | add'; }

start() {
	lab_start "$CONF" || exit 1
	lab_attach a wfa 10.77.0.1/24 fd77::1/64
	lab_attach b wfb 10.77.0.2/24 fd77::2/64
}

# Real hosts, through TAP ports.
configure 'delay = "5ms"; duplicate = "10%"; corrupt = "10%"; loss = { model = "every"; every = 5; };' 'delay = "5ms";' 'file = "start.pcapng";'
lab_hosts
start
contains "it is said" "$LAB_LOG" 'captures to .*/start.pcapng'
lab_in a ping -c 40 -i 0.01 -W 1 10.77.0.2 >/dev/null
# ping takes the time stamp in a reply for its own, whatever the checksum says, and waits for what is lost twice as
# long as the longest round trip: one bit of a second flipped is hours. So replies come undamaged.
ok "from here on bytes are as they were" lab_ctl set wan ab corrupt=0%
lab_in b ping -c 5 -i 0.01 -W 1 10.77.0.1 >/dev/null
lab_ctl capture status >"$LAB_DIR/status"
contains "wfctl capture status" "$LAB_DIR/status" '^start.pcapng: running, [0-9]+ packets'
fails "a second one is refused" lab_ctl capture start second.pcapng
contains "... with what to do" "$LAB_DIR/ok.out" 'capture stop'
# Until all is out: then nothing moves between the statistics and the end of the capture.
conserved
lab_in a ip link set wfa down
lab_in b ip link set wfb down
for _ in {1..200}; do
	[ "$(lab_stat '[.links[0][] | objects | .queued.packets] | add')" -gt 0 ] || break
done
lab_ctl capture stop --json >"$LAB_DIR/stop"
is "it ends" "$(jq -r '.captures[0].state' "$LAB_DIR/stop")" ended
lab_ctl stats --json >"$LAB_DIR/stats"
is "captured and missed are what passed" "$(jq '.captures[0] | .captured + .capture_missed' "$LAB_DIR/stop")" "$(passed)"
is "... as the statistics say, too" "$(jq '.capture | .captured + .capture_missed' "$LAB_DIR/stats")" "$(passed)"
is "nothing is missed" "$(jq '.capture.capture_missed' "$LAB_DIR/stats")" 0
for dir in ab ba; do
	is "$dir in" "$(packets start.pcapng "^wan $dir in$")" "$(jq ".links[0].$dir.rx.packets" "$LAB_DIR/stats")"
	is "$dir out" "$(packets start.pcapng "^wan $dir out$")" "$(jq ".links[0].$dir.tx.packets" "$LAB_DIR/stats")"
	is "$dir lost" "$(packets start.pcapng "^wan $dir lost$")" "$(jq "[.links[0].$dir.dropped[].packets] | add" "$LAB_DIR/stats")"
done
ok "tshark has nothing to complain of" said_nothing
is "the loss is named" "$(packets start.pcapng 'ab lost' 'dropped=loss')" "$(jq '.links[0].ab.dropped.loss.packets' "$LAB_DIR/stats")"
is "duplicates are marked" "$(packets start.pcapng 'ab (out|lost)' 'duplicate')" "$(jq '.links[0].ab.dup_created.packets' "$LAB_DIR/stats")"
within "those with damaged bytes are, too" "$(packets start.pcapng 'ab out' 'corrupted')" 1 40
is "delay and release error stand there" "$(packets start.pcapng 'out$' '^delay=5ms late=[0-9.]+[nmu]*s')" "$(packets start.pcapng 'out$')"
is "capinfos reads it" "$(capinfos -M "$captures/start.pcapng" 2>/dev/null | grep -c 'Number of stat entries = 1')" 6

# Asked for: filter, snaplen, link; refusals.
lab_in a ip link set wfa up
lab_in b ip link set wfb up
lab_ctl capture start ping.pcapng filter=icmp snaplen=60 link=wan >"$LAB_DIR/started"
contains "wfctl capture start" "$LAB_DIR/started" '^ping.pcapng: running'
lab_in b ping -c 4 -i 0.01 -W 1 -s 500 10.77.0.1 >/dev/null
lab_ctl capture stop >/dev/null
is "only what the filter lets through" "$(packets ping.pcapng 'ba in')" "$(tshark -n -r "$captures/ping.pcapng" -Y 'icmp && frame.interface_name == "wan ba in"' 2>/dev/null | wc -l)"
within "... which came" "$(packets ping.pcapng 'ba in')" 4 8
is "cut, with its length" "$(tshark -n -r "$captures/ping.pcapng" -T fields -e frame.cap_len -e frame.len 2>/dev/null | sort -u | tr '\t' ' ')" "60 542"
fails "no name that leads out" lab_ctl capture start ../out.pcapng
contains "... is said" "$LAB_DIR/ok.out" 'only a name'
fails "no other folder" lab_ctl capture start x.pcapng directory=/tmp
fails "no filter that libpcap can't read" lab_ctl capture start x.pcapng filter='tcp prot 1'
contains "... the key is named" "$LAB_DIR/ok.out" '^ +filter: '
fails "no link of that name" lab_ctl capture start x.pcapng link=wann
contains "... and its key, and the nearest one" "$LAB_DIR/ok.out" '^ +link: .*Did you mean'
ln -s /etc/passwd "$captures/link.pcapng"
fails "no file through a link" lab_ctl capture start link.pcapng
fails "nothing to stop" lab_ctl capture stop
is "none of them has left a file" "$(find "$captures" -name 'x*.pcapng' | wc -l)" 0

# Rotation keeps the last files.
lab_ctl capture start ring.pcapng size=64KiB files=2 >/dev/null
lab_in b timeout 60 ping -f -c 150 -s 1400 -W 1 10.77.0.1 >/dev/null
lab_ctl capture stop --json >"$LAB_DIR/stop"
within "files have followed each other" "$(jq '.captures[0].files' "$LAB_DIR/stop")" 5 30
is "the last ones are kept" "$(find "$captures" -name 'ring-*.pcapng' | wc -l)" 2
is "status names the last" "$(jq -r '.captures[0].file' "$LAB_DIR/stop")" "$(cd "$captures" && printf '%s\n' ring-* | tail -n 1)"

# A full disk: the capture ends, which is an event; traffic goes on.
mkdir "$captures/small"
if mount -t tmpfs -o size=128k tmpfs "$captures/small" 2>/dev/null; then
	mounted=$captures/small
	lab_stop
	conf 'delay = "1ms";' 'delay = "1ms";'
	printf 'capture = { directory = "%s"; file = "full.pcapng"; };\n' "$mounted" >>"$CONF"
	start
	is "traffic" "$(lab_ping_all 10.77.0.2 -c 200 -s 1400 -i 0.002)" "200 200"
	ok "an event says why" lab_await "$LAB_LOG" 'full.pcapng cannot be written any more.*No space' "$LAB_PID" 10
	is "the state is failed" "$(lab_ctl capture status --json | jq -r '.captures[0].state')" failed
	is "traffic goes on" "$(lab_ping_all 10.77.0.2 -c 5 -i 0.01)" "5 5"
	is "what is in the file is whole" "$(cd "$mounted" && tshark -n -r full.pcapng 2>"$LAB_DIR/tshark" | wc -l)" \
		"$(lab_ctl capture status --json | jq '.captures[0].captured')"
	ok "tshark reads it to its end" said_nothing
	lab_stop
	umount "$mounted"
else
	lab_stop
	skip "a full disk" "no tmpfs can be mounted here"
fi

# More than the ring holds: the capture misses packets, counts each, and the network none.
# shellcheck disable=SC2034 # read by conf
DEVICE_A=generator,packets=60000,pps=300000,size=1000,flows=20 DEVICE_B=sink \
	configure 'loss = "10%";' '' 'file = "flood.pcapng"; memory = "1MiB";'
timeout 60 "$WIREFAULT" run -c "$CONF" --socket "$LAB_DIR/s" --no-huge --force -q -o json --duration 2s \
	2>"$LAB_DIR/err" >"$LAB_DIR/out.json"
is "exit code" $? 0
is "captured and missed are what passed" "$(jq '.capture | .captured + .capture_missed' "$LAB_DIR/out.json")" \
	"$(jq '.links[0].ab | .rx.packets + .tx.packets + .dropped.loss.packets' "$LAB_DIR/out.json")"
is "the file has what is said to be captured" "$(tshark -n -r "$captures/flood.pcapng" 2>/dev/null | wc -l)" "$(jq .capture.captured "$LAB_DIR/out.json")"
is "the network has lost nothing by it" "$(jq '[.unaccounted.packets, (.links[0].ab.dropped | .no_buffer, .tx_full | .packets)] | add' "$LAB_DIR/out.json")" 0

# Ports on interfaces of the kernel, which say only later what became of a packet.
lab_veth "$LAB_NS_A" wfa pa
lab_veth "$LAB_NS_B" wfb pb
lab_attach a wfa 10.77.0.1/24 fd77::1/64
lab_attach b wfb 10.77.0.2/24 fd77::2/64
# shellcheck disable=SC2034 # read by conf
DEVICE_A=pa DEVICE_B=pb configure 'delay = "5ms"; duplicate = "10%";' 'delay = "5ms";' 'file = "veth.pcapng";'
lab_start "$CONF" || exit 1
within "pings" "$(lab_ping_all 10.77.0.2 -c 50 -i 0.01 | cut -d ' ' -f 2)" 50 60
lab_in a ip link set wfa down
lab_in b ip link set wfb down
for _ in {1..200}; do
	[ "$(lab_stat '[.links[0][] | objects | .queued.packets] | add')" -gt 0 ] || break
done
lab_ctl capture stop >/dev/null
for point in in out lost; do
	is "veth: ab $point" "$(packets veth.pcapng "^wan ab $point$")" "$(lab_stat ".links[0].ab |
		if \"$point\" == \"in\" then .rx.packets elif \"$point\" == \"out\" then .tx.packets else [.dropped[].packets] | add end")"
done
is "what was sent has its bytes" "$(packets veth.pcapng 'ab out' 'no-bytes')" 0
# Begun and ended over and over while packets are on their way.
lab_in a ip link set wfa up
lab_in b ip link set wfb up
lab_bg a "$LAB_DIR/pings" ping -c 200 -i 0.005 -W 1 10.77.0.2
pings=$!
while kill -0 "$pings" 2>/dev/null; do
	lab_ctl capture start veth2.pcapng >/dev/null || break
	lab_ctl capture stop >/dev/null || break
done
is "captures come and go under traffic" "$(lab_ctl capture status --json | jq -r '.captures[0].state')" ended
conserved
lab_stop
is "wirefault's exit code" $? 0

# Offline, the same; and what a log of fates says becomes of packets, becomes of them again.
cat >"$LAB_DIR/all.conf" <<-END
	ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
	links = ( { name = "wan"; ports = [ "a", "b" ];
	  ab = { delay = { mean = "20ms"; stddev = "5ms"; order = "free"; }; loss = "5%"; duplicate = "5%";
	         rate = "700kbit"; queue = { limit = "10ms"; }; };
	  ba = { copy = "ab"; corrupt = "10%"; }; } );
END
offline() { # CONFIG OUT [OPTION...]
	"$WIREFAULT" offline -c "$1" --ab "$LAB_ROOT/tests/cases/jump.pcap" --ab-out "$LAB_DIR/$2.ab.pcap" \
		--ba "$LAB_ROOT/tests/cases/jump.pcap" --ba-out "$LAB_DIR/$2.ba.pcap" "${@:3}"
}
ok "offline" offline "$LAB_DIR/all.conf" first --seed 3 -q --fates-out "$LAB_DIR/log" --capture "$captures/off.pcapng" --stats "$LAB_DIR/off.json"
for point in in out lost; do
	is "its capture: $point" "$(packets off.pcapng "ab $point$")" "$(jq ".links[0].ab |
		if \"$point\" == \"in\" then .rx.packets elif \"$point\" == \"out\" then .tx.packets else [.dropped[].packets] | add end" "$LAB_DIR/off.json")"
done
is "... in order of time" "$(capinfos -T -r -o "$captures/off.pcapng" 2>/dev/null | cut -f 2)" True
offline "$LAB_DIR/all.conf" first --seed 3 -q --fates-out "$LAB_DIR/log1" --burst 1
ok "the log is the same, however packets are bundled" cmp "$LAB_DIR/log" "$LAB_DIR/log1"
sed 's/loss = "5%"/loss = "50%"/' "$LAB_DIR/all.conf" >"$LAB_DIR/other.conf"
ok "again, by another configuration" offline "$LAB_DIR/other.conf" again --fates "$LAB_DIR/log"
cp "$LAB_DIR/ok.out" "$LAB_DIR/again"
contains "... which is said" "$LAB_DIR/ok.out" 'of another configuration'
contains "... with what is lost" "$LAB_DIR/ok.out" "^$(jq '[.links[0][] | objects | .dropped.loss.packets] | add' "$LAB_DIR/off.json") dropped: loss"
ok "the same packets at the same times" cmp "$LAB_DIR/first.ab.pcap" "$LAB_DIR/again.ab.pcap"
ok "... and where bytes were damaged, the same bytes" cmp "$LAB_DIR/first.ba.pcap" "$LAB_DIR/again.ba.pcap"
contains "... which is said" "$LAB_DIR/again" '^[0-9,]+ left with other bytes than they came with'

# What rewrites packets, answers in the place of others or makes its own, in all of them byte for byte.
for config in 'rewrite = { ttl = 9; dscp = 12; vlan = "push"; vlan_id = 7; };' \
	'corrupt = { ber = 1e-4; }; duplicate = "20%";' 'unreachable = { p = "20%"; proto = "any"; };'; do
	cat >"$LAB_DIR/bytes.conf" <<-END
		ports = ( { name = "a"; device = "net_null0"; }, { name = "b"; device = "net_null1"; } );
		links = ( { name = "wan"; ports = [ "a", "b" ]; ab = { delay = "1ms"; $config }; ba = { copy = "ab"; }; } );
	END
	ok "$config" offline "$LAB_DIR/bytes.conf" bytes --seed 3 -q --fates-out "$LAB_DIR/log2"
	ok "... again" offline "$LAB_DIR/bytes.conf" twice --seed 4 -q --fates "$LAB_DIR/log2"
	ok "... ab" cmp "$LAB_DIR/bytes.ab.pcap" "$LAB_DIR/twice.ab.pcap"
	ok "... ba" cmp "$LAB_DIR/bytes.ba.pcap" "$LAB_DIR/twice.ba.pcap"
done
fails "other packets" "$WIREFAULT" offline -c "$LAB_DIR/all.conf" --ab "$LAB_ROOT/tests/cases/jump.pcap" --ba "$LAB_ROOT/tests/cases/two.pcapng" --fates "$LAB_DIR/log"
contains "... are said" "$LAB_DIR/ok.out" 'Give it the captures'
fails "no statistics of it" offline "$LAB_DIR/all.conf" x --fates "$LAB_DIR/log" --stats -
head -c 1000 "$LAB_DIR/log" >"$LAB_DIR/cut"
fails "a log that is cut" offline "$LAB_DIR/all.conf" x --fates "$LAB_DIR/cut"
fails "a log over an input" offline "$LAB_DIR/all.conf" x --fates-out "$LAB_DIR/x.ab.pcap"
finish
